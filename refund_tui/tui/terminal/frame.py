"""Owns what the terminal shows, cell by cell, and computes the fewest bytes that change it.

Pure: glyphs in, escape sequences out; it knows no widget and no driver. A cell whose content is not known (after a
resize, after a suspension, half of a wide character) is None: it is always written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from refund_tui.tui.terminal.cells import PLAIN, Glyph, Pen, blocks, is_inside, turn

UNSURE = Glyph(PLAIN, "", sure=False)
"""Stands for a cell of which nothing is known."""

Line = list[Glyph | None]

BRIDGE = 4
"""Up to so many unchanged cells are written again, because moving the cursor over them costs as many bytes."""

WORTH_SCROLLING = 3
"""So many lines must have moved before the terminal is asked to scroll."""


class CellRun(NamedTuple):
    """Glyphs to be shown from a cell on; `x` and `y` from 0."""

    x: int
    y: int
    glyphs: Sequence[Glyph]


class Frame:
    """The cells of a terminal, as far as they are known."""

    def __init__(self) -> None:
        self._width = self._height = 0
        self._lines: list[Line] = []

    def forget(self) -> None:
        """Treat every cell as not known."""
        self._lines = [[None] * self._width for _ in range(self._height)]

    def write(self, size: tuple[int, int], pieces: Iterable[CellRun]) -> str:
        """What to send so that a screen of that size shows the pieces too. The caller must send it."""
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
        """The lines that the pieces change, with the change made."""
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
        """Write what differs in a line."""
        bridge: list[Glyph] = []
        for x, end, glyph in blocks(new):
            if glyph is None or old[x:end] == new[x:end]:
                bridge.append(glyph or UNSURE)
                continue
            self._go(x, y, bridge)
            self._write(glyph, y, end)
            bridge = []

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
