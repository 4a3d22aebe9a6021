"""Owns the second place: the form, its confirmation, and then the timeline of the refund."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import ContentSwitcher

from refund_tui.core.refunds import Intent, Refund
from refund_tui.core.rules import NeedsSecondYes, Refused, Standing
from refund_tui.core.text import visible
from refund_tui.core.times import span
from refund_tui.core.trips import Trip
from refund_tui.desk import Desk
from refund_tui.errors import RefundTuiError
from refund_tui.tui.commands import COMMANDS, REFUND
from refund_tui.tui.line.plain import Plain
from refund_tui.tui.states import SIGNS, moment
from refund_tui.tui.widgets.confirm import ConfirmPanel
from refund_tui.tui.widgets.form import RefundForm
from refund_tui.tui.widgets.timeline import Timeline


class RefundPlace(Vertical):
    """One refund, from the first digit to its end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(command.keys), command.action, command.label, id=command.name)
        for command in COMMANDS
        if command.place == REFUND
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="refund")
        self._desk = desk
        self._store, self._trip_id = "", ""
        self._trip: Trip | None = None
        self._standing = Standing(None)

    def compose(self) -> ComposeResult:
        """What trip it is; then the form beside the trip's facts, or the question, or the timeline."""
        yield Plain("No trip yet: F2 finds one.", id="refund-title")
        with ContentSwitcher(initial="filling", id="refund-step"):
            with Horizontal(id="filling"):
                yield RefundForm()
                yield Plain("", id="facts")
            yield ConfirmPanel(self._desk.now, id="confirm")
            yield Timeline(self._desk, id="timeline")

    @property
    def _step(self) -> ContentSwitcher:
        return self.query_one("#refund-step", ContentSwitcher)

    @property
    def _form(self) -> RefundForm:
        return self.query_one(RefundForm)

    def enter(self) -> None:
        """Put the cursor where it is needed."""
        if self._step.current == "timeline":
            self.query_one(Timeline).focus()
        elif self._step.current == "filling" and self._trip_id:
            self.query_one("#amount").focus()

    def tick(self) -> None:
        """Count down."""
        if self._step.current == "timeline":
            self.query_one(Timeline).tick()

    async def begin(self, store_id: str, trip_id: str, trip: Trip | None) -> None:
        """Start a refund on a trip."""
        self._store, self._trip_id, self._trip = store_id, trip_id, trip
        self._step.current = "filling"
        self.query_one("#refund-title", Plain).show(f" Refund · {visible(trip_id, 60)}")
        clerk = self._desk.clerk
        self._standing = await self._desk.standing(store_id, trip_id)
        draft = await self._desk.look(lambda history: history.draft(clerk, store_id, trip_id))
        self._form.begin(self._standing, self._desk.settings.currency, draft)
        self._facts()

    def follow(self, refund: Refund) -> None:
        """Show a refund's timeline."""
        self._step.current = "timeline"
        self.query_one("#refund-title", Plain).show(f" Refund · {visible(refund.intent.trip_id, 60)}")
        self.app.run_worker(self.query_one(Timeline).show_refund(refund.key), exit_on_error=False)
        self.query_one(Timeline).focus()

    def reload(self) -> None:
        """Read again what is shown."""
        timeline = self.query_one(Timeline)
        if self._step.current == "timeline" and timeline.refund:
            self.app.run_worker(timeline.show_refund(timeline.refund.key), exit_on_error=False)
        elif self._trip_id:
            self.app.run_worker(self._renew(), group="renew", exclusive=True, exit_on_error=False)

    async def _renew(self) -> None:
        self._standing = await self._desk.standing(self._store, self._trip_id)
        self._form.renew(self._standing)
        self._facts()

    def _facts(self) -> None:
        """What is known of the trip, beside the form."""
        trip, now, zone = self._trip, self._desk.now().at, self._desk.settings.zone
        standing, closes = self._standing, self._desk.window_closes(self._trip)
        lines = [f"Store     {visible(self._store)}"]
        if trip is None:
            lines += [
                "",
                "This trip is not known here.",
                "How much was charged, and when, is",
                "not known: the service decides.",
            ]
        else:
            card = " ".join(visible(part) for part in (trip.card.brand, trip.card.tail) if part) or "not known"
            lines.append(f"Card      {card}")
            lines.append(f"Receipt   {visible(trip.receipt or 'not known', 40)}")
            lines.append(f"When      {moment(trip.dated, zone, now) if trip.dated else 'not known'}")
            lines.append(f"Charged   {standing.captured or 'not known'}")
        lines.append(f"Left      {standing.left or 'not known here'}")
        if closes is not None:
            words = f"closes in {span((closes - now).total_seconds())}" if now < closes else "CLOSED"
            lines.append(f"Window    {words}")
        lines += ["", "Refunds on this trip" if standing.refunds else "No refunds on this trip yet"]
        lines += [f"{SIGNS[r.state]} {r.intent.amount}  {r.state}" for r in standing.refunds[:6]]
        self.query_one("#facts", Plain).show("\n".join(lines))

    @on(RefundForm.Typed)
    def _typed(self) -> None:
        draft = self._form.draft(self._store, self._trip_id)
        self.app.run_worker(self._desk.save_draft(draft), group="draft", exclusive=False, exit_on_error=False)

    def action_submit(self) -> None:
        """Ask, if nothing is wrong."""
        if self._step.current != "filling" or not self._trip_id:
            return
        filled = self._form.filled()
        if filled is None:
            self.app.announce(self._form.scold())  # type: ignore[attr-defined]
            return
        settings, trip = self._desk.settings, self._trip
        card = f"{trip.card.brand} {trip.card.tail}" if trip and trip.card.tail else "not known here"
        words = [
            f"Refund {filled.amount} ?", "", f"store        {self._store}", f"environment  {settings.environment}",
            f"trip         {visible(self._trip_id, 60)}", f"card         {visible(card)}",
            f"reason       {filled.reason} ({filled.reason.words})", "", "y  refund it     n  go back",
        ]  # fmt: skip
        self._step.current = "confirm"
        self.query_one(ConfirmPanel).ask("\n".join(words))

    @on(ConfirmPanel.Answered)
    def _answered(self, message: ConfirmPanel.Answered) -> None:
        if not message.yes:
            self._step.current = "filling"
            self.query_one("#amount").focus()
            return
        self.app.run_worker(self._take(second_yes=message.yes_key == "d"), exit_on_error=False)

    async def _take(self, *, second_yes: bool) -> None:
        filled = self._form.filled()
        if filled is None:
            return
        intent = Intent(self._store, self._trip_id, filled.amount, filled.reason, filled.note)
        try:
            refund = await self._desk.take(intent, second_yes=second_yes)
        except NeedsSecondYes as alike:
            lines = [f"{SIGNS[r.state]} {r.intent.amount}  {r.state}  by {visible(r.clerk)}" for r in alike.alike[:8]]
            words = ["This trip already has", "", *lines, "", "d  a different refund: go on     n  go back"]
            self.query_one(ConfirmPanel).ask("\n".join(words), "d")
        except (Refused, RefundTuiError) as refused:
            self._step.current = "filling"
            self.query_one("#amount").focus()
            self.app.announce(f"Nothing was recorded, nothing was sent: {refused}")  # type: ignore[attr-defined]
        else:
            self.follow(refund)

    def action_all_left(self) -> None:
        """All that is left."""
        if self._standing.left is not None and self._step.current == "filling":
            self._form.fill_amount(self._standing.left)

    def action_back(self) -> None:
        """To the search; what was typed is kept, what is under way goes on."""
        self.app.action_lookup()  # type: ignore[attr-defined]

    async def action_card(self) -> None:
        """Ask the service whose card paid."""
        self.app.run_worker(self._card(), exit_on_error=False)

    async def _card(self) -> None:
        answer = await self._desk.card_of(self._store, self._trip_id)
        self.app.announce(str(answer))  # type: ignore[attr-defined]
