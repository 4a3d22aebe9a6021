"""Owns the desk: the interface through which screens and commands record, send and settle refunds.

Never knows a screen. A screen reads what it shows from the ledger (`history`, `trips`) after news from the desk.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from refund_tui.core import lifecycle
from refund_tui.core.approval import OPEN_GATE, RAISE_CEILING, SETTLE_UNPAID
from refund_tui.core.damage import Damaged
from refund_tui.core.fields import new_key
from refund_tui.core.ledger_identity import LedgerServices
from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.money import Money
from refund_tui.core.outcomes import CardAnswer, CardFound
from refund_tui.core.receipt import PRINTED, receipt
from refund_tui.core.refunds import (
    RECORDED,
    Action,
    Attempt,
    Ceiling,
    Draft,
    Event,
    Holder,
    Intent,
    Refund,
    approval_of,
    evidence_of,
)
from refund_tui.core.rules import TripBalance, require_readable
from refund_tui.core.second_person import Awaited
from refund_tui.core.summary import Summary
from refund_tui.core.times import Clock, Instant, local, window_closes
from refund_tui.core.trips import Trip
from refund_tui.core.waits import Policy, left_of
from refund_tui.desk.actions import SENDING, Evidence, act, note_receipt, open_gate
from refund_tui.desk.approvals import APPROVING, approver_of, decide_approval, refuse_asker, second_for
from refund_tui.desk.attempt_end import Terms, UnderWay, under_way
from refund_tui.desk.body_check import alteration_of
from refund_tui.desk.compare_and_swap import not_there
from refund_tui.desk.drain import until_drained
from refund_tui.desk.files import Files
from refund_tui.desk.news import Changed, Listeners, News
from refund_tui.desk.reads import HistoryReads, TripReads
from refund_tui.desk.sender import Sender
from refund_tui.desk.service_connection import ServiceConnection
from refund_tui.desk.storage import storage_of
from refund_tui.desk.watch import Watcher
from refund_tui.errors import ConfigError, RecordUnusable, StoreBusy, StoreError
from refund_tui.host.clock import SystemClock
from refund_tui.host.lease import alive, this_process
from refund_tui.payments.body import build_body

if TYPE_CHECKING:
    from datetime import datetime

    from refund_tui.core.ledger_identity import Host
    from refund_tui.desk.ports import LedgerPort
    from refund_tui.payments.client import PaymentClient
    from refund_tui.settings.load import Settings

GRACE = 2.0
"""Seconds to wait for the answer of a request under way when the program ends."""


class Desk:
    """The desk of one process. `holder` is its lease; `alive` returns whether another holder still runs."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        connect: Callable[[], PaymentClient] | None = None,
        policy: Policy | None = None,
        random: Callable[[], float] = random.random,
        holder: Holder | None = None,
        alive: Callable[[Holder], bool | None] = alive,
        host: Host | None = None,
    ) -> None:
        self.settings = settings
        self.summary = Summary()
        self.ledger_services = LedgerServices()
        """The services that the open ledger may send to."""
        self.refusal: str | None = None
        """Why nothing is recorded or sent: the settings name another service than the ledger. None if they agree."""
        self.policy = policy or Policy(
            horizon=settings.key_horizon_hours * 3600.0, longest=settings.refund_window_days * 86_400.0
        )
        self._clock = clock or SystemClock()
        self._service = ServiceConnection(settings, connect)
        self._listeners = Listeners(self.refresh, settings.data_dir)
        self._storage = storage_of(settings, host)
        self.files = Files(self._storage)
        """The ledger, the history and the trips. Only the desk's own modules use them directly."""
        self.history, self.trips = HistoryReads(self.files), TripReads(self.files)
        self._terms = Terms(
            settings.service.endpoint, settings.clerk, holder or this_process(), alive, self._clock, self.policy, random
        )
        self.sender = Sender(self.files, self._terms, self._service.client, self.tell)
        self._watcher = Watcher(self.files, self.tell, self.sender.wake, self.sender.note_reached)

    @property
    def clerk(self) -> str:
        """The name of the clerk who works here."""
        return self.settings.clerk

    @property
    def endpoint(self) -> str:
        """The endpoint whose refunds this desk sends; empty for none. Refunds of other endpoints are only shown."""
        return "" if self.refusal else self.settings.service.endpoint

    @property
    def holder(self) -> Holder:
        """This process as the holder of its attempts."""
        return self._terms.holder

    @property
    def environment(self) -> str:
        """The ledger's environment, which no setting changes."""
        return self.ledger_services.environment or self.settings.environment

    @property
    def held(self) -> float:
        """Seconds that the whole account must still wait, by the last read of the ledger."""
        return left_of(self.now(), self.summary.gate)

    @property
    def damaged(self) -> int:
        """How many records cannot be read: of open refunds, and of the other refunds that were checked so far."""
        return self.summary.damaged + self.files.damaged_ended

    @property
    def unusable(self) -> bool:
        """Whether nothing is recorded or sent, because the ledger is lost, damaged or an older copy."""
        trouble = self._watcher.trouble
        return self.files.damaged or (trouble is not None and not isinstance(trouble, StoreBusy))

    @property
    def locked(self) -> bool:
        """Whether the last look found the ledger locked by another program."""
        return isinstance(self._watcher.trouble, StoreBusy)

    @property
    def looks(self) -> int:
        """A number that grows each time when the ledger and the trips could be read."""
        return self._watcher.looks

    @property
    def unsaved(self) -> dict[str, str]:
        """A sentence for each refund whose answer could not be written yet, by idempotency key."""
        return self.sender.unsaved

    @property
    def offline(self) -> bool:
        """Whether the last attempt, of any process, did not reach the service."""
        return self.sender.offline

    @property
    def on_the_wire(self) -> bool:
        """Whether this process waits for an answer now."""
        return self.sender.in_flight

    def now(self) -> Instant:
        """The present instant."""
        return self._clock.now()

    def under_way(self, attempts: Iterable[Attempt | Damaged]) -> UnderWay | None:
        """The attempt of a refund that has no recorded answer, and the state of its sender. None if there is none."""
        sound = (attempt for attempt in attempts if isinstance(attempt, Attempt))
        attempt = next((attempt for attempt in sound if attempt.ended_at is None), None)
        return under_way(attempt, self._terms, self.now()) if attempt else None

    def listen(self, callback: Callable[[News], None]) -> Callable[[], None]:
        """Call `callback` with all news from now on, on the event loop. Call the result to stop that."""
        return self._listeners.add(callback)

    async def tell(self, news: News) -> None:
        """Announce something to all listeners."""
        await self._listeners.tell(news)

    async def open(self) -> None:
        """Open the ledger, the history and the trips, and check the service of the ledger.

        If the settings name another service, `refusal` says so, and this desk only shows refunds. After a failure no
        file stays open. Raises StoreError.
        """
        try:
            await self.files.open()
            if self.settings.base_url is not None:
                await self._belong()
            self.summary = await self.files.look(lambda history: history.summary(self.endpoint))
        except BaseException:
            await self.files.close()
            raise

    async def _belong(self) -> None:
        service, now = self.settings.service, self.now()
        owner = self._storage.owned()
        self.ledger_services = await self.files.write(
            lambda ledger: ledger.services.claim(service, self.clerk, now, owner=owner)
        )
        self.refusal = self.ledger_services.refusal(service)

    def begin(self) -> None:
        """Start sending refunds and watching for changes by other processes. Nothing is sent without a service."""
        if self.endpoint:
            self.sender.begin()
        self._watcher.begin()

    def wake(self) -> None:
        """Read the ledger now. A test calls this after it has moved the clock."""
        self.sender.wake()

    def hurry(self) -> None:
        """Wait only a short time for other programs that hold a file, because this one ends. `close` does the same."""
        self.files.hurry()

    async def close(self) -> None:
        """End: wait for a request under way, record its outcome, close the files.

        This takes at most GRACE, and about half a second for each file that another program holds.
        """
        self.hurry()
        await self.sender.close(GRACE)
        await self._watcher.close()
        await self._service.close()
        with contextlib.suppress(StoreError):  # the next start reads it
            await self.files.remember()
        await self.files.close()

    def window_closes(self, trip: Trip | None, balance: TripBalance | None = None) -> datetime | None:
        """When a trip's refund window closes, by the trip's time, else by its refunds; None if not known.

        In the store's time zone, in which a refusal tells it.
        """
        zone = self.settings.zone
        if trip is not None and trip.dated is not None:
            return local(window_closes(trip.dated, self.settings.refund_window_days, zone), zone)
        known = balance.window_closes if balance else None
        return local(known, zone) if known else None

    async def take(self, intent: Intent, *, second_yes: bool = False) -> Refund:
        """Record a refund durably, to be sent. The known facts of its trip are added here.

        Raises Refused, NeedsSecondYes, StoreError, ConfigError. In each case nothing was recorded and nothing is sent.
        """
        self.require_service()
        trip = await self.trips.get(intent.store_id, intent.trip_id)
        known = trip or Trip(intent.store_id, intent.trip_id)
        complete = replace(
            intent,
            captured=known.captured,
            window_closes=self.window_closes(trip),
            card=known.card,
            receipt=known.receipt,
        )
        require_readable(await self.trips.balance(intent.store_id, intent.trip_id))
        key, now = new_key(), self.now()
        body = build_body(key, complete)
        refund = Refund(key, self.endpoint, complete, self.clerk, body, created_at=now.at, updated_at=now.at)
        recorded = await self.files.write(
            lambda ledger: ledger.record(
                refund, now, second_yes=second_yes, charge_currency=known.currency, limits=self.settings.limits
            )
        )
        await self.tell(Changed(recorded, RECORDED))
        self.sender.wake()
        return recorded

    async def set_ceiling(self, store_id: str, trip_id: str, amount: Money, why: str) -> Awaited | None:
        """Record what this clerk states was captured on a trip. It counts from now on.

        Awaited if another person must state it too: then only the request is recorded. Raises ConfigError, StoreError.
        """
        self._require_own_service()
        counts = (await self.trips.balance(store_id, trip_id)).captured
        raised = counts is None or counts.currency != amount.currency or amount.minor > counts.minor
        by, now = second_for(RAISE_CEILING, self.settings) if raised else None, self.now()
        ceiling = Ceiling(store_id, trip_id, amount, now.at, self.clerk, why)
        return await self.files.write(lambda ledger: ledger.set_ceiling(ceiling, now, by))

    async def act(self, key: str, action: Action, *, evidence: Evidence | None = None) -> Refund:
        """Apply a person's action to a refund. Raises NotPossible, ConfigError, StoreError."""
        self._require_own_service()
        if action in SENDING:
            await self._require_own_refund(key)
        apart = evidence is not None and not evidence.paid and SETTLE_UNPAID in self.settings.approvers_only
        if apart:
            self.settings.require_approver_for(SETTLE_UNPAID)
        now, by = self.now(), approver_of(self.settings)

        def write(ledger: LedgerPort) -> Refund:
            if apart:
                refuse_asker(ledger, by, key)
            return act(ledger, self._terms, key, action, evidence, now)

        changed = await self.files.write(write)
        await self.tell(Changed(changed, str(action)))
        self.sender.wake()
        return changed

    async def asked_today(self, currency: str) -> int:
        """What this clerk has asked for on this day of the store, in minor units; 0 if no limit needs it.

        `settings.limits.exceeded` says with it what needs an approval. The ledger decides when the refund is recorded.
        Raises StoreError.
        """
        limits = self.settings.limits
        if not limits.day:
            return 0
        return await self.history.asked_since(self.clerk, currency, limits.day_began(self.now().at))

    async def decide(self, key: str, action: Action, word: str) -> Refund:
        """Approve or decline a refund as the second person, with a reason.

        Raises NotPossible, ConfigError, StoreError.
        """
        self._require_own_service()
        if action in SENDING:
            await self._require_own_refund(key)
        now, by = self.now(), approver_of(self.settings)
        changed = await self.files.write(lambda ledger: decide_approval(ledger, by, key, action, word, now))
        await self.tell(Changed(changed, str(action)))
        self.sender.wake()
        return changed

    async def open_gate(self, why: str) -> Awaited | None:
        """End the wait of the whole account, and the own waits of the refunds whose last answer was a 429.

        `why` is the person's reason. Awaited if another person must ask for it too: then only the request is recorded.
        Raises NotPossible, ConfigError, StoreError.
        """
        self._require_own_service()
        by, now = second_for(OPEN_GATE, self.settings), self.now()
        ended = await self.files.write(lambda ledger: open_gate(ledger, self._terms, why, now, by))
        if isinstance(ended, Awaited):
            return ended
        await self.refresh()
        for refund in ended:
            await self.tell(Changed(refund, lifecycle.WAIT_ENDED))
        self.sender.wake()
        return None

    async def save_draft(self, draft: Draft) -> datetime | None:
        """Keep what this clerk has typed after Escape, a lost session or a restart; an empty draft ends it.

        Returns when it was saved (UTC), None if nothing is kept. Raises StoreError.
        """
        if self.refusal:
            return None
        now = self.now()
        await self.files.write(lambda ledger: ledger.save_draft(self.clerk, draft, now))
        return None if draft.empty else now.at

    async def preview_receipt(self, key: str) -> str:
        """The refund's receipt, only to be shown: it does not count as printed. Raises RefundTuiError, NotPossible."""
        refund, events = await self._printable(key)
        printed = any(isinstance(event, Event) and event.kind == PRINTED for event in events)
        return await self._receipt(refund, events, copy=printed)

    async def print_receipt(self, key: str) -> str:
        """The refund's receipt, to be printed. The print is recorded first, so that only one print is the original."""
        (_, events), now = await self._printable(key), self.now()
        refund, copy = await self.files.write(lambda ledger: note_receipt(ledger, key, self.clerk, now))
        return await self._receipt(refund, events, copy=copy)

    async def _printable(self, key: str) -> tuple[Refund, tuple[Event | Damaged, ...]]:
        self._require_own_service()
        found = await self.history.get(key)
        if found is None:
            raise not_there(key)
        if isinstance(found, Damaged):
            raise RecordUnusable(found.sentence)
        if problem := alteration_of(found):
            raise NotPossible(f"{problem}. No receipt was made")
        return found, await self.history.events(key)

    async def _receipt(self, refund: Refund, events: Iterable[Event | Damaged], *, copy: bool) -> str:
        found = tuple(events)
        evidence, approval, head = evidence_of(found), approval_of(found), await self.history.head()
        zone, at = self.settings.zone, self.now().at
        return receipt(refund, at, zone, copy=copy, evidence=evidence, head=head, approval=approval)

    async def card_of(self, store_id: str, trip_id: str) -> CardAnswer:
        """Ask the service whose card paid for a trip, and keep the answer with the trip. Raises RefundTuiError."""
        self.require_service()
        client = await self._service.client()
        answer = await client.transactional_data(store_id, trip_id)
        if isinstance(answer, CardFound):
            card, currency = answer.card, answer.currency
            await self.files.search(lambda trips: trips.remember_card(store_id, trip_id, card, currency))
        return answer

    async def drain(self, *, wait: bool = True) -> Summary:
        """Return when no refund continues by itself; without `wait`, when none is due now. Raises StoreError.

        An attempt of this process is always waited for, also if a person stopped its refund meanwhile.
        """
        summary = await until_drained(self, wait=wait)
        await self._watcher.examined()
        await self.verify()
        return summary

    async def verify(self) -> None:
        """Check that the ledger may still be written here, and that no damage was found in it. Raises StoreError."""
        await self.files.verify()

    def possible(self, refund: Refund, pending: UnderWay | None = None) -> frozenset[Action]:
        """What a person can do to a refund now. Nothing that would send a refund of another service.

        `pending` is its attempt without an answer, if there is one.
        """
        if self.refusal:
            return frozenset()
        found = lifecycle.possible(refund.life, under_way=pending is not None and not pending.over)
        if not self.settings.may_approve or refund.clerk.casefold() == self.clerk.casefold():
            found -= APPROVING
        return found if self.sends(refund) else found - SENDING

    def sends(self, refund: Refund) -> bool:
        """Whether this desk sends refunds of the endpoint that the refund was recorded for."""
        return refund.endpoint == self.endpoint

    def require_service(self) -> None:
        """Check that refunds can be made with these settings in this ledger. Raises ConfigError."""
        if self.settings.base_url is None:
            raise ConfigError("no service is configured (base_url): refunds can be reviewed here, not made")
        self._require_own_service()

    def _require_own_service(self) -> None:
        if self.refusal:
            raise ConfigError(self.refusal)

    async def _require_own_refund(self, key: str) -> None:
        refund = await self.history.get(key)
        if isinstance(refund, Refund) and refund.endpoint != self.endpoint:
            raise NotPossible(f"this refund belongs to {refund.endpoint}, not to {self.endpoint}: nothing was sent")

    async def refresh(self) -> Summary:
        """Read again what is open. Raises StoreError."""
        self.summary = await self.files.look(lambda history: history.summary(self.endpoint))
        return self.summary
