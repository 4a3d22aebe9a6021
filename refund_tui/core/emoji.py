"""Owns which characters make one picture: emoji joined by zero-width joiners, flags, keycaps, skin tones.

A joiner, a selector or a tag is harmless only inside such a sequence. Elsewhere it is an invisible character.
"""

from __future__ import annotations

import re
import unicodedata

MOST_ELEMENTS = 4
"""The most pictures that are joined to one. No sequence in Unicode joins more."""

_REGIONS = {
    f"\U0001f3f4{''.join(chr(0xE0000 + ord(letter)) for letter in region)}\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
}
"""The flags that are written with tags: England, Scotland, Wales. Other tags could carry a hidden text."""

_KEYCAP = re.compile("[0-9#*]\ufe0f\u20e3")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_TEXT_TOO = frozenset("\u203c\u2049\u2139\u2194\u3030\u303d")
"""Characters that a selector makes a picture, although their Unicode category is not a symbol."""
_SELECTOR, _JOINER = "\ufe0f", "\u200d"
_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
_SECOND = {_SELECTOR, _JOINER, "\U000e0067"} | _TONES | set(map(chr, range(0x1F1E6, 0x1F200)))
"""The possible second characters of a sequence."""


def emoji_at(text: str, at: int) -> str:
    """The sequence of several characters at this index that is shown as one picture; "" if there is none."""
    if text[at + 1 : at + 2] not in _SECOND:
        return ""
    for pattern in (_KEYCAP, _FLAG):
        if found := pattern.match(text, at):
            return found[0]
    if tagged := next((flag for flag in _REGIONS if text.startswith(flag, at)), ""):
        return tagged
    end = _joined(text, at)
    return text[at:end] if end - at > 1 else ""


def is_picture_in_parts(cluster: str) -> bool:
    """Whether a cluster is such a sequence. Terminals draw these sequences in different ways."""
    return len(cluster) > 1 and emoji_at(cluster, 0) == cluster


def _joined(text: str, at: int) -> int:
    """The end of the joined pictures that begin at `at`."""
    end = _element(text, at)
    for _ in range(MOST_ELEMENTS - 1):
        following = _element(text, end + 1) if text[end : end + 1] == _JOINER and end > at else end + 1
        if following == end + 1:
            break
        end = following
    return end


def _element(text: str, at: int) -> int:
    """The end of one picture with its tone or selector; `at` if none begins there."""
    if not _is_picture(text[at : at + 1]):
        return at
    follows = text[at + 1 : at + 2]
    return at + (2 if follows == _SELECTOR or follows in _TONES else 1)


def _is_picture(char: str) -> bool:
    """Whether a character can be drawn as a picture. A blank, or half of a flag, cannot."""
    if not char or char in "\u2800" or _FLAG.match(char * 2):
        return False
    return (char >= "\u2100" or char in "\u00a9\u00ae") and (unicodedata.category(char) == "So" or char in _TEXT_TOO)
