"""Owns help: the one thing that lies over the rest. It shows the registry's commands and decides nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget

from refund_tui.core.filter_line import OPEN, SHAPES
from refund_tui.core.reasons import REASON_DIGITS
from refund_tui.tui.commands import Command, keys_of
from refund_tui.tui.widgets.plain_text import Part, Plain, literal
from refund_tui.tui.wording.states import SIGNS, STATE_MEANS

NAME = 17
"""Columns for a key or a state."""

_ABOUT = {
    "lookup": "Type or paste a trip id, or a receipt, the card's last four, an amount, a date, an article. "
    "Up and Down move in the list while you type. Enter opens the refund.",
    "refund": "Type the amount, Tab, one digit for the reason, F10. Then y refunds it; n or Escape goes back. "
    "Both are dim and deaf for half a second, so that a key struck twice confirms nothing. Once it is recorded "
    "you can leave: it goes on by itself, with the same id, until the answer is known.",
    "history": "Every refund, newest first; it needs no network. Enter shows one with its attempts and events. "
    "What can be done about it now is in the line of keys, and only that.",
    "palette": "Type a part of a command's name or of what it does; Enter does it where you were.",
    "gate": "The service asked the whole account to wait. Type why that wait is to end, then Enter: what is held "
    "is asked for at once. Escape goes back and ends nothing.",
    "leaving": "Refunds that are still open go on when the program next runs.",
}

_FIELD = {
    "search": "You are in the search: every word must be found; a receipt, a day such as 2026-03-01, an amount.",
    "amount": "You are in the amount: digits and one decimal mark, no more than is left on the trip.",
    "currency": "You are in the currency: three letters, such as EUR; this trip's own is not known here.",
    "reason": f"You are at the reason: one digit from {REASON_DIGITS}, or up and down.",
    "note": "You are in the note: for you and your colleagues; it is never sent.",
    "articles": "You are at the articles: Space marks one, + and - change how many; the amount adds itself up.",
    "find": f"You are in the filter. Its words are {'; '.join(SHAPES.values())}; {OPEN}. "
    "What is none of them is looked for in ids and notes. The right arrow completes a word.",
    "refunds": "You are in the list: Enter shows a refund with its attempts and events.",
    "command": "You are at the commands that are possible now.",
    "word": "You are in the word: who said that it may go on, or why the wait is wrong; it stays in the ledger.",
    "paid": "You are at what became of the money: 1 or 2, on evidence only.",
    "reference": "You are in the reference: what an auditor can look it up by.",
    "said_by": "You are in who said so: a person, a bank, the service's support.",
    "when": "You are in when it was said: a day, or a day and a time.",
    "receipt": "You are at a receipt: 40 columns, marked COPY when it was made before.",
    "timeline": "You are at one refund: the arrows scroll it. Escape goes back; what is under way goes on.",
}
"""What the widget with the cursor takes, by its id."""


class HelpScreen(ModalScreen[None]):
    """This place, the widget with the cursor, the keys that hold, and what the states mean."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,enter,q", "close", "Close")]

    def __init__(
        self, place: str, commands: Sequence[Command], moved: Mapping[str, str], cursor: Widget | None
    ) -> None:
        super().__init__()
        self._commands, self._moved = commands, moved
        about = _ABOUT.get(place, ""), _FIELD.get((cursor.id if cursor else None) or "", "")
        self._about = [text for text in about if text]

    def compose(self) -> ComposeResult:
        """One page of text, scrolled by the arrow keys."""
        with VerticalScroll(id="help"):
            yield Plain("", id="help-text")

    def on_resize(self) -> None:
        """Fold the lines at the width there is."""
        width = max(40, self.size.width - 6)
        keys = [(", ".join(keys_of(command, self._moved)), command.words) for command in self._commands]
        states = [(f"{SIGNS[state]} {state}", words) for state, words in STATE_MEANS.items()]
        parts: list[Part] = ["\n\n".join(textwrap.fill(text, width) for text in self._about)]
        for title, rows in (("Keys", keys), ("What a refund can be", states)):
            lines = "\n".join(_folded(name, words, width) for name, words in rows)
            parts += [(f"\n\n{title}\n", "bold"), lines]
        self.query_one("#help-text", Plain).show(literal(*parts, "\n\nEscape closes this."))

    def action_close(self) -> None:
        """Back to where the clerk was."""
        self.dismiss()


def _folded(name: str, words: str, width: int) -> str:
    return textwrap.fill(words, width, initial_indent=f"  {name:{NAME}}", subsequent_indent=" " * (NAME + 2))
