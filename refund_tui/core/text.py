"""Owns how text from outside (service, imports, notes) is made safe for a screen, a printer or an export.


The result has no control, escape, bidi or zero-width character except within an emoji, and its length is limited. It is
still only data: the caller must never parse it as markup.
"""

from __future__ import annotations

import unicodedata

from refund_tui.core.emoji import emoji_at

LONGEST = 500
"""The default limit of characters for one text."""

MOST_MARKS = 2
"""The most combining marks on one character. `¨` stands for the rest."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)
"""Characters that terminals do not draw, although their Unicode category says they are visible."""


def visible(text: str, limit: int = LONGEST) -> str:
    """`text` on one line of at most `limit` characters, each of them visible.

    A character that a terminal would obey or not show (control, escape, bidi, zero-width) becomes a sign for it. An
    emoji made of several characters stays as it is.
    """
    whole = limit * (1 + MOST_MARKS)
    pieces = _pieces(text[:whole])
    shown = "".join(pieces)
    return shown if len(shown) <= limit and len(text) <= whole else _cut(pieces, limit - 1) + "…"


def uncut(text: str) -> str:
    """`text` on one line, visible and never cut: for ids that a person must find again elsewhere."""
    return visible(text, max(LONGEST, len(text)))


def _cut(pieces: list[str], room: int) -> str:
    shown = ""
    for piece in pieces:
        if len(shown) + len(piece) > room:
            break
        shown += piece
    return shown


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    marks = MOST_MARKS  # at the start there is no character that could carry a mark
    at = 0
    while at < len(text):
        if picture := emoji_at(text, at):
            pieces.append(picture)
            at, marks = at + len(picture), MOST_MARKS  # nothing is drawn into a picture of several characters
            continue
        piece, marks = _piece(text[at], marks)
        if piece:
            pieces.append(piece)
        at += 1
    return pieces


def clusters(text: str) -> list[str]:
    """`text`, made visible before, in the parts that a terminal draws as one: an emoji, a letter with its marks."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        part = emoji_at(text, at)
        if parts and not part and _is_mark(text[at]):
            parts[-1] += text[at]
        else:
            parts.append(part or text[at])
        at += len(part) or 1
    return parts


def _piece(char: str, marks: int) -> tuple[str, int]:
    if char.isascii() and char.isprintable():
        return char, 0
    category = unicodedata.category(char)
    if category in _HIDDEN or char in _INVISIBLE:
        return _named(char), 0
    if _is_mark(char):
        return _mark(char, marks)
    return (" " if category == "Zs" else char), 0


def _is_mark(char: str) -> bool:
    return not char.isascii() and (unicodedata.category(char) in ("Mn", "Me") or _conjoins(char))


def _conjoins(char: str) -> bool:
    """Whether a terminal draws `char` into the character before it: a Hangul vowel or final consonant."""
    return "\u1161" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb"


def _mark(char: str, marks: int) -> tuple[str, int]:
    if marks < MOST_MARKS:
        return char, marks + 1
    return ("¨" if marks == MOST_MARKS else ""), marks + 1


def _named(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹{code:04X}›"
