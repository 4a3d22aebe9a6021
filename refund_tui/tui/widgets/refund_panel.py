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
from refund_tui.tui.widgets.approval_form import ApprovalForm
from refund_tui.tui.widgets.confirm import ConfirmPanel, Question
from refund_tui.tui.widgets.fields import Choice, Field
from refund_tui.tui.widgets.plain_text import Plain
from refund_tui.tui.widgets.settle_form import SettleForm
from refund_tui.tui.widgets.timeline import Timeline
from refund_tui.tui.wording import notices
from refund_tui.tui.wording.approvals import approval_facts, approval_question
from refund_tui.tui.wording.questions import act_question, name_of, settle_question, settle_title

_WAYS = {"ask_again": (Action.ASK_AGAIN, Action.GO_ON, Action.TRY_NOW), "stop": (Action.STOP, Action.CANCEL)}
"""The actions of each command. The first possible one is used."""

_TYPED = (Action.SETTLE, Action.APPROVE, Action.DECLINE)
"""The actions for which a person types something."""

_FORMS = ("settling", "approving")
"""The parts in which a person types something before the question."""

_Asked = tuple[Refund, Action, Evidence | str | None]
"""What the question is about: a refund, an action, and the evidence or the word that was typed for it."""

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
        self._asked: _Asked | None = None
        self.timeline = Timeline(desk, id="timeline")
        self._panel = ConfirmPanel(desk.now, id="asking")
        self._form = SettleForm(id="settling")
        self._approval = ApprovalForm(id="approving")
        self._receipt = Plain("", id="receipt-text")

    def compose(self) -> ComposeResult:
        """Timeline, question, forms, receipt: one at a time."""
        yield self.timeline
        yield self._panel
        yield self._form
        yield self._approval
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
        firsts = {"settling": Choice.__name__, "approving": f"#approving {Field.__name__}"}
        self.query_one(firsts.get(self.current or "", f"#{self.current}")).focus()

    def can(self, action: str) -> bool:
        """Whether an action is possible now."""
        refund = self.refund
        if self.current == "receipt":
            return action in ("copy", "back") or (action == "write" and self._desk.settings.export_folder is not None)
        if action in ("submit", "back"):
            return self.current in _FORMS
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
            self._question(refund, action, None, self._question_of(refund, action, None))

    def settle(self) -> None:
        """Open the form for the evidence."""
        if self.refund is not None:
            local = self._desk.now().at.astimezone(self._desk.settings.zone)
            self._go("settling")
            self._form.begin(settle_title(self.refund), f"{local:%Y-%m-%d %H:%M}")

    def decide(self, action: Action) -> None:
        """Open the form for the word with which a person approves or declines the refund."""
        if self.refund is not None:
            self._go("approving")
            self._approval.begin(action, approval_facts(self._desk, self.refund, action))

    def submit(self) -> None:
        """Ask the question before the refund is settled, approved or declined, if the form is complete."""
        approving = self.current == "approving"
        given = self._approval.word() if approving else self._form.evidence()
        if given is None:
            form = self._approval if approving else self._form
            self.post_message(self.Said(form.report_problems()))
        elif self.refund is not None:
            action = self._approval.action if approving else Action.SETTLE
            self._question(self.refund, action, given, self._question_of(self.refund, action, given))

    def _question_of(self, refund: Refund, action: Action, given: Evidence | str | None) -> Question:
        if isinstance(given, Evidence):
            return settle_question(refund, given)
        if isinstance(given, str):
            return approval_question(self._desk, refund, action, given)
        return act_question(self._desk, refund, action, self.timeline.pending)

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

    def _question(self, refund: Refund, action: Action, given: Evidence | str | None, question: Question) -> None:
        self._asked = refund, action, given
        self.post_message(self.Said(""))
        self._go("asking")
        self._panel.ask(question)

    def _renew_question(self) -> None:
        """Ask again if the refund has changed since the question, or close it if the action is not possible now."""
        if self.current != "asking" or self._asked is None or self.refund in (None, self._asked[0]):
            return
        refund, (_, action, given) = self.refund, self._asked
        if refund is None or action not in self._desk.possible(refund, self.timeline.pending):
            self.back()
        else:
            self._question(refund, action, given, self._question_of(refund, action, given))

    def _go(self, step: str) -> None:
        self.current = step
        self.enter()
        self.post_message(self.Stepped())

    @on(ConfirmPanel.Answered)
    def _answered(self, message: ConfirmPanel.Answered) -> None:
        message.stop()
        asked, self._asked = self._asked, None
        self._go(_form_of(asked[2]) if asked is not None and not message.yes else "timeline")
        if message.yes and asked is not None:
            self._in_background(self._act(asked[0].key, asked[1], asked[2]))

    async def _act(self, key: str, action: Action, given: Evidence | str | None) -> None:
        try:
            if isinstance(given, str):
                await self._desk.decide(key, action, given)
            else:
                await self._desk.act(key, action, evidence=given)
        except StoreError:
            if self.refund is not None and self.refund.key == key:
                self._go(_form_of(given))  # what was typed is still there
            raise
        await self.read()


def _form_of(given: Evidence | str | None) -> str:
    """The part in which something was typed before the question."""
    return "timeline" if given is None else "approving" if isinstance(given, str) else "settling"


def possible_for(desk: Desk, refund: Refund, command: str, pending: UnderWay | None) -> bool:
    """Whether an action, by its name in `commands`, can be done to a refund now."""
    if command == "copy":
        return refund.life.reconciliation_id is not None
    if command == "receipt":
        return desk.refusal is None
    if command in _WAYS:
        return _way(desk, refund, command) is not None
    return command == "raw" or (command in _TYPED and Action(command) in desk.possible(refund, pending))


def label_for(desk: Desk, refund: Refund | None, command: str) -> str:
    """The label of a command for a refund, the same as in its question; "" for the usual label."""
    way = _way(desk, refund, command) if refund is not None and command in _WAYS else None
    return name_of(way) if way is not None else ""


def _way(desk: Desk, refund: Refund, command: str) -> Action | None:
    possible = desk.possible(refund)
    return next((action for action in _WAYS[command] if action in possible), None)
