"""Owns the one door for text from outside (service, imports, other clerks' notes) to a screen, a printer or an export.

What comes out has no control, escape, bidi or zero-width character, is of bounded length, and is still only data:
whoever shows it must not parse it as markup.
"""

from __future__ import annotations

import unicodedata

LONGEST = 500
"""Characters shown of one outside text unless the caller says otherwise."""

MOST_MARKS = 2
"""Combining marks kept on one base character; the rest of a stack is dropped with a visible sign."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_INVISIBLE = {"\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u034f"}


def visible(text: str, limit: int = LONGEST) -> str:
    """`text` on one line, with everything that hides or steers made visible and at most `limit` characters."""
    shown: list[str] = []
    size, marks = 0, 0
    for char in text[: limit + limit * MOST_MARKS]:
        piece, marks = _piece(char, marks)
        size += len(piece)
        if size > limit:
            return "".join(shown) + "…"
        shown.append(piece)
    return "".join(shown) + ("…" if len(text) > limit + limit * MOST_MARKS else "")


def _piece(char: str, marks: int) -> tuple[str, int]:
    if char.isascii() and char.isprintable():
        return char, 0
    category = unicodedata.category(char)
    if category in ("Mn", "Me") and char not in _INVISIBLE:
        return _mark(char, marks)
    if category in _HIDDEN or char in _INVISIBLE:
        return _named(char), 0
    return (" " if category == "Zs" else char), 0


def _mark(char: str, marks: int) -> tuple[str, int]:
    if marks < MOST_MARKS:
        return char, marks + 1
    return ("¨" if marks == MOST_MARKS else ""), marks + 1


def _named(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"‹{code:04X}›"
