"""Owns how a cell is styled, and the shortest escape codes from one style to the next. Pure, apart from caches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


class Pen(NamedTuple):
    """A style as SGR parameters without `ESC [` and `m`; "" is the terminal's default."""

    attributes: str
    ink: str
    paper: str


PLAIN = Pen("", "", "")
ANY_INK = "any"
"""The text colour of a blank: any will do, since it cannot be seen."""
RAW = Pen("raw", "", "")
"""The pen of a text that has its own escape sequences, such as a link, and switches them off again."""
SEEN_ON_BLANKS = {"4", "7", "9", "21", "53"}
"""SGR codes that are visible on a blank too: underlined, reversed, struck out, doubly underlined, overlined."""


class Glyph(NamedTuple):
    """What is written in one piece: one character that covers exactly one cell (`sure`), or a text of several cells.

    In such a text each cell after the first holds a glyph with the text "".
    """

    pen: Pen
    text: str
    sure: bool = True


def is_inside(glyph: Glyph | None) -> bool:
    """Whether a cell belongs to a text that begins further left."""
    return glyph is not None and not glyph.text


@lru_cache(maxsize=4096)
def glyphs_of(text: str, style: Style | None, colours: ColorSystem) -> tuple[Glyph, ...]:
    """The cells of a text in one style."""
    if style is not None and style.link:
        return _whole(RAW, Strip.render_style(style, text, colours), cell_len(text))
    pen = PLAIN if style is None else _pen(style, colours)
    if cell_len(text) != len(text) or any(cell_len(char) != 1 for char in text if not char.isascii()):
        return _whole(pen, text, cell_len(text))
    blank = Glyph(_unseen(pen), " ")
    return tuple(blank if char == " " else Glyph(pen, char) for char in text)


def glyphs_in(segments: Iterable[Segment], colours: ColorSystem) -> list[Glyph]:
    """The cells of a strip."""
    found: list[Glyph] = []
    for text, style, control in segments:
        if text and not control:
            found += glyphs_of(text, style, colours)
    return found


def blocks(line: Sequence[Glyph | None]) -> Iterator[tuple[int, int, Glyph | None]]:
    """The glyphs of a line with the cells they cover; None where it is not known what is there."""
    x, size = 0, len(line)
    while x < size:
        end = x + 1
        while end < size and is_inside(line[end]):
            end += 1
        yield x, end, line[x]
        x = end


@lru_cache(maxsize=4096)
def turn(pen: Pen, glyph: Glyph) -> tuple[str, Pen]:
    """What to send before `glyph` while `pen` is held, and the pen held then."""
    wanted = glyph.pen
    if wanted == RAW:
        return ("\x1b[m" if pen != PLAIN else ""), PLAIN
    if wanted.ink == ANY_INK:
        if wanted.paper == pen.paper and not SEEN_ON_BLANKS & set(pen.attributes.split(";")):
            return "", pen
        wanted = Pen("", pen.ink if not pen.attributes else "", wanted.paper)
    if wanted == pen:
        return "", pen
    return min([_afresh(wanted), *_from(pen, wanted)], key=len), wanted


def _afresh(wanted: Pen) -> str:
    codes = ";".join(part for part in wanted if part)
    return f"\x1b[0;{codes}m" if codes else "\x1b[m"


def _from(pen: Pen, wanted: Pen) -> list[str]:
    """The change alone, where nothing has to be switched off first."""
    if pen.attributes and pen.attributes != wanted.attributes:
        return []
    changes = [wanted.attributes] if wanted.attributes != pen.attributes else []
    if wanted.ink != pen.ink:
        changes.append(wanted.ink or "39")
    if wanted.paper != pen.paper:
        changes.append(wanted.paper or "49")
    return [f"\x1b[{';'.join(changes)}m"]


def _whole(pen: Pen, text: str, width: int) -> tuple[Glyph, ...]:
    return (Glyph(pen, text, sure=False), *[Glyph(pen, "", sure=False)] * (width - 1)) if width else ()


def _unseen(pen: Pen) -> Pen:
    return pen if SEEN_ON_BLANKS & set(pen.attributes.split(";")) else Pen("", ANY_INK, pen.paper)


@lru_cache(maxsize=4096)
def _pen(style: Style, colours: ColorSystem) -> Pen:
    ink = style.color.downgrade(colours).get_ansi_codes() if style.color else ()
    paper = style.bgcolor.downgrade(colours).get_ansi_codes(False) if style.bgcolor else ()
    attributes = Strip.render_ansi(style.without_color, colours)
    return Pen(attributes, _codes(ink, "39"), _codes(paper, "49"))


def _codes(codes: tuple[str, ...], default: str) -> str:
    return "" if codes == (default,) else ";".join(codes)
