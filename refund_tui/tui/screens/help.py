"""Owns help, the only modal screen. It shows the possible commands. It decides nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget

from refund_tui.tui.commands import Command
from refund_tui.tui.widgets.plain_text import Part, Plain, literal
from refund_tui.tui.wording.help_pages import ABOUT_FIELDS, ABOUT_SCREENS
from refund_tui.tui.wording.states import SIGNS, STATE_MEANS, STYLES

NAME = 3 + max(len(state) for state in STATE_MEANS)
"""Columns for a key, or for a state with its sign, and a blank."""

CLOSES = "Esc closes it, the arrows scroll it"


class HelpScreen(ModalScreen[None]):
    """Help for the present screen and the focused widget: the keys that work, and the meaning of the states."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,enter,q", "close", "Close")]

    def __init__(self, screen: str, commands: Sequence[tuple[Command, list[str]]], cursor: Widget | None) -> None:
        """`commands` are those whose keys work now, each with these keys."""
        super().__init__()
        self._commands = commands
        about = ABOUT_SCREENS.get(screen, ""), ABOUT_FIELDS.get((cursor.id if cursor else None) or "", "")
        self._about = [text for text in about if text]

    def compose(self) -> ComposeResult:
        """One page of text, scrolled by the arrow keys."""
        with VerticalScroll(id="help"):
            yield Plain("", id="help-text")

    def on_resize(self) -> None:
        """Wrap the lines at the width of the terminal."""
        width = max(40, self.size.width - 6)
        keys = _by_words(self._commands)
        states = [(f"{SIGNS[state]} {state}", words) for state, words in STATE_MEANS.items()]
        about = "\n\n".join(textwrap.fill(text, width) for text in self._about)
        parts: list[Part] = [("Help", "bold"), (f" · {CLOSES}\n\n", STYLES["dim"]), about]
        for title, rows in (("Keys", keys), ("What a refund can be", states)):
            lines = "\n".join(_folded(name, words, width) for name, words in rows)
            parts += [(f"\n\n{title}\n", "bold"), lines]
        self.query_one("#help-text", Plain).show(literal(*parts))

    def action_close(self) -> None:
        """Close help."""
        self.dismiss()


def _by_words(commands: Sequence[tuple[Command, list[str]]]) -> list[tuple[str, str]]:
    """The keys of each thing that can be done: keys that do the same, such as up and down, share a line."""
    found: dict[str, list[str]] = {}
    for command, keys in commands:
        found.setdefault(command.words, []).extend(keys)
    return [(", ".join(keys), words) for words, keys in found.items()]


def _folded(name: str, words: str, width: int) -> str:
    return textwrap.fill(words, width, initial_indent=f"  {name:{NAME}}", subsequent_indent=" " * (NAME + 2))
