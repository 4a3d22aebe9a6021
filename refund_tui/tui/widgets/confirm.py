"""Owns the question before money moves. It ignores all keys until none came for half a second, and always Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from refund_tui.core.refunds import Intent
from refund_tui.core.times import Instant
from refund_tui.tui.commands import key_label
from refund_tui.tui.widgets.fields import field
from refund_tui.tui.widgets.footer import key_cap
from refund_tui.tui.widgets.plain_text import Part, Plain, literal
from refund_tui.tui.wording.notices import BEING_RECORDED, TYPE_AMOUNT_AGAIN, not_the_amount, too_early

GRACE = 0.5
"""Seconds without a key before an answer counts, so that a key that is held or pressed twice confirms nothing."""

YES = "y"


@dataclass(frozen=True, slots=True)
class Question:
    """A title, the text, and what the two keys do.

    With `typed_again` the yes key opens a field: that text and Enter confirm. `intent` is the refund that a yes takes,
    if the question is about a new refund.
    """

    title: str
    about: Sequence[Part]
    yes: str
    no: str = "go back"
    yes_key: str = YES
    typed_again: str | None = None
    intent: Intent | None = None

    @property
    def words(self) -> Content:
        """All text without the keys."""
        return literal((self.title, "bold"), "\n\n", *self.about)

    def keys(self, *, lit: bool) -> Content:
        """The two keys, drawn as in the footer. `lit`: they are accepted."""
        yes, no = literal(f" {self.yes}"), literal(f" {self.no}")
        return key_cap(self.yes_key, lit=lit) + yes + Content("      ") + key_cap("n", lit=lit) + no


NOTHING = Question("", (), "")


class ConfirmPanel(Vertical, can_focus=True):
    """Shows a question. Accepts only its yes key, `n` and Escape."""

    @dataclass
    class Answered(Message):
        """A person decided."""

        yes: bool
        question: Question

    def __init__(self, now: Callable[[], Instant], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self._opened: Instant | None = None
        self._lighting: Timer | None = None
        self._question = NOTHING

    def compose(self) -> ComposeResult:
        """The words, the keys, and the field for an amount that must be typed again."""
        with Vertical(classes="box"):
            yield Plain("", classes="words")
            yield Plain("", classes="answers")
            yield field("again")
            yield Plain("", classes="wrong")

    @property
    def awaited(self) -> Question | None:
        """The question that has no answer yet, or None."""
        return self._question if self._opened is not None else None

    def ask(self, question: Question) -> None:
        """Show the question and begin the grace period."""
        self._question = question
        self.query_one(".words", Plain).show(question.words)
        self.query_one(".wrong", Plain).show("")
        self.query_one("#again").display = False
        self._begin_grace()
        self.focus()

    def on_focus(self) -> None:
        """Begin the grace period again when the focus returns."""
        if self._opened is not None:
            self._begin_grace()

    def _begin_grace(self) -> None:
        """Accept no answer until no key came for GRACE seconds; then light the keys."""
        self._opened = self._now()
        self.query_one(".answers", Plain).show(self._question.keys(lit=False))
        if self._lighting is None:
            self._lighting = self.set_timer(GRACE, self._light)

    def _light(self) -> None:
        """Light the keys if they are accepted now, else try again later."""
        self._lighting = None
        if self._opened is None:
            return
        if (left := GRACE - self._now().since(self._opened)) > 0:
            self._lighting = self.set_timer(left, self._light)
        else:
            self.query_one(".answers", Plain).show(self._question.keys(lit=True))

    def on_key(self, event: Key) -> None:
        """Take an answer, or ignore the key."""
        asked, yes = self.has_focus, self._question.yes_key
        if (event.key in (yes, "n", "enter", "tab", "shift+tab") and asked) or event.key == "escape":
            event.stop()
            event.prevent_default()
            if self._opened is not None and self._now().since(self._opened) >= GRACE:
                self._hear(event.key)
            elif self._opened is not None:
                self._too_early(event.key)

    def _too_early(self, key: str) -> None:
        """Announce that an answer came too early. Each repeat of a held key begins the grace period again."""
        if key in (self._question.yes_key, "n", "escape"):
            self.query_one(".wrong", Plain).show(too_early(key_label(key)))
        self._begin_grace()

    def _hear(self, key: str) -> None:
        if key == self._question.yes_key and self._question.typed_again is not None:
            again = self.query_one("#again", Input)
            again.value, again.display = "", True
            again.focus()
            self.query_one(".wrong", Plain).show(TYPE_AMOUNT_AGAIN)
        elif key in (self._question.yes_key, "n", "escape"):
            self._answer(key == self._question.yes_key)

    def _answer(self, yes: bool) -> None:
        self._opened = None
        self.post_message(self.Answered(yes, self._question))
        if yes:
            self.set_timer(GRACE, self._say_taken)

    def _say_taken(self) -> None:
        """Say that a yes was taken, where the question is still shown: the ledger is slow, or locked."""
        if self._opened is None:
            self.query_one(".answers", Plain).show(self._question.keys(lit=False))
            self.query_one(".wrong", Plain).show(BEING_RECORDED)

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        typed_again = self._question.typed_again
        if message.value.strip() == typed_again:
            self._answer(True)
        else:
            self.query_one(".wrong", Plain).show(not_the_amount(typed_again))
