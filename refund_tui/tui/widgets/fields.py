"""Owns the inputs: a field of one line, a choice by digit, the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input

from refund_tui.core.reasons import ReasonCode
from refund_tui.core.text import visible
from refund_tui.tui.widgets.plain_text import Plain

_LINE = Style(underline=True)


class Field(Input):
    """One line of input."""

    virtual_size = Reactive(Size(0, 0), layout=False)
    """Not Textual's default: with that, each typed character causes a layout of the whole screen."""

    def hint(self, words: str) -> None:
        """Show a hint while the field is empty, in parentheses, so that it does not look like typed text."""
        self.placeholder = f"({words})" if words else ""

    def fill(self, value: str) -> None:
        """Put in a text that nobody typed. All of it is selected, so that the first key replaces it."""
        self.value = value
        self.select_all()

    def render_line(self, y: int) -> Strip:
        """The text, underlined to the end of the field, so that an empty field can be seen."""
        return super().render_line(y).apply_style(_LINE)

    def on_paste(self, event: Paste) -> None:
        """Insert the first line that is not blank, with control characters made visible."""
        event.prevent_default()
        event.stop()
        said = next((line for line in map(str.strip, event.text.splitlines()) if line), "")
        self.replace(visible(said), *sorted(self.selection))


def field(name: str, hint: str = "") -> Field:
    """A field with an id; `hint` shows while it is empty."""
    made = Field(compact=True, id=name, select_on_focus=False)
    made.hint(hint)
    made.cursor_blink = False
    return made


class Choice(Plain, can_focus=True):
    """A choice of at most nine, each with its digit. `picked` is the chosen digit, None at first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(digit), f"pick({digit})", show=False) for digit in range(10)),
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
    ]

    @dataclass
    class Picked(Message):
        """A choice was made."""

        digit: int

    @dataclass
    class NotOne(Message):
        """A digit was pressed that is not in the choice."""

        digit: int

    def __init__(self, possibilities: Sequence[str], *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self._possibilities = possibilities
        self.picked: int | None = None

    def on_mount(self) -> None:
        """Show the choices."""
        self.choose(self.picked)

    def choose(self, digit: int | None) -> None:
        """Choose without a message. None removes the choice."""
        self.picked = digit
        lines = [f"{'›' if n == digit else ' '} {n} {words}" for n, words in enumerate(self._possibilities, 1)]
        self.show("\n".join(lines))

    def action_pick(self, digit: int) -> None:
        """Choose by digit."""
        if 1 <= digit <= len(self._possibilities):
            self.choose(digit)
            self.post_message(self.Picked(digit))
        else:
            self.post_message(self.NotOne(digit))

    def action_step(self, by: int) -> None:
        """Choose the one above or below."""
        at = self.picked + by if self.picked else 1
        self.action_pick(max(1, min(len(self._possibilities), at)))


class ReasonPicker(Choice):
    """One digit for each reason."""

    DEFAULT_CSS = f"ReasonPicker {{ height: {len(ReasonCode)}; }}"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__([code.words for code in ReasonCode], id=id)

    @property
    def reason(self) -> ReasonCode | None:
        """The reason chosen."""
        return ReasonCode.by_digit(self.picked) if self.picked else None
