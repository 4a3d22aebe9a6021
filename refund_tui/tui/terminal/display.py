"""Owns how the picture reaches the terminal: few bytes, without colours where none are wanted, whole after a pause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.filter import LineFilter
from textual.screen import Screen

from refund_tui.tui.terminal import cell_diff as celldiff
from refund_tui.tui.terminal.frame import Frame
from refund_tui.tui.terminal.no_color import Colourless
from refund_tui.tui.terminal.textual_version import is_known


class Display(App[int]):
    """An app on a slow line. Mix it in before other apps; `action_redraw` is there to be bound to a key."""

    _COLOURLESS: ClassVar[Sequence[LineFilter]] = (Colourless(),)

    def __init__(self, *, cell_diff: bool = True) -> None:
        super().__init__()
        self._on_the_terminal = Frame() if cell_diff and is_known() else None

    def on_mount(self) -> None:
        """A program that comes back from the background draws all of its screen."""
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())

    def on_resize(self, event: events.Resize) -> None:
        """What a terminal shows after its size changed is its own affair."""
        self._distrust_the_screen()

    def action_redraw(self) -> None:
        """Draw everything again, whatever another program or a bad line has left on the screen."""
        self._distrust_the_screen()
        self.screen.refresh(layout=True)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """None of Textual's with NO_COLOR, but our own."""
        return self._COLOURLESS if self.no_color else super().get_line_filters()

    def _distrust_the_screen(self) -> None:
        if self._on_the_terminal is not None:
            self._on_the_terminal.forget()

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if self._on_the_terminal is not None and isinstance(renderable, (LayoutUpdate, ChopsUpdate)):
            size = self.size.width, self.size.height
            super()._display(screen, cast("RenderableType", celldiff.CellDiff(renderable, self._on_the_terminal, size)))
        else:
            super()._display(screen, renderable)
