"""Owns what the desk, the screens and the commands need of a ledger, of its history and of the trips.

One implementation is `store/sqlite`; `storage.py` chooses it. No method here says how or where something is kept, and
each is one whole: a transaction, or a short read. Every method raises StoreError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, tzinfo
from typing import Protocol

from refund_tui.core.damage import Damaged
from refund_tui.core.evidence import Contradiction, Head
from refund_tui.core.filters import Filter, Order, TripWord
from refund_tui.core.ledger_identity import Host, Identity, LedgerServices, Service
from refund_tui.core.lifecycle import Decision
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Outcome
from refund_tui.core.refunds import Attempt, Ceiling, Draft, Event, Holder, Refund
from refund_tui.core.summary import Summary
from refund_tui.core.times import Instant, Wait
from refund_tui.core.trips import Card, Trip


class ServicesPort(Protocol):
    """Writes the services to which a ledger belongs. Adds services, never removes one."""

    def claim(self, service: Service, who: str, now: Instant, *, owner: bool) -> LedgerServices:
        """The services of the ledger. One that names none yet gets `service`, if that is allowed.

        `owner` says whether this account owns the ledger.
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
        """The services to which it belongs."""
        ...

    def close(self) -> None:
        """Close it."""
        ...

    def record(self, refund: Refund, now: Instant, *, second_yes: bool, charge_currency: str | None = None) -> Refund:
        """Write a new refund if the state of its trip in this transaction allows it; the refund as it is on disk.

        `charge_currency` is what the service gave with the card. Raises core.rules.Refused, NeedsSecondYes: nothing was
        written then.
        """
        ...

    def set_ceiling(self, ceiling: Ceiling, now: Instant) -> None:
        """Write the captured amount that a person states for a trip. It counts from now on."""
        ...

    def begin(self, refund: Refund, holder: Holder, now: Instant) -> Attempt | None:
        """Claim a refund and record an attempt, durably; None if another was faster or it must not be sent now."""
        ...

    def finish(
        self, refund: Refund, attempt: Attempt, outcome: Outcome, decision: Decision, who: str, now: Instant
    ) -> Refund | None:
        """Write what came of an attempt and what was decided; None when the refund changed meanwhile: decide anew."""
        ...

    def finished(self, attempt: Attempt, outcome: Outcome, now: Instant) -> bool:
        """Whether a failed `finish` did write this answer. If so, it is made durable."""
        ...

    def record_outcome_apart(self, attempt: Attempt, outcome: Outcome, who: str, now: Instant) -> None:
        """Keep the outcome of an attempt in an event of the ledger, if the refund's own record cannot be changed."""
        ...

    def change(
        self, refund: Refund, decision: Decision, who: str, now: Instant, data: dict[str, str] | None = None
    ) -> Refund | None:
        """Write what a person or the clock decided; None when the refund changed meanwhile."""
        ...

    def save_draft(self, clerk: str, draft: Draft, now: Instant) -> None:
        """Keep what a clerk has typed for a trip. An empty draft is deleted."""
        ...

    def get(self, key: str) -> Refund | None:
        """One refund by its idempotency key. Raises RecordUnusable where its record cannot be read."""
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

    def open_gate(self, endpoint: str, why: str, who: str, now: Instant) -> tuple[Refund, ...] | None:
        """End the account's wait, and the own wait of each refund whose last answer asked for it; those refunds.

        None when the account does not wait: nothing was written then.
        """
        ...

    def anchor(self, now: Instant) -> None:
        """Convert waits of an earlier boot to the ticks of this boot, so that a clock jump cannot make them longer."""
        ...


class HistoryPort(Protocol):
    """Reads refunds. Used by one thread at a time; needs no write access."""

    def close(self) -> None:
        """Close it."""
        ...

    def get(self, key: str) -> Refund | Damaged | None:
        """One refund by its idempotency key."""
        ...

    def of_trip(self, store_id: str, trip_id: str) -> tuple[Refund | Damaged, ...]:
        """The refunds of a trip, in whichever spelling of its id, newest first."""
        ...

    def of_trips(self, trips: Iterable[str]) -> dict[str, tuple[Refund | Damaged, ...]]:
        """The refunds of each of the `trips` (folded ids) that has some, newest first."""
        ...

    def ceiling(self, store_id: str, trip_id: str) -> Ceiling | Damaged | None:
        """The captured amount that a person stated last for a trip."""
        ...

    def captured(self, trips: Iterable[str]) -> dict[str, Money]:
        """The captured amounts by the ledger alone, for those of the `trips` (folded ids) for which it has one."""
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

    def draft(self, clerk: str, store_id: str, trip_id: str) -> Draft | None:
        """What a clerk had typed for a trip, in whichever spelling of its id."""
        ...

    def last_draft(self, clerk: str) -> Draft | None:
        """The draft that a clerk typed last."""
        ...

    def rows(self, wanted: Filter, start: int, limit: int, order: Order = Order.NEWEST) -> list[Refund | Damaged]:
        """`limit` refunds in this order, from the `start`-th one on."""
        ...

    def page(self, wanted: Filter, below: int | None, limit: int) -> list[tuple[int, Refund | Damaged]]:
        """`limit` refunds, newest first, each with its place; `below` is the last one's of the page before."""
        ...

    def count(self, wanted: Filter, cap: int = 10_001) -> int:
        """How many refunds; a filtered count stops at `cap`."""
        ...

    def sums(self, wanted: Filter, cap: int) -> dict[str, Money]:
        """What the refunds come to in each currency; empty where there are more than `cap` of them."""
        ...

    def clerks(self) -> tuple[str, ...]:
        """The names of those who asked for refunds."""
        ...

    def changes_seen(self) -> int:
        """A number that changes when another process has written."""
        ...

    def last_seq(self) -> int:
        """The number of the newest event, 0 when there is none."""
        ...

    def since(self, seq: int, limit: int) -> list[Event]:
        """At most `limit` events after the one numbered `seq`, oldest first, without what cannot be read."""
        ...

    def gate(self, endpoint: str) -> Wait | None:
        """The wait of the whole account (Payment service, refund, 429)."""
        ...

    def summary(self, endpoint: str) -> Summary:
        """What is open for one endpoint, and how many refunds are open for others."""
        ...

    def damaged_open(self) -> tuple[Damaged, ...]:
        """The refunds that cannot be read and may be open, at every endpoint, newest first."""
        ...

    def damaged(self) -> Iterator[Damaged]:
        """Every row that cannot be read; reads the whole ledger, page after page."""
        ...

    def elsewhere(self, endpoint: str) -> dict[str, int]:
        """How many refunds are open at each other endpoint, by its name, without the damaged."""
        ...

    def ledger_services(self) -> LedgerServices:
        """The services to which the ledger belongs."""
        ...

    def identity(self) -> Identity:
        """What the ledger says of itself."""
        ...

    def writer(self) -> Host | None:
        """The host that writes the ledger, None if none has yet."""
        ...

    def verify(self) -> None:
        """Check that this host may write the ledger, and that it lacks no event that was seen."""
        ...

    def check(self) -> None:
        """Check that the ledger says soundly what it is, and lacks no event that was seen."""
        ...

    def remember(self) -> None:
        """Write to disk, outside the ledger, the number of its newest event. Raises StoreChanged if it lacks one."""
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
        """What is known of one trip, in whichever spelling of its id. Raises RecordUnusable where it cannot be read."""
        ...

    def put(self, trips: Iterable[Trip]) -> tuple[int, int, int]:
        """Store these trips in one transaction; how many were new, changed, and the same as before."""
        ...

    def remember_card(self, store_id: str, trip_id: str, card: Card, currency: str | None) -> None:
        """Store the card and the currency that the service gave for a trip."""
        ...

    def find(self, text: str, start: int, limit: int, *, zone: tzinfo = UTC, today: date | None = None) -> list[Trip]:
        """The trips that `text` finds, from place `start` on, at most `limit`; newest first, all for blank text."""
        ...

    def count(self, text: str, cap: int, *, zone: tzinfo = UTC, today: date | None = None) -> int:
        """How many trips `text` finds, counted up to `cap` and no further."""
        ...

    def of_word(self, word: TripWord, cap: int) -> tuple[str, ...]:
        """The folded ids of trips that a word finds, the newest ones, at most `cap`."""
        ...
