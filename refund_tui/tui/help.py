"""Owns help: the one thing that lies over the rest. It shows the registry's commands and decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from refund_tui.tui.commands import Command, said
from refund_tui.tui.line.plain import Plain
from refund_tui.tui.states import SIGNS, STATE_MEANS

_ABOUT = {
    "lookup": "Type or paste a trip id, or a receipt, the card's last four, an amount, a date, an article.\n"
    "Up and Down move in the list while you type. Enter opens the refund.",
    "refund": "Type the amount, Tab, one digit for the reason, F10. Then y refunds it; n or Escape goes back.\n"
    "Both are deaf for half a second, so that a key struck twice confirms nothing. Once it is recorded\n"
    "you can leave: it goes on by itself, with the same id, until the answer is known.",
    "history": "Every refund, newest first. Enter shows its attempts and events.",
    "leaving": "Refunds that are still open go on when the program next runs.",
}


class HelpScreen(ModalScreen[None]):
    """This place, its keys, and what the states mean."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,enter,q", "close", "Close")]

    def __init__(self, place: str, commands: Sequence[Command]) -> None:
        super().__init__()
        self._place, self._commands = place, commands

    def compose(self) -> ComposeResult:
        """One page of text, scrolled by the arrow keys."""
        keys = [f"  {', '.join(said(key) for key in c.keys):12} {c.label:12} {c.words}" for c in self._commands]
        states = [f"  {SIGNS[state]} {state:15} {words}" for state, words in STATE_MEANS.items()]
        lines = [
            _ABOUT.get(self._place, ""),
            "",
            "Keys",
            *keys,
            "",
            "What a refund can be",
            *states,
            "",
            "Escape closes this.",
        ]
        with VerticalScroll(id="help"):
            yield Plain("\n".join(lines))

    def action_close(self) -> None:
        """Back to where the clerk was."""
        self.dismiss()
