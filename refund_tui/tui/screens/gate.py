"""Owns the place where a person ends the wait that the service asked of the whole account: what it is, and the word."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from refund_tui.core.text import visible
from refund_tui.desk.desk import Desk
from refund_tui.tui.bindings import bindings
from refund_tui.tui.commands import GATE
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.widgets.plain_text import Part, Plain, literal
from refund_tui.tui.widgets.text_field import field
from refund_tui.tui.wording.states import moment

_FOLLOWS = (
    "\n\nOnce it is ended, what waits for nothing else is asked for at once, one after the other, each with its own "
    "id. If the service still takes no requests, it asks to wait again. Nothing is paid twice by it.\n\nThe word stays "
    "in the ledger."
)
_OVER = "The account does not wait any more: what was held goes by itself."


class GateScreen(ScreenPane):
    """One field for the word; Enter ends the wait, Escape does nothing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(GATE)
    title = "The wait"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "gate")
        self._from = "lookup"
        self._told = Plain("", id="gate-told")
        self._word = field("word", "who said that it may go on, or why the wait is wrong")
        self._wrong = Plain("", classes="wrong")

    def compose(self) -> ComposeResult:
        """What waits and for how long, and the field."""
        yield self._told
        with Horizontal(classes="field"):
            yield Plain("Because", classes="name")
            yield self._word
        yield self._wrong

    def came_from(self, place: str) -> None:
        """Where the clerk was, to go back to."""
        self._from = place

    def enter(self) -> None:
        """An empty field."""
        self._word.value = ""
        self._wrong.show("")
        self._word.focus()
        self.reload()

    def reload(self) -> None:
        """Tell again what waits."""
        self._told.show(literal(*(self._about() if self._desk.held > 0 else (_OVER,))))

    def _about(self) -> list[Part]:
        desk, summary, now = self._desk, self._desk.summary, self._desk.now().at
        until = moment(summary.gate.not_before, desk.settings.zone, now) if summary.gate else ""
        number = summary.to_send
        held = f"The service asked the account {visible(desk.endpoint, 60)} to wait until {until}."
        return [
            ("End the wait of the whole account?", "bold"),
            f"\n\n{held} {number} {'refund is' if number == 1 else 'refunds are'} held by it.",
            _FOLLOWS,
        ]

    @on(Input.Submitted, "#word")
    async def _submitted(self) -> None:
        self.action_end_wait()

    def action_end_wait(self) -> None:
        """End it, if a word was typed."""
        word = self._word.value.strip()
        if not word:
            self._wrong.show("type why, in a few words; Escape goes back and ends nothing")
            return
        self._word.value = ""
        self.in_background(self._end(word))

    async def _end(self, word: str) -> None:
        await self._desk.open_gate(word)
        await self.frame.go(self._from)
        self.frame.announce("The account's wait was ended: what was held goes now.")

    async def action_back(self) -> None:
        """Back to where the clerk was; nothing is ended."""
        await self.frame.go(self._from)
