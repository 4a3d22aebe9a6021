"""Owns the picture of one refund's life: what it is, what happens next, each attempt. Shows only the ledger."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from refund_tui.core.refunds import Attempt, Refund
from refund_tui.core.text import visible
from refund_tui.core.times import countdown
from refund_tui.desk import Desk
from refund_tui.tui.line.plain import Cell, Plain
from refund_tui.tui.states import left_to_wait, moment, state_words, what_next


class Timeline(VerticalScroll, can_focus=True):
    """Follows one refund; its countdown changes without moving anything."""

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._desk = desk
        self._key: str | None = None
        self.refund: Refund | None = None

    def compose(self) -> ComposeResult:
        """Head, countdown, what next, attempts."""
        yield Plain("", id="life-head")
        yield Cell("", id="life-countdown")
        yield Plain("", id="life-next")
        yield Plain("", id="life-attempts")

    def follow(self, key: str) -> None:
        """Show this refund from now on, and nothing of another; `read` fills it in."""
        self._key, self.refund = key, None
        for name in ("head", "countdown", "next", "attempts"):
            self.query_one(f"#life-{name}", Plain).show("")

    async def read(self) -> None:
        """Read the refund and its attempts again, and show them, unless another is followed meanwhile."""
        key = self._key
        if key is None:
            return
        refund = await self._desk.look(lambda history: history.get(key))
        attempts = await self._desk.look(lambda history: history.attempts(key))
        if refund is None or key != self._key:
            return
        self.refund = refund
        self.query_one("#life-head", Plain).show(self._head(refund))
        self.query_one("#life-attempts", Plain).show("\n".join(self._attempt(attempt) for attempt in attempts))
        self.tick()

    def tick(self) -> None:
        """Count down."""
        if self.refund is None:
            return
        left = left_to_wait(self._desk, self.refund)
        self.query_one("#life-countdown", Cell).show(f"  {countdown(left)}" if left > 0 else "")
        self.query_one("#life-next", Plain).show(
            what_next(self._desk, self.refund).replace(countdown(left), "a moment")
        )

    def _head(self, refund: Refund) -> str:
        asked, life = refund.intent, refund.life
        lines = [
            f"{asked.amount}   {state_words(refund)}",
            f"trip {visible(asked.trip_id, 60)} · {asked.reason.words}",
            f"request {refund.key}",
        ]
        if life.reconciliation_id:
            lines.append(f"reconciliation id {visible(life.reconciliation_id, 70)}")
        if life.why:
            lines.append(visible(life.why))
        if (unsaved := self._desk.unsaved.get(refund.key)) is not None:
            lines.append(visible(unsaved))
        return "\n".join(lines)

    def _attempt(self, attempt: Attempt) -> str:
        zone, now = self._desk.settings.zone, self._desk.now().at
        began = moment(attempt.started.at, zone, now)
        status = f" {attempt.http_status}" if attempt.http_status else ""
        outcome = (attempt.outcome or "on its way").replace("_", " ")
        return f"attempt {attempt.number}  {began}  {outcome}{status}  {visible(attempt.detail, 200)}"
