"""Owns one refund on the screen: its timeline, the question before each action, the form to settle it, its receipt.

Never decides what is possible and never changes a refund itself: the lifecycle decides, the desk acts.
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
from refund_tui.errors import StoreError
from refund_tui.tui.files import write_receipt
from refund_tui.tui.terminal.display import copy
from refund_tui.tui.widgets.confirm import ConfirmPanel, Question
from refund_tui.tui.widgets.fields import Choice
from refund_tui.tui.widgets.plain_text import Plain
from refund_tui.tui.widgets.settle_form import SettleForm
from refund_tui.tui.widgets.timeline import Timeline
from refund_tui.tui.wording import notices
from refund_tui.tui.wording.questions import act_question, name_of, settle_question, settle_title

_WAYS = {"ask_again": (Action.ASK_AGAIN, Action.GO_ON, Action.TRY_NOW), "stop": (Action.STOP, Action.CANCEL)}
"""The actions of each command. The first possible one is used."""

RunInBackground = Callable[[Coroutine[object, object, None]], None]


class RefundPanel(ContentSwitcher):
    """Shows one refund. `in_background` runs work that no key waits for, and announces its errors."""

    @dataclass
    class Stepped(Message):
        """Another part is shown, so other keys are possible."""

    @dataclass
    class Said(Message):
        """A sentence to be announced."""

        words: str

    def __init__(self, desk: Desk, in_background: RunInBackground, *, id: str | None = None) -> None:
        super().__init__(initial="timeline", id=id)
        self._desk, self._in_background = desk, in_background
        self._asked: tuple[Refund, Action, Evidence | None] | None = None
        self.timeline = Timeline(desk, id="timeline")
        self._panel = ConfirmPanel(desk.now, id="asking")
        self._form = SettleForm(id="settling")
        self._receipt = Plain("", id="receipt-text")

    def compose(self) -> ComposeResult:
        """Timeline, question, form, receipt: one at a time."""
        yield self.timeline
        yield self._panel
        yield self._form
        with VerticalScroll(id="receipt"):
            yield self._receipt

    @property
    def refund(self) -> Refund | None:
        """The refund that is shown, as last read."""
        return self.timeline.refund

    @property
    def key(self) -> str | None:
        """The id of the refund that is shown, also before it was read."""
        return self.timeline.key

    def follow(self, key: str) -> None:
        """Show a refund's timeline."""
        self.timeline.follow(key)
        self.current = "timeline"
        self._in_background(self.read())

    async def read(self) -> None:
        """Read the refund again. Other keys may be possible then."""
        await self.timeline.read()
        self._renew_question()
        self.post_message(self.Stepped())

    def enter(self) -> None:
        """Set the focus."""
        self.query_one(Choice if self.current == "settling" else f"#{self.current}").focus()

    def can(self, action: str) -> bool:
        """Whether an action is possible now."""
        refund = self.refund
        if self.current == "receipt":
            return action in ("copy", "back") or (action == "write" and self._desk.settings.export_folder is not None)
        if action in ("submit", "back"):
            return self.current == "settling"
        if refund is None or self.current != "timeline":
            return False
        return possible_for(self._desk, refund, action, self.timeline.pending)

    def label(self, action: str) -> str:
        """The label of a command for this refund, the same as in its question; "" for the usual label."""
        return label_for(self._desk, self.refund, action)

    def ask(self, command: str) -> None:
        """Ask the question before a command."""
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
        """Ask the question before the refund is settled, if the evidence is complete."""
        form, refund = self._form, self.refund
        evidence = form.evidence()
        if evidence is None:
            self.post_message(self.Said(form.report_problems()))
        elif refund is not None:
            self._question(refund, Action.SETTLE, evidence, settle_question(refund, evidence))

    def back(self) -> None:
        """Go back to the timeline."""
        self._go("timeline")

    def raw(self) -> None:
        """Show every event and each raw answer."""
        self.timeline.toggle_raw()

    def to_clipboard(self) -> None:
        """Copy the reconciliation id, or the shown receipt, to the clipboard."""
        refund = self.refund
        if refund is not None and self.current == "receipt":
            self._in_background(self._receipt_to_clipboard(refund.key))
        elif refund is not None and (identifier := refund.life.reconciliation_id):
            copy(self.app, identifier, os.environ)
            self.post_message(self.Said(notices.sent_to_clipboard(identifier)))

    async def _receipt_to_clipboard(self, key: str) -> None:
        copy(self.app, await self._desk.print_receipt(key), os.environ)
        self.post_message(self.Said(notices.RECEIPT_SENT))

    async def write(self) -> None:
        """Write the receipt to a file. The print is recorded. Raises NotPossible, RefundTuiError."""
        if self.refund is not None:
            key = self.refund.key
            path = await write_receipt(self._desk, key, await self._desk.print_receipt(key))
            self.post_message(self.Said(notices.receipt_written(path)))

    async def show_receipt(self) -> None:
        """Show the receipt. Only `write` and the clipboard count as a print. Raises NotPossible, StoreError."""
        if self.refund is not None:
            text = await self._desk.preview_receipt(self.refund.key)
            self._receipt.show(text)
            self.post_message(self.Said(""))  # the receipt needs the line of the announcement
            self._go("receipt")

    def tick(self) -> None:
        """Count down."""
        if self.current == "timeline":
            self.timeline.tick()

    def _question(self, refund: Refund, action: Action, evidence: Evidence | None, question: Question) -> None:
        self._asked = refund, action, evidence
        self.post_message(self.Said(""))
        self._go("asking")
        self._panel.ask(question)

    def _renew_question(self) -> None:
        """Ask again if the refund has changed since the question, or close it if the action is not possible now."""
        if self.current != "asking" or self._asked is None or self.refund in (None, self._asked[0]):
            return
        refund, (_, action, evidence), pending = self.refund, self._asked, self.timeline.pending
        if refund is None or action not in self._desk.possible(refund, pending):
            self.back()
        elif evidence is not None:
            self._question(refund, action, evidence, settle_question(refund, evidence))
        else:
            self._question(refund, action, None, act_question(self._desk, refund, action, pending))

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
            self._in_background(self._act(asked[0].key, asked[1], evidence))

    async def _act(self, key: str, action: Action, evidence: Evidence | None) -> None:
        try:
            await self._desk.act(key, action, evidence=evidence)
        except StoreError:
            if evidence is not None and self.refund is not None and self.refund.key == key:
                self._go("settling")  # what was typed is still there
            raise
        await self.read()


def possible_for(desk: Desk, refund: Refund, command: str, pending: UnderWay | None) -> bool:
    """Whether an action, by its name in `commands`, can be done to a refund now."""
    if command == "copy":
        return refund.life.reconciliation_id is not None
    if command == "receipt":
        return desk.refusal is None
    if command in _WAYS:
        return _way(desk, refund, command) is not None
    return command == "raw" or (command == "settle" and Action.SETTLE in desk.possible(refund, pending))


def label_for(desk: Desk, refund: Refund | None, command: str) -> str:
    """The label of a command for a refund, the same as in its question; "" for the usual label."""
    way = _way(desk, refund, command) if refund is not None and command in _WAYS else None
    return name_of(way) if way is not None else ""


def _way(desk: Desk, refund: Refund, command: str) -> Action | None:
    possible = desk.possible(refund)
    return next((action for action in _WAYS[command] if action in possible), None)
