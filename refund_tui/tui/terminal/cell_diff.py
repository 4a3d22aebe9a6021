"""Owns what the terminal shows, cell by cell, and computes the fewest bytes that change it.

The input is glyphs, the output escape sequences. Never uses a widget or a driver. A cell whose content is not known
(after a resize, after a suspension, half of a wide character) is None, and is always written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from refund_tui.core.emoji import is_picture_in_parts
from refund_tui.core.text import clusters


class Pen(NamedTuple):
    """A style as SGR parameters without `ESC [` and `m`; "" is the terminal's default."""

    attributes: str
    ink: str
    paper: str


PLAIN = Pen("", "", "")
ANY_INK = "any"
"""The text colour of a blank. Any colour is right, because it cannot be seen."""
RAW = Pen("raw", "", "")
"""The pen of a text with its own escape sequences, such as a link. The text switches them off itself."""
SEEN_ON_BLANKS = {"4", "7", "9", "21", "53"}
"""SGR codes that are visible on a blank too: underlined, reversed, struck out, doubly underlined, overlined."""


class Glyph(NamedTuple):
    """A text that is written in one piece: one character in exactly one cell (`sure`), or a text of several cells.

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
    return tuple(glyph for run in _runs(text) for glyph in _glyphs(pen, run))


def _runs(text: str) -> Iterator[str]:
    """The text cut before and after each emoji of several characters."""
    run = ""
    for part in (text,) if text.isascii() else clusters(text):
        if is_picture_in_parts(part):
            yield from filter(None, (run, part))
            run = ""
        else:
            run += part
    yield from filter(None, (run,))


def _glyphs(pen: Pen, text: str) -> tuple[Glyph, ...]:
    if is_picture_in_parts(text) or cell_len(text) != len(text) or any(map(_not_one_cell, text)):
        return _whole(pen, text, cell_len(text))
    blank = Glyph(_unseen(pen), " ")
    return tuple(blank if char == " " else Glyph(pen, char) for char in text)


def _not_one_cell(char: str) -> bool:
    return not char.isascii() and cell_len(char) != 1


def widest(text: str) -> int:
    """The most cells that a terminal takes for an emoji if it draws each of its characters apart."""
    return sum(2 for char in text if cell_len(char))


def glyphs_in(segments: Iterable[Segment], colours: ColorSystem) -> list[Glyph]:
    """The cells of a strip."""
    found: list[Glyph] = []
    for text, style, control in segments:
        if text and not control:
            found += glyphs_of(text, style, colours)
    return found


def blocks(line: Sequence[Glyph | None]) -> Iterator[tuple[int, int, Glyph | None]]:
    """The glyphs of a line with their cells; None for cells that are not known."""
    x, size = 0, len(line)
    while x < size:
        end = x + 1
        while end < size and is_inside(line[end]):
            end += 1
        yield x, end, line[x]
        x = end


@lru_cache(maxsize=4096)
def turn(pen: Pen, glyph: Glyph) -> tuple[str, Pen]:
    """The escape sequence before `glyph` if `pen` is switched on, and the pen after it."""
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
    """Only the change, if nothing must be switched off first."""
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


UNSURE = Glyph(PLAIN, "", sure=False)
"""A cell that is not known."""

Line = list[Glyph | None]

BRIDGE = 4
"""The most unchanged cells that are written again: moving the cursor over them takes as many bytes."""

WORTH_SCROLLING = 3
"""The fewest moved lines for which the terminal is asked to scroll."""


class CellRun(NamedTuple):
    """Glyphs to be shown from a cell on; `x` and `y` from 0."""

    x: int
    y: int
    glyphs: Sequence[Glyph]


class Frame:
    """The known cells of a terminal."""

    def __init__(self) -> None:
        self._width = self._height = 0
        self._lines: list[Line] = []

    def forget(self) -> None:
        """Treat every cell as not known."""
        self._lines = [[None] * self._width for _ in range(self._height)]

    def write(self, size: tuple[int, int], pieces: Iterable[CellRun]) -> str:
        """The bytes with which a screen of that size also shows the pieces. The caller must send them."""
        if size != (self._width, self._height):
            self._width, self._height = size
            self.forget()
        wanted = self._overlaid(pieces)
        pencil = _Pencil(self._width)
        self._scroll(wanted, pencil)
        for y, line in sorted(wanted.items()):
            pencil.change(y, self._lines[y], line)
            self._lines[y] = line
        return pencil.done()

    def _overlaid(self, pieces: Iterable[CellRun]) -> dict[int, Line]:
        """The changed lines, after the change."""
        wanted: dict[int, Line] = {}
        for x, y, glyphs in pieces:
            if not (0 <= y < self._height and 0 <= x < self._width):
                continue
            line = wanted.setdefault(y, self._lines[y].copy())
            end = min(self._width, x + len(glyphs))
            _doubt_halves(line, x)
            _doubt_halves(line, end)
            line[x:end] = glyphs[: end - x]
        return wanted

    def _scroll(self, wanted: dict[int, Line], pencil: _Pencil) -> None:
        """If enough lines moved by one, have the terminal scroll them."""
        for by in (1, -1):
            moved = [y for y, line in wanted.items() if self._is_moved(y, y + by, line)]
            first, last = min(moved, default=0) + min(0, by), max(moved, default=0) + max(0, by)
            if len(moved) >= WORTH_SCROLLING and 2 * len(moved) > last - first:
                for y in range(first, last + 1):
                    wanted.setdefault(y, self._lines[y].copy())
                gone, new = (first, last) if by > 0 else (last, first)
                del self._lines[gone]
                self._lines.insert(new, [None] * self._width)
                pencil.scroll(first, last, by)
                return

    def _is_moved(self, y: int, source: int, line: Line) -> bool:
        return (
            0 <= source < self._height and line == self._lines[source] and line != self._lines[y] and None not in line
        )


def _doubt_halves(line: Line, cut: int) -> None:
    """If a glyph of several cells reaches across `cut`, its cells are not known any more."""
    if 0 < cut < len(line) and is_inside(line[cut]):
        start = end = cut
        while is_inside(line[start]):
            start -= 1
        while end < len(line) and is_inside(line[end]):
            end += 1
        line[start:end] = [None] * (end - start)


class _Pencil:
    """Collects the output; keeps track of the cursor and of the style that is switched on."""

    def __init__(self, width: int) -> None:
        self._out: list[str] = []
        self._width = width
        self._pen: Pen = PLAIN
        self._at: tuple[int, int] | None = None

    def scroll(self, first: int, last: int, by: int) -> None:
        """Move the lines `first` to `last` up (1) or down (-1) by one."""
        edge, move = (last, "\n") if by > 0 else (first, "\x1bM")
        self._out.append(f"\x1b[{first + 1};{last + 1}r\x1b[{edge + 1}H{move}\x1b[r")

    def change(self, y: int, old: Line, new: Line) -> None:
        """Write what differs in a line, and all that an emoji before it may have drawn over."""
        bridge: list[Glyph] = []
        drawn_over = 0
        for x, end, glyph in blocks(new):
            if glyph is None or (old[x:end] == new[x:end] and x >= drawn_over):
                bridge.append(glyph or UNSURE)
                continue
            self._go(x, y, bridge)
            if is_picture_in_parts(glyph.text):
                drawn_over = self._write_picture(glyph, x, y, end)
            else:
                self._write(glyph, y, end)
            bridge = []

    def _write_picture(self, glyph: Glyph, x: int, y: int, end: int) -> int:
        """Write an emoji of several characters over blanks: a terminal may draw fewer or more cells than are counted.

        Returns where such a terminal ends. Where that is beyond the line, a sign stands for the emoji.
        """
        blank = " " * (end - x)
        reach = x + widest(glyph.text)
        if reach > self._width:
            self._write(Glyph(glyph.pen, "?" * (end - x), glyph.sure), y, end)
            return end
        self._write(Glyph(glyph.pen, blank, glyph.sure), y, end)
        self._go(x, y, [])
        self._write(glyph, y, end)
        return reach

    def done(self) -> str:
        """All of the output, with the style switched off at its end."""
        if self._pen != PLAIN:
            self._out.append("\x1b[m")
        return "".join(self._out)

    def _go(self, x: int, y: int, bridge: list[Glyph]) -> None:
        if self._at == (x, y):
            return
        if self._at is not None and self._at[1] == y:
            gap = x - self._at[0]
            if gap <= BRIDGE and all(glyph.sure and turn(self._pen, glyph) == ("", self._pen) for glyph in bridge):
                self._out.extend(glyph.text for glyph in bridge)
            else:
                self._out.append(f"\x1b[{gap}C" if gap > 1 else "\x1b[C")
        else:
            self._out.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
        self._at = (x, y)

    def _write(self, glyph: Glyph, y: int, end: int) -> None:
        codes, self._pen = turn(self._pen, glyph)
        self._out += (codes, glyph.text)
        self._at = (end, y) if glyph.sure and end < self._width else None
