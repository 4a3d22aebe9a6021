"""Owns one refund on the screen, and what a person can do to it: its timeline, the questions before it, its receipt.

Decides nothing: what is possible is the lifecycle's, what is done is the desk's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import ContentSwitcher

from refund_tui.core.refunds import Action, Refund
from refund_tui.desk.actions import Evidence
from refund_tui.desk.attempt_end import UnderWay
from refund_tui.desk.desk import Desk
from refund_tui.tui.files import write_receipt
from refund_tui.tui.terminal.clipboard import copy
from refund_tui.tui.widgets.choice import Choice
from refund_tui.tui.widgets.confirm import ConfirmPanel, Question
from refund_tui.tui.widgets.plain_text import Plain
from refund_tui.tui.widgets.settle_form import SettleForm
from refund_tui.tui.widgets.timeline import Timeline
from refund_tui.tui.wording.action_questions import act_question, settle_question, settle_title

_WAYS = {"ask_again": (Action.ASK_AGAIN, Action.GO_ON, Action.TRY_NOW), "stop": (Action.STOP, Action.CANCEL)}
"""What each command does, whichever is possible now."""

RECEIPT_SENT = "Sent to your terminal's clipboard; whether it took the receipt cannot be known."

Do = Callable[[Coroutine[object, object, None]], None]


class RefundPanel(ContentSwitcher):
    """Follows one refund. `do` carries out what must not hold a key up, and announces what fails."""

    @dataclass
    class Stepped(Message):
        """Something else is shown: other keys hold."""

    @dataclass
    class Said(Message):
        """Something to be announced."""

        words: str

    def __init__(self, desk: Desk, do: Do, *, id: str | None = None) -> None:
        super().__init__(initial="timeline", id=id)
        self._desk, self._do = desk, do
        self._asked: tuple[str, Action, Evidence | None] | None = None
        self.timeline = Timeline(desk, id="timeline")
        self._panel = ConfirmPanel(desk.now, id="asking")
        self._form = SettleForm(id="settling")
        self._receipt = Plain("", id="receipt-text")

    def compose(self) -> ComposeResult:
        """One of four at a time."""
        yield self.timeline
        yield self._panel
        yield self._form
        with VerticalScroll(id="receipt"):
            yield self._receipt

    @property
    def refund(self) -> Refund | None:
        """The refund that is shown, as last read."""
        return self.timeline.refund

    def follow(self, key: str) -> None:
        """Show a refund's timeline."""
        self.timeline.follow(key)
        self.current = "timeline"
        self._do(self.read())

    async def read(self) -> None:
        """Read the refund again; other keys may hold now."""
        await self.timeline.read()
        self.post_message(self.Stepped())

    def enter(self) -> None:
        """Put the cursor where it is needed."""
        self.query_one(Choice if self.current == "settling" else f"#{self.current}").focus()

    def can(self, action: str) -> bool:
        """What is possible now, by the names of the registry's commands."""
        refund = self.refund
        if self.current == "receipt":
            return action in ("copy", "write", "back")
        if action in ("submit", "back"):
            return self.current == "settling"
        if refund is None or self.current != "timeline":
            return False
        return possible_for(self._desk, refund, action, self.timeline.pending)

    def ask(self, command: str) -> None:
        """Ask before a command is carried out."""
        refund = self.refund
        if refund is not None and (action := _way(self._desk, refund, command)) is not None:
            self._question(refund, action, None, act_question(self._desk, refund, action, self.timeline.pending))

    def settle(self) -> None:
        """Open the form for the evidence."""
        if self.refund is not None:
            local = self._desk.now().at.astimezone(self._desk.settings.zone)
            self._go("settling")
            self._form.begin(settle_title(self.refund), f"{local:%Y-%m-%d %H:%M}")

    def submit(self) -> None:
        """Ask before the refund is settled, if nothing is missing."""
        form, refund = self._form, self.refund
        evidence = form.evidence()
        if evidence is None:
            self.post_message(self.Said(form.scold()))
        elif refund is not None:
            self._question(refund, Action.SETTLE, evidence, settle_question(refund, evidence))

    def back(self) -> None:
        """To the timeline."""
        self._go("timeline")

    def raw(self) -> None:
        """Every event, and each answer as it came."""
        self.timeline.toggle_raw()

    def to_clipboard(self) -> None:
        """The reconciliation id, or the receipt that is shown, to the clipboard."""
        identifier = self.refund.life.reconciliation_id if self.refund else None
        text = self._receipt.shown if self.current == "receipt" else identifier
        if text:
            told = copy(self.app, text, os.environ)
            self.post_message(self.Said(RECEIPT_SENT if self.current == "receipt" else told))

    async def write(self) -> None:
        """The receipt that is shown, to a file. Raises RefundTuiError."""
        if self.refund is not None:
            path = await write_receipt(self._desk, self.refund.key, self._receipt.shown)
            self.post_message(self.Said(f"The receipt was written to {path}"))

    async def show_receipt(self) -> None:
        """Make a receipt; that it was made is remembered. Raises NotPossible, StoreError."""
        if self.refund is not None:
            text = await self._desk.print_receipt(self.refund.key)
            self._receipt.show(text)
            self.post_message(self.Said(""))  # nothing stands in the receipt's room
            self._go("receipt")

    def tick(self) -> None:
        """Count down."""
        if self.current == "timeline":
            self.timeline.tick()

    def _question(self, refund: Refund, action: Action, evidence: Evidence | None, question: Question) -> None:
        self._asked = (refund.key, action, evidence)
        self.post_message(self.Said(""))
        self._go("asking")
        self._panel.ask(question)

    def _go(self, step: str) -> None:
        self.current = step
        self.enter()
        self.post_message(self.Stepped())

    @on(ConfirmPanel.Answered)
    def _answered(self, message: ConfirmPanel.Answered) -> None:
        message.stop()
        asked, self._asked = self._asked, None
        evidence = asked[2] if asked else None
        self._go("settling" if evidence is not None and not message.yes else "timeline")
        if message.yes and asked is not None:
            self._do(self._act(*asked))

    async def _act(self, key: str, action: Action, evidence: Evidence | None) -> None:
        await self._desk.act(key, action, evidence=evidence)
        await self.read()


def possible_for(desk: Desk, refund: Refund, command: str, pending: UnderWay | None) -> bool:
    """Whether a command can be carried out on a refund now, by its action's name in the registry."""
    if command == "copy":
        return refund.life.reconciliation_id is not None
    if command == "receipt":
        return desk.refusal is None
    if command in _WAYS:
        return _way(desk, refund, command) is not None
    return command == "raw" or (command == "settle" and Action.SETTLE in desk.possible(refund, pending))


def _way(desk: Desk, refund: Refund, command: str) -> Action | None:
    possible = desk.possible(refund)
    return next((action for action in _WAYS[command] if action in possible), None)
