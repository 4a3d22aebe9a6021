"""Owns the question before money moves: deaf until no key came for half a second, and to Enter always."""

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
from refund_tui.tui.commands import said
from refund_tui.tui.widgets.footer import cap
from refund_tui.tui.widgets.plain_text import Part, Plain, literal
from refund_tui.tui.widgets.text_field import field

DEAF = 0.5
"""Seconds without a key after which the first is heard, so that one held or struck twice confirms nothing."""

YES = "y"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a title, what it is about, and what the two keys do.

    With `typed_again` the yes key only opens a field, and Enter with that very text answers. `intent` is the refund
    that a yes takes, where the question is about a new one.
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
        """All of it but the keys."""
        return literal((self.title, "bold"), "\n\n", *self.about)

    def keys(self, *, lit: bool) -> Content:
        """The keys, as the line of keys draws them, `lit` while they are heard."""
        yes, no = literal(f" {self.yes}"), literal(f" {self.no}")
        return cap(self.yes_key, lit=lit) + yes + Content("      ") + cap("n", lit=lit) + no


NOTHING = Question("", (), "")


class ConfirmPanel(Vertical, can_focus=True):
    """Repeats what will be done; hears the question's yes key, `n` and Escape, and nothing else."""

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

    def ask(self, question: Question) -> None:
        """Show the question; the time of deafness begins now."""
        self._question = question
        self.query_one(".words", Plain).show(question.words)
        self.query_one(".wrong", Plain).show("")
        self.query_one("#again").display = False
        self._be_deaf()
        self.focus()

    def on_focus(self) -> None:
        """Be deaf anew to whoever comes back to a question."""
        if self._opened is not None:
            self._be_deaf()

    def _be_deaf(self) -> None:
        """Hear nothing until no key came for a while; the keys are lit then."""
        self._opened = self._now()
        self.query_one(".answers", Plain).show(self._question.keys(lit=False))
        if self._lighting is None:
            self._lighting = self.set_timer(DEAF, self._light)

    def _light(self) -> None:
        """Light the keys once they are heard; look again later while they are not."""
        self._lighting = None
        if self._opened is None:
            return
        if (left := DEAF - self._now().since(self._opened)) > 0:
            self._lighting = self.set_timer(left, self._light)
        else:
            self.query_one(".answers", Plain).show(self._question.keys(lit=True))

    def on_key(self, event: Key) -> None:
        """Hear an answer, or nothing."""
        asked, yes = self.has_focus, self._question.yes_key
        if (event.key in (yes, "n", "enter", "tab", "shift+tab") and asked) or event.key == "escape":
            event.stop()
            event.prevent_default()
            if self._opened is not None and self._now().since(self._opened) >= DEAF:
                self._hear(event.key)
            elif self._opened is not None:
                self._too_early(event.key)

    def _too_early(self, key: str) -> None:
        """Say so; a key held down is struck again and again, and never outlives the deafness."""
        if key in (self._question.yes_key, "n", "escape"):
            told = f"Too early: {said(key)} was not taken. Press it again when its key is lit."
            self.query_one(".wrong", Plain).show(told)
        self._be_deaf()

    def _hear(self, key: str) -> None:
        if key == self._question.yes_key and self._question.typed_again is not None:
            again = self.query_one("#again", Input)
            again.value, again.display = "", True
            again.focus()
            self.query_one(".wrong", Plain).show("This is real money: type the amount again, then Enter.")
        elif key in (self._question.yes_key, "n", "escape"):
            self._answer(key == self._question.yes_key)

    def _answer(self, yes: bool) -> None:
        self._opened = None
        self.post_message(self.Answered(yes, self._question))

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        typed_again = self._question.typed_again
        if message.value.strip() == typed_again:
            self._answer(True)
        else:
            self.query_one(".wrong", Plain).show(f"That is not the amount: type {typed_again}, or Escape goes back.")
