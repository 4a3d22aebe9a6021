"""Owns how the screen reaches the terminal: in few bytes, without colours under NO_COLOR, redrawn after a suspension.

Also owns the clipboard: it asks the terminal (OSC 52) and cannot know the result.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter

from refund_tui.core.emoji import is_picture_in_parts
from refund_tui.core.text import clusters
from refund_tui.tui.terminal.cell_diff import Frame
from refund_tui.tui.terminal.textual_inside import send_only_changed_cells, write_to_terminal


class Colourless(LineFilter):
    """Removes colours and keeps attributes; Textual's own filters leave greys, or codes for "default"."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same text without colours."""
        return [Segment(text, style and _without(style), control) for text, style, control in segments]


class PlainPictures(LineFilter):
    """Puts signs in place of emoji of several characters, where they would break the columns or cannot be drawn."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same text, as wide, without such emoji."""
        return [
            segment if segment.text.isascii() else Segment(_plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    return "".join("?" * cell_len(part) if is_picture_in_parts(part) else part for part in clusters(text))


def draws_pictures(term: str) -> bool:
    """Whether a terminal of this name may have emoji: a console and a terminal of old have none."""
    return not term.startswith(("linux", "vt", "ansi", "cons"))


@lru_cache(maxsize=1024)
def _without(style: Style) -> Style:
    return style.without_color


class Display(App[int]):
    """An app on a slow line. Mix it in before other apps; `action_redraw` is there to be bound to a key."""

    _COLOURLESS: ClassVar[Sequence[LineFilter]] = (Colourless(),)

    def __init__(self, *, cell_diff: bool = True) -> None:
        super().__init__()
        self._frame = Frame()
        pictures = cell_diff and draws_pictures(os.environ.get("TERM", ""))  # else whole lines are sent, of any width
        self._pictures: Sequence[LineFilter] = () if pictures else (PlainPictures(),)
        if cell_diff:
            send_only_changed_cells(self, self._frame)

    def on_mount(self) -> None:
        """Draw the whole screen when the program comes back from the background."""
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())

    def on_resize(self, event: events.Resize) -> None:
        """Treat all cells as not known after a change of size."""
        self._frame.forget()

    def action_redraw(self) -> None:
        """Draw everything again, because another program or a bad line may have changed the screen."""
        self._frame.forget()
        self.screen.refresh(layout=True)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Use our own filter instead of Textual's if NO_COLOR is set."""
        return [*self._pictures, *(self._COLOURLESS if self.no_color else super().get_line_filters())]


LONGEST = 4_000
"""The most characters that are sent. Terminals drop longer requests without a message."""


def request(text: str, environ: Mapping[str, str]) -> str:
    """The sequence that asks the terminal to copy `text`, wrapped so that screen or tmux pass it on.

    tmux gets both forms: with `set-clipboard on` it uses the plain one, with `allow-passthrough on` the wrapped one.
    """
    plain = f"\x1b]52;c;{base64.b64encode(text[:LONGEST].encode()).decode()}\x07"
    if environ.get("TMUX"):
        return f"{plain}\x1bPtmux;{plain.replace(chr(27), chr(27) * 2)}\x1b\\"
    if environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        return f"\x1bP{plain}\x1b\\"
    return plain


def copy(app: App[int], text: str, environ: Mapping[str, str]) -> None:
    """Ask the terminal to copy `text`. The terminal does not answer."""
    if not app.is_headless and not write_to_terminal(app, request(text, environ)):
        app.copy_to_clipboard(text[:LONGEST])
