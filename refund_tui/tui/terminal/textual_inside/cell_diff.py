"""Owns the stage between Textual's compositor and the terminal: of each update only the cells that changed are sent.

Without it the same screen is drawn with more bytes. It never changes what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

from refund_tui.tui.terminal.cells import glyphs_in
from refund_tui.tui.terminal.frame import CellRun, Frame

Update = LayoutUpdate | ChopsUpdate


def put_before_terminal(app: App[int], frame: Frame) -> None:
    """Put the stage before the terminal of `app`."""
    textuals_own = app._display

    def display(screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            size = app.size.width, app.size.height
            renderable = cast("RenderableType", CellDiff(renderable, frame, size))
        textuals_own(screen, renderable)

    vars(app)["_display"] = display


class CellDiff(CompositorUpdate):
    """An update of Textual's that sends only what differs from `frame`; `size` is the terminal's, in cells."""

    def __init__(self, update: Update, frame: Frame, size: tuple[int, int]) -> None:
        self._update, self._frame, self._size = update, frame, size

    def render_segments(self, console: Console) -> str:
        """What to write to the terminal."""
        colours = console._color_system or ColorSystem.TRUECOLOR
        strips = _of_layout(self._update) if isinstance(self._update, LayoutUpdate) else _of_chops(self._update)
        return self._frame.write(self._size, (CellRun(x, y, glyphs_in(strip, colours)) for x, y, strip in strips))


def _of_layout(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Every strip with the cell it begins at."""
    for y, line in enumerate(update.strips, update.region.y):
        yield update.region.x, y, Strip.join(line)


def _of_chops(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The same for the parts of lines that a partial update touches."""
    for y, left, right in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= right and end > left:
                whole = left <= x < right and end <= right
                yield x, y, strip if whole else strip.crop(0, min(end, right) - x)
