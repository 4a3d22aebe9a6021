"""Owns the form with which a second person approves or declines a refund: what is asked for, and the person's word."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from refund_tui.core.fields import check_note
from refund_tui.core.refunds import Action
from refund_tui.tui.widgets.fields import Field, field
from refund_tui.tui.widgets.plain_text import Plain
from refund_tui.tui.wording.notices import WORD_NEEDED


class ApprovalForm(Vertical):
    """The facts of the refund, and one field for the word. The line below it is empty until the first try."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.action = Action.APPROVE
        """What the person is about to do."""
        self._checked = False

    def compose(self) -> ComposeResult:
        """The facts, then the field."""
        yield Plain("", id="approval-facts", classes="about")
        with Horizontal(classes="field"):
            yield Plain("Your word", classes="name")
            yield field("approval-word", "what you looked at, or whom you asked")
        yield Plain("", id="approval-wrong", classes="wrong")

    def begin(self, action: Action, facts: Content) -> None:
        """Show the facts and empty the field."""
        self.action, self._checked = action, False
        self.query_one("#approval-facts", Plain).show(facts)
        self.query_one(Field).fill("")
        self._tell()
        self.query_one(Field).focus()

    def word(self) -> str | None:
        """The typed word, or None if it is missing."""
        return None if self._wrong() else self.query_one(Field).value.strip()

    def report_problems(self) -> str:
        """Show what is missing and return it."""
        self._checked = True
        self._tell()
        return self._wrong()

    def _wrong(self) -> str:
        typed = self.query_one(Field).value.strip()
        return check_note(typed) or ("" if typed else WORD_NEEDED)

    @on(Input.Changed)
    def _tell(self) -> None:
        self.query_one("#approval-wrong", Plain).show(self._wrong() if self._checked else "")
