"""Owns the screen on which a person ends the wait of the whole account, with a reason. It sends nothing itself."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from refund_tui.desk.desk import Desk
from refund_tui.tui.commands import GATE, bindings
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.widgets.fields import field
from refund_tui.tui.widgets.plain_text import Plain, literal
from refund_tui.tui.wording.notices import WAIT_ENDED
from refund_tui.tui.wording.questions import WAIT_NEEDS_REASON, WAIT_OVER, gate_question


class GateScreen(ScreenPane):
    """One field for the reason; Enter ends the wait, Escape goes back and ends nothing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(GATE)
    title = "The wait"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "gate")
        self._from = "lookup"
        self._ending = False
        self._told = Plain("", id="gate-facts")
        self._word = field("word", "who allowed it, or why the wait is wrong")
        self._wrong = Plain("", classes="wrong")

    def compose(self) -> ComposeResult:
        """The waiting refunds, the time, and the field."""
        yield self._told
        with Horizontal(classes="field"):
            yield Plain("Because", classes="name")
            yield self._word
        yield self._wrong

    def return_to(self, screen: str) -> None:
        """Set the screen to go back to."""
        self._from = screen

    def enter(self) -> None:
        """An empty field."""
        self._word.value = ""
        self._wrong.show("")
        self._word.focus()
        self.reload()

    def reload(self) -> None:
        """Show the present wait."""
        self._told.show(literal(*(gate_question(self._desk) if self._desk.held > 0 else (WAIT_OVER,))))

    @on(Input.Submitted, "#word")
    async def _submitted(self) -> None:
        self.action_end_wait()

    def action_end_wait(self) -> None:
        """End the wait, if a reason was typed."""
        word = self._word.value.strip()
        if not word:
            self._wrong.show(WAIT_NEEDS_REASON)
            return
        if not self._ending:  # Enter may come twice
            self._ending = True
            self.in_background(self._end(word))

    async def _end(self, word: str) -> None:
        try:
            awaited = await self._desk.open_gate(word)
        finally:
            self._ending = False
        await self.refund_app.go(self._from)
        self.refund_app.announce(awaited.words if awaited else WAIT_ENDED)

    async def action_back(self) -> None:
        """Go back; nothing is ended."""
        await self.refund_app.go(self._from)
