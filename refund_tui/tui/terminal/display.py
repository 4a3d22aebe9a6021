"""Owns how the screen reaches the terminal: in few bytes, without colour under NO_COLOR, whole after a pause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import App
from textual.filter import LineFilter

from refund_tui.tui.terminal.frame import Frame
from refund_tui.tui.terminal.no_color import Colourless
from refund_tui.tui.terminal.textual_inside import send_only_changed_cells


class Display(App[int]):
    """An app on a slow line. Mix it in before other apps; `action_redraw` is there to be bound to a key."""

    _COLOURLESS: ClassVar[Sequence[LineFilter]] = (Colourless(),)

    def __init__(self, *, cell_diff: bool = True) -> None:
        super().__init__()
        self._frame = Frame()
        if cell_diff:
            send_only_changed_cells(self, self._frame)

    def on_mount(self) -> None:
        """Draw the whole screen when the program comes back from the background."""
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())

    def on_resize(self, event: events.Resize) -> None:
        """After a change of size nobody knows what the terminal shows."""
        self._frame.forget()

    def action_redraw(self) -> None:
        """Draw everything again, whatever another program or a bad line has left on the screen."""
        self._frame.forget()
        self.screen.refresh(layout=True)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """With NO_COLOR our own filter instead of Textual's."""
        return self._COLOURLESS if self.no_color else super().get_line_filters()
