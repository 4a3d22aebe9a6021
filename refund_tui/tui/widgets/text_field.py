"""Owns the input field: one underlined line, no blinking, and pasted control characters made visible."""

from __future__ import annotations

from rich.style import Style
from textual.events import Paste
from textual.geometry import Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input

from refund_tui.core.text import visible

_LINE = Style(underline=True)


class Field(Input):
    """One line of input."""

    virtual_size = Reactive(Size(0, 0), layout=False)
    """In Textual's Input each typed character causes a layout of the whole screen."""

    def hint(self, words: str) -> None:
        """Show words while the field is empty, in parentheses so that they are not taken for what is typed."""
        self.placeholder = f"({words})" if words else ""

    def fill(self, value: str) -> None:
        """Put in what is not typed now: all of it is selected, so that the first key replaces it."""
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
