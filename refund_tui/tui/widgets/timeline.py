"""Owns the view of one refund: its state, what happens next, its attempts. It shows what the ledger says."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll

from refund_tui.core.damage import DAMAGED, Damaged
from refund_tui.core.refunds import Attempt, Event, Refund, evidence_of
from refund_tui.core.text import visible
from refund_tui.desk.attempt_end import UnderWay
from refund_tui.desk.body_check import alteration_of
from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.plain_text import Part, Plain, TextCell, literal
from refund_tui.tui.wording.refund_record import attempts_table, events_table, facts_of, raw_answers, unchecked_columns
from refund_tui.tui.wording.states import (
    DAMAGED_NEXT,
    STYLES,
    TONES,
    left_to_wait,
    next_attempt_words,
    state_words,
    what_next,
)

ROOMY, FACTS = 100, 58
"""From ROOMY columns on, the facts are beside the attempts, in FACTS columns; otherwise above them."""

BESIDE = 2
"""The blank columns between the two, as the style sheet sets them."""


class Timeline(VerticalScroll, can_focus=True):
    """Shows one refund. Its countdown causes no new layout. With `raw` it shows events and answers."""

    def __init__(self, desk: Desk, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._desk = desk
        self._key: str | None = None
        self._attempts: tuple[Attempt | Damaged, ...] = ()
        self._events: tuple[Event | Damaged, ...] = ()
        self._found: Refund | Damaged | None = None
        self.raw = False
        self._head_text, self._countdown = Plain("", id="timeline-head"), TextCell("", id="timeline-countdown")
        self._next_text = Plain("", id="timeline-next")
        self._columns = Container(classes="record")
        self._record, self._facts = Plain("", id="timeline-attempts"), Plain("", id="timeline-facts")

    def compose(self) -> ComposeResult:
        """Head, countdown, what happens next; then facts and attempts, side by side if there is room."""
        yield self._head_text
        yield self._countdown
        yield self._next_text
        with self._columns:
            yield self._facts
            yield self._record

    @property
    def key(self) -> str | None:
        """The id of the refund that is shown, also before it was read."""
        return self._key

    @property
    def refund(self) -> Refund | None:
        """The shown refund; None if there is none, or it cannot be read."""
        return self._found if isinstance(self._found, Refund) else None

    @property
    def _parts(self) -> tuple[Plain, ...]:
        return self._head_text, self._countdown, self._next_text, self._record, self._facts

    @property
    def pending(self) -> UnderWay | None:
        """The attempt of the refund without a recorded answer, or None."""
        return self._desk.under_way(self._attempts) if self.refund else None

    def pending_of(self, key: str) -> UnderWay | None:
        """The attempt without a recorded answer, if `refund` is the shown refund."""
        return self.pending if self.refund and self.refund.key == key else None

    def follow(self, key: str | None) -> None:
        """Show this refund from now on; it is empty until `read`."""
        if key != self._key:
            self._key, self._found, self.raw = key, None, False
            for part in self._parts:
                part.show("")
            self.scroll_home(animate=False)

    async def read(self) -> None:
        """Read the refund, its attempts and events, and show them, unless another refund was opened meanwhile."""
        key = self._key
        if key is None:
            return
        found = await self._desk.history.get(key)
        attempts = await self._desk.history.attempts(key)
        events = await self._desk.history.events(key)
        if found is not None and key == self._key:
            self._found, self._attempts, self._events = found, attempts, events
            self.redraw()

    def toggle_raw(self) -> None:
        """Show every event and each raw answer instead of the attempts, or the attempts again."""
        self.raw = not self.raw
        self.redraw()
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Wrap the lines at the new width."""
        self.redraw()

    def redraw(self) -> None:
        """Show what was read."""
        found = self._found
        if found is None:
            return
        zone, now = self._desk.settings.zone, self._desk.now().at
        width = max(30, self.content_size.width - 1)
        beside = width >= ROOMY
        self._columns.set_class(beside, "-beside")
        width, wide = (width - FACTS - BESIDE, FACTS - 2) if beside else (width, width)
        if self.raw:
            record, facts = events_table(self._events, zone, now, width), raw_answers(self._attempts, wide)
        else:
            record = attempts_table(self._attempts, zone, now, width)
            facts = (
                unchecked_columns(found, wide)
                if isinstance(found, Damaged)
                else facts_of(found, zone, now, wide, evidence_of(self._events))
            )
        self._record.show(literal(*record))
        self._facts.show(literal(*facts))
        left = 0.0 if isinstance(found, Damaged) else left_to_wait(self._desk, found, self.pending)
        self._countdown.display = left > 0
        self._countdown.show(next_attempt_words(left, len(self._attempts)))
        self._show_head(found)

    def _show_head(self, found: Refund | Damaged) -> None:
        if isinstance(found, Damaged):
            self._head_text.show(literal((DAMAGED, STYLES["bad"]), f"\n{visible(found.sentence)}."))
            self._next_text.show(DAMAGED_NEXT)
        else:
            self._head_text.show(literal(*self._head(found)))
            self._next_text.show(what_next(self._desk, found, self.pending))

    def tick(self) -> None:
        """Count down. Unchanged text is not painted again."""
        self.redraw()

    def _head(self, refund: Refund) -> list[Part]:
        tone = STYLES[TONES[refund.state]]
        parts: list[Part] = [(f"{refund.intent.amount}", "bold"), "   ", (state_words(refund), tone)]
        if refund.life.why:
            parts.append(f"\n{visible(refund.life.why)}")
        if (told := alteration_of(refund)) is not None:
            parts.append((f"\nALARM: {visible(told)}", STYLES["bad"]))
        if (unsaved := self._desk.unsaved.get(refund.key)) is not None:
            parts.append((f"\n{visible(unsaved)}", STYLES["bad"]))
        return parts
