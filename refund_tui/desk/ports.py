"""Owns the interfaces (Protocols) of a ledger, its history and the trips, as the desk, screens and commands need them.

`store/sqlite` implements them; `storage.py` chooses it. No method says how or where data is kept. Each method is one
transaction or one short read, and may raise StoreError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Protocol

from refund_tui.core.actor import Actor
from refund_tui.core.approval import NO_LIMITS, Approver, Limits, Person
from refund_tui.core.damage import Damaged
from refund_tui.core.evidence import Contradiction, Head
from refund_tui.core.filters import Filter, Order, TripWord
from refund_tui.core.ledger_identity import Host, Identity, LedgerServices, Service
from refund_tui.core.lifecycle import Decision
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Outcome
from refund_tui.core.refunds import Attempt, Ceiling, Draft, Event, Holder, Refund
from refund_tui.core.rules import TripBalance
from refund_tui.core.second_person import Awaited
from refund_tui.core.summary import Summary
from refund_tui.core.times import Instant, Wait
from refund_tui.core.trips import Card, Trip


class ServicesPort(Protocol):
    """Writes the services of a ledger. Adds services, never removes one."""

    def claim(self, service: Service, who: str, now: Instant, *, owner: bool) -> LedgerServices:
        """The services of the ledger. A ledger without services gets `service`, if that is allowed.

        `owner` is whether this account owns the ledger.
        """
        ...

    def add(self, service: Service, because: str, who: str, now: Instant) -> None:
        """Add one more endpoint. Raises UsageError if it is of another environment."""
        ...

    def assign(self, keys: Sequence[str], endpoint: str, because: str, who: str, now: Instant) -> None:
        """Set the endpoint of refunds for which version 0.1.0 did not record one. Raises UsageError."""
        ...


class LedgerPort(Protocol):
    """Writes refunds. Used by one thread at a time."""

    @property
    def services(self) -> ServicesPort:
        """The part that writes the services of the ledger."""
        ...

    def close(self) -> None:
        """Close it."""
        ...

    def record(
        self,
        refund: Refund,
        now: Instant,
        *,
        second_yes: bool,
        charge_currency: str | None = None,
        limits: Limits = NO_LIMITS,
    ) -> Refund:
        """Write a new refund if `core.rules` allows it inside this transaction. The refund as it is on disk.

        `charge_currency` is what the service gave with the card. Above the `limits` the refund awaits an approval.
        Raises core.rules.Refused and NeedsSecondYes: then nothing was written.
        """
        ...

    def asker(self, key: str) -> Person | None:
        """Who asked for a refund; None if its first event cannot be read."""
        ...

    def awaits_approval(self, key: str) -> bool:
        """Whether a refund needed an approval and nobody has given it, by its events, whatever its state is now."""
        ...

    def set_ceiling(self, ceiling: Ceiling, now: Instant, by: Approver | None = None) -> Awaited | None:
        """Write the captured amount that a person states for a trip. It counts from now on.

        With `by` two people must state it: Awaited for the first one, whose request is recorded.
        """
        ...

    def begin(self, refund: Refund, holder: Holder, now: Instant) -> Attempt | None:
        """Claim a refund and record an attempt, durably.

        None if another process was faster, or it must not be sent now.
        """
        ...

    def finish(
        self, refund: Refund, attempt: Attempt, outcome: Outcome, decision: Decision, who: str, now: Instant
    ) -> Refund | None:
        """Write the end of an attempt and the decision. None if the refund has changed: decide again."""
        ...

    def finished(self, attempt: Attempt, outcome: Outcome, now: Instant) -> bool:
        """Whether a `finish` that failed has written this answer. If so, it is made durable."""
        ...

    def record_outcome_apart(self, attempt: Attempt, outcome: Outcome, who: str, now: Instant) -> None:
        """Record the outcome of an attempt in an event of the ledger: the refund's own record cannot be changed."""
        ...

    def change(
        self, refund: Refund, decision: Decision, who: str, now: Instant, data: dict[str, str] | None = None
    ) -> Refund | None:
        """Write a decision that no answer caused. None if the refund has changed."""
        ...

    def note(self, kind: str, why: str, who: str, now: Instant, data: dict[str, str] | None = None) -> None:
        """Write an event about the whole ledger."""
        ...

    def save_draft(self, clerk: str, draft: Draft, now: Instant) -> None:
        """Keep what a clerk has typed for a trip. An empty draft deletes it, in each spelling of the id."""
        ...

    def get(self, key: str) -> Refund | None:
        """One refund by its idempotency key. Raises RecordUnusable if its record cannot be read."""
        ...

    def has_event(self, key: str, kind: str) -> bool:
        """Whether an event of that kind was written for a refund."""
        ...

    def contradiction(self, refund: Refund) -> Contradiction | None:
        """How the refund differs from what its events say, or None."""
        ...

    def sendable(self, endpoint: str) -> list[Refund]:
        """The refunds that are sent automatically, oldest first, without those that cannot be read."""
        ...

    def under_way(self, endpoint: str) -> list[tuple[Refund, Attempt | Damaged]]:
        """Every open attempt at the endpoint, of any process, with its refund."""
        ...

    def open_attempt(self, key: str) -> Attempt | Damaged | None:
        """The open attempt of a refund, of any process."""
        ...

    def gate(self, endpoint: str) -> Wait | None:
        """The wait of the whole account (contract page: refund, 429)."""
        ...

    def open_gate(
        self, endpoint: str, why: str, who: str, now: Instant, by: Approver | None = None
    ) -> tuple[Refund, ...] | Awaited | None:
        """End the account's wait, and the wait of each refund whose last answer was a 429. The changed refunds.

        None if the account does not wait; then nothing was written. With `by` two people must ask to end this wait:
        Awaited for the first one, whose request is recorded.
        """
        ...

    def anchor(self, now: Instant) -> None:
        """Convert waits of an earlier boot to the ticks of this boot, so that a clock jump cannot make them longer."""
        ...


class HistoryPort(Protocol):
    """Reads refunds. Used by one thread at a time. Needs no write access."""

    def close(self) -> None:
        """Close it."""
        ...

    def get(self, key: str) -> Refund | Damaged | None:
        """One refund by its idempotency key."""
        ...

    def of_trip(self, store_id: str, trip_id: str) -> tuple[Refund | Damaged, ...]:
        """The refunds of a trip, newest first. Any spelling of its id is accepted."""
        ...

    def balances(self, trips: Iterable[Trip]) -> dict[str, TripBalance]:
        """The balance of each of the `trips`, by its folded id."""
        ...

    def ceiling(self, store_id: str, trip_id: str) -> Ceiling | Damaged | None:
        """The captured amount that a person stated last for a trip."""
        ...

    def contradiction(self, refund: Refund) -> Contradiction | None:
        """How the refund differs from what its events say, or None."""
        ...

    def head(self) -> Head:
        """The newest event, with the hash that covers it and all events before it."""
        ...

    def attempts(self, key: str) -> tuple[Attempt | Damaged, ...]:
        """The attempts of a refund, oldest first."""
        ...

    def events(self, key: str) -> tuple[Event | Damaged, ...]:
        """The events of a refund, oldest first."""
        ...

    def events_of_ledger(self, after: int, limit: int) -> list[tuple[int, Event | Damaged]]:
        """Events of the whole ledger, each with its number, oldest first.

        They begin after the number `after`, and there are at most `limit`.
        """
        ...

    def people(self, key: str) -> tuple[Actor, Event | None]:
        """The process that asked for a refund, and the event by which another person approved or declined it."""
        ...

    def asked_since(self, clerk: str, currency: str, began: datetime) -> int:
        """The sum of what a clerk asked for since a time (UTC) and that counts, in minor units."""
        ...

    def draft(self, clerk: str, store_id: str, trip_id: str) -> Draft | None:
        """The draft of a clerk for a trip. Any spelling of its id is accepted."""
        ...

    def last_draft(self, clerk: str) -> Draft | None:
        """The clerk's newest draft."""
        ...

    def rows(self, wanted: Filter, start: int, limit: int, order: Order = Order.NEWEST) -> list[Refund | Damaged]:
        """`limit` refunds in this order, from position `start` on."""
        ...

    def page(self, wanted: Filter, below: int | None, limit: int) -> list[tuple[int, Refund | Damaged]]:
        """`limit` refunds with row numbers, newest first. `below` is the last row number of the page before."""
        ...

    def count(self, wanted: Filter, cap: int = 10_001) -> int:
        """The number of refunds. A filtered count stops at `cap`."""
        ...

    def sums(self, wanted: Filter, cap: int) -> dict[str, Money]:
        """The sum of the refunds in each currency; empty if there are more than `cap` refunds."""
        ...

    def clerks(self) -> tuple[str, ...]:
        """The names of the clerks who asked for refunds."""
        ...

    def changes_seen(self) -> int:
        """A number that changes when another process has written."""
        ...

    def last_seq(self) -> int:
        """The number of the newest event, 0 if there is none."""
        ...

    def since(self, seq: int, limit: int) -> list[Event]:
        """At most `limit` events after event `seq`, oldest first, without those that cannot be read."""
        ...

    def gate(self, endpoint: str) -> Wait | None:
        """The wait of the whole account (contract page: refund, 429)."""
        ...

    def summary(self, endpoint: str) -> Summary:
        """The summary of open refunds at one endpoint. It includes the number of open refunds at others."""
        ...

    def damaged_open(self) -> tuple[Damaged, ...]:
        """The refunds that cannot be read and may be open, at any endpoint, newest first."""
        ...

    def damaged(self) -> Iterator[Damaged]:
        """Every row that cannot be read. Reads the whole ledger in pages."""
        ...

    def elsewhere(self, endpoint: str) -> dict[str, int]:
        """The number of open refunds at each other endpoint, without damaged ones."""
        ...

    def ledger_services(self) -> LedgerServices:
        """The services to which the ledger belongs."""
        ...

    def identity(self) -> Identity:
        """The ledger's id, environment, host and creation time."""
        ...

    def writer(self) -> Host | None:
        """The host that writes the ledger, None if none has yet."""
        ...

    def verify(self) -> None:
        """Check that this host may write the ledger, and that no event that was seen is missing."""
        ...

    def check(self) -> None:
        """Check that the ledger's identity can be read, and that no event that was seen is missing."""
        ...

    def remember(self) -> None:
        """Raise the high-water marks on disk. Raises StoreChanged if the ledger lacks an event that was seen."""
        ...


class TripsPort(Protocol):
    """Reads and writes the trips known here. Used by one thread at a time."""

    def close(self) -> None:
        """Close them."""
        ...

    def changes_seen(self) -> int:
        """A number that changes when another process has written."""
        ...

    def get(self, store_id: str, trip_id: str) -> Trip | None:
        """One trip, by any spelling of its id. Raises RecordUnusable if it cannot be read."""
        ...

    def captured(self, trips: Sequence[Trip]) -> dict[tuple[str, str], Money | None]:
        """The captured amount of each of the trips that is known, by store and trip id; None if it has none."""
        ...

    def put(self, trips: Iterable[Trip]) -> tuple[int, int, int]:
        """Store these trips in one transaction. How many were new, changed, and unchanged."""
        ...

    def remember_card(self, store_id: str, trip_id: str, card: Card, currency: str | None) -> None:
        """Store the card and the currency that the service gave for a trip."""
        ...

    def find(self, text: str, start: int, limit: int, *, zone: tzinfo = UTC, today: date | None = None) -> list[Trip]:
        """The trips that `text` finds, newest first, from position `start` on, at most `limit`. Blank finds all."""
        ...

    def count(self, text: str, cap: int, *, zone: tzinfo = UTC, today: date | None = None) -> int:
        """The number of trips that `text` finds, counted up to `cap`."""
        ...

    def of_word(self, word: TripWord, cap: int) -> tuple[str, ...]:
        """The folded ids of the newest trips that a word finds, at most `cap`."""
        ...
