"""Owns the reading of refunds: pages, details, sums. Needs no network and no write access. Each read is short."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Self

from refund_tui.core.actor import Actor
from refund_tui.core.damage import Damaged
from refund_tui.core.evidence import Contradiction, Head
from refund_tui.core.filters import Filter, Order
from refund_tui.core.ledger_identity import Host, Identity, LedgerServices
from refund_tui.core.money import Money
from refund_tui.core.refunds import (
    APPROVED,
    DECLINED,
    OPEN_STATES,
    RECORDED,
    Attempt,
    Ceiling,
    Draft,
    Event,
    Refund,
    approval_of,
)
from refund_tui.core.rules import TripBalance
from refund_tui.core.summary import Summary
from refund_tui.core.times import Wait
from refund_tui.core.trips import Trip, folded_trip
from refund_tui.store.sqlite.approvals import asked_since
from refund_tui.store.sqlite.connection import Patience
from refund_tui.store.sqlite.damage import damaged_open, damaged_rows
from refund_tui.store.sqlite.database import Database, Guard
from refund_tui.store.sqlite.events import newest_ceiling
from refund_tui.store.sqlite.evidence import contradiction, head
from refund_tui.store.sqlite.filter_sql import NEWEST, sqlite_text, where
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks, newest_of
from refund_tui.store.sqlite.ledger_identity import HostGuard, identity_of, ledger_services, writer_of
from refund_tui.store.sqlite.rows import (
    GATE,
    OF_TRIP,
    asker_of,
    attempt_of,
    draft_of,
    event_of,
    money_of,
    refund_of,
    states_sql,
    wait_of,
)
from refund_tui.store.sqlite.schema import LEDGER

SPAN = 20_000
"""How many refunds one read of an export checks."""


class History:
    """Reads refunds. One thread at a time. Every method raises StoreError."""

    def __init__(self, database: Database, marks: HighWaterMarks | None = None, host: HostGuard | None = None) -> None:
        self._database, self._marks = database, marks or HighWaterMarks(database.path)
        self._guards: tuple[Guard, ...] = (self._marks, host) if host is not None else (self._marks,)

    @classmethod
    def open(
        cls,
        path: Path,
        marks: HighWaterMarks | None = None,
        host: HostGuard | None = None,
        patience: Patience | None = None,
    ) -> Self:
        """Open a ledger for reading. Raises StoreUnusable if there is none.

        `marks` are its high-water marks, `host` is this host, `patience` says how long to wait for other programs.
        """
        return cls(Database.read(path, LEDGER, patience), marks, host)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def get(self, key: str) -> Refund | Damaged | None:
        """One refund by its idempotency key."""
        row = self._database.row("SELECT * FROM refund WHERE key = ?", key)
        return refund_of(row) if row else next((found for found in self.damaged_open() if found.key == key), None)

    def of_trip(self, store_id: str, trip_id: str) -> tuple[Refund | Damaged, ...]:
        """The refunds of a trip in any spelling of its id, newest first."""
        names = (folded_trip(store_id, trip_id), store_id, trip_id)
        return tuple(map(refund_of, self._database.rows(OF_TRIP, *names)))

    def balances(self, trips: Iterable[Trip]) -> dict[str, TripBalance]:
        """The balance of each of the `trips`, by its folded id; their refunds are read by their index alone."""
        known = {folded_trip(trip.store_id, trip.trip_id): trip for trip in trips}
        names, refunds = json.dumps(list(known)), dict[str, list[Refund | Damaged]]()
        for row in self._database.rows(_OF_TRIPS, names):
            refunds.setdefault(row["folded_trip"], []).append(refund_of(row))
        stated = [row["folded_trip"] for row in self._database.rows(_STATED, names)]
        ceilings = {name: newest_ceiling(self._database.rows, name) for name in stated}
        return {
            name: TripBalance.of(trip.captured, refunds.get(name, ()), ceilings.get(name), trip.currency)
            for name, trip in known.items()
        }

    def ceiling(self, store_id: str, trip_id: str) -> Ceiling | Damaged | None:
        """The captured amount that a person stated last for a trip."""
        return newest_ceiling(self._database.rows, folded_trip(store_id, trip_id))

    def contradiction(self, refund: Refund) -> Contradiction | None:
        """How the refund differs from what its events say, or None."""
        return contradiction(self._database.rows, refund.key, self.identity().id)

    def head(self) -> Head:
        """The newest event with the hash of all."""
        seq, digest = head(self._database.rows, self.identity().id)
        return Head(seq, digest.decode(errors="replace"))

    def attempts(self, key: str) -> tuple[Attempt | Damaged, ...]:
        """The attempts of a refund, oldest first."""
        return tuple(map(attempt_of, self._database.rows("SELECT * FROM attempt WHERE key = ? ORDER BY number", key)))

    def events(self, key: str) -> tuple[Event | Damaged, ...]:
        """The events of a refund, oldest first."""
        return tuple(map(event_of, self._database.rows("SELECT * FROM event WHERE key = ? ORDER BY seq", key)))

    def events_of_ledger(self, after: int, limit: int) -> list[tuple[int, Event | Damaged]]:
        """At most `limit` events of the whole ledger with their numbers, oldest first, those after `after`."""
        sql = "SELECT * FROM event WHERE key IS NULL AND seq > ? ORDER BY seq LIMIT ?"
        return [(row["seq"], event_of(row)) for row in self._database.rows(sql, after, limit)]

    def people(self, key: str) -> tuple[Actor, Event | None]:
        """The process that asked for a refund, and the event by which another person approved or declined it.

        The process has no facts if they cannot be read.
        """
        rows = self._database.rows(_PEOPLE, key, RECORDED, APPROVED, DECLINED)
        asked = [row for row in rows if row["kind"] == RECORDED]
        return asker_of(asked[0]) if asked else Actor(), approval_of(map(event_of, rows))

    def asked_since(self, clerk: str, currency: str, began: datetime) -> int:
        """The sum of what a clerk asked for since a time (UTC) and that counts, in minor units."""
        return asked_since(self._database.rows, clerk, currency, began)

    def draft(self, clerk: str, store_id: str, trip_id: str) -> Draft | None:
        """The draft of a clerk for a trip in any spelling of its id."""
        sql = "SELECT * FROM draft WHERE clerk = ? AND folded_trip = ? ORDER BY saved_at DESC LIMIT 1"
        row = self._database.row(sql, clerk, folded_trip(store_id, trip_id))
        found = draft_of(row) if row else None
        return replace(found, store_id=store_id, trip_id=trip_id) if found else None

    def last_draft(self, clerk: str) -> Draft | None:
        """The clerk's newest draft."""
        row = self._database.row("SELECT * FROM draft WHERE clerk = ? ORDER BY saved_at DESC LIMIT 1", clerk)
        return draft_of(row) if row else None

    def rows(self, wanted: Filter, start: int, limit: int, order: Order = Order.NEWEST) -> list[Refund | Damaged]:
        """`limit` refunds from position `start` on.

        Without a filter and in order of age, every page takes the same time.

        Otherwise the refunds before `start` are read too, so callers must stay below the cap of `count`.
        """
        conditions, values = self._where(wanted)
        by = _ORDERS[order]
        if not conditions and order is not Order.LARGEST:
            # Refunds are never deleted, so their row numbers have no gaps.
            bound, place = ("id > ?", start) if order is Order.OLDEST else ("id <= ?", self._newest() - start)
            sql = f"SELECT * FROM refund WHERE {bound} ORDER BY {by} LIMIT ?"
            return [refund_of(row) for row in self._database.rows(sql, place, limit)]
        # Only row numbers are sorted, not whole refunds.
        ids = f"SELECT id FROM refund WHERE {conditions or '1'} ORDER BY {by} LIMIT ? OFFSET ?"
        sql = f"SELECT * FROM refund WHERE id IN ({ids}) ORDER BY {by}"
        return [refund_of(row) for row in self._database.rows(sql, *values, limit, start)]

    def page(self, wanted: Filter, below: int | None, limit: int) -> list[tuple[int, Refund | Damaged]]:
        """`limit` refunds, newest first, each with its row number; `below` is the last row number of the page before.

        For exports: every page takes the same time, and refunds recorded between two pages do not appear.
        """
        conditions, values = self._where(wanted)
        sql = f"SELECT * FROM refund WHERE {conditions or '1'} AND id < ? AND id >= ? ORDER BY id DESC LIMIT ?"
        end = self._newest() + 1 if below is None else below
        found: list[tuple[int, Refund | Damaged]] = []
        while end > 1 and len(found) < limit:
            rows = self._database.rows(sql, *values, end, end - SPAN, limit - len(found))
            found.extend((row["id"], refund_of(row)) for row in rows)
            end -= SPAN
        return found

    def count(self, wanted: Filter, cap: int = 10_001) -> int:
        """The number of refunds. A filtered count stops at `cap`."""
        conditions, values = self._where(wanted, counting=True)
        if not conditions:
            return self._newest()
        return self._number(f"SELECT count(*) FROM (SELECT 1 FROM refund WHERE {conditions} LIMIT ?)", *values, cap)

    def sums(self, wanted: Filter, cap: int) -> dict[str, Money]:
        """The sum of the matching refunds in each currency; empty if more than `cap` refunds match."""
        conditions, values = self._where(wanted, counting=True)
        some = f"SELECT minor, currency FROM refund WHERE {conditions or '1'} LIMIT ?"
        sql = f"SELECT currency, sum(minor) AS minor, count(*) AS number FROM ({some}) GROUP BY currency"
        rows = self._database.rows(sql, *values, cap + 1)
        if sum(row["number"] for row in rows) > cap:
            return {}
        return {amount.currency: amount for amount in map(money_of, rows) if amount is not None}

    def clerks(self) -> tuple[str, ...]:
        """The names of the clerks who asked for refunds, at most 1,000."""
        return tuple(str(row["clerk"]) for row in self._database.rows(_CLERKS))

    def changes_seen(self) -> int:
        """A number that changes when another connection has written."""
        return int(str(self._database.pragma("data_version")))

    def identity(self) -> Identity:
        """The ledger's id, environment and creation time."""
        return identity_of(self._database)

    def writer(self) -> Host | None:
        """The host that writes the ledger, None if none has yet."""
        return writer_of(self._database)

    def verify(self) -> None:
        """Check that this host may write the ledger, and that it lacks no event that was seen."""
        for guard in self._guards:
            guard.before(self._database)

    def check(self) -> None:
        """Check that the ledger's identity can be read and that no seen event is missing. Raises StoreError."""
        newest_of(self._database)
        writer_of(self._database)
        self._marks.check(self._database)

    def remember(self) -> None:
        """Raise the marks on disk to the newest event.

        Raises StoreDamaged if tables or triggers were changed, StoreChanged if it lacks an event that was seen.
        """
        self._database.check_schema()
        self._marks.refuse_unmarked(self._database)
        self._marks.check(self._database)
        self._marks.rise(newest_of(self._database), sync=True)

    def last_seq(self) -> int:
        """The number of the newest event, 0 if there is none."""
        return self._number("SELECT coalesce(max(seq), 0) FROM event")

    def since(self, seq: int, limit: int) -> list[Event]:
        """At most `limit` events after event `seq`, oldest first, without those that cannot be read."""
        rows = self._database.rows("SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)
        return [event for event in map(event_of, rows) if isinstance(event, Event)]

    def gate(self, endpoint: str) -> Wait | None:
        """The wait of the whole account (contract page: refund, 429)."""
        row = self._database.row(GATE, endpoint)
        return wait_of(row) if row else None

    def summary(self, endpoint: str) -> Summary:
        """The summary of open refunds at one endpoint. It includes the number of open refunds at others."""
        counts = Counter({row["state"]: row["number"] for row in self._database.rows(_OPEN, endpoint)})
        broken = self.damaged_open()
        counts.subtract(row.columns.get("state") for row in broken if row.columns.get("endpoint") == endpoint)
        waits = [wait_of(row) for row in self._database.rows(_WAITS, endpoint)]
        held = self._database.row(GATE, endpoint)
        gate = wait_of(held) if held else None
        return Summary(
            states={state: counts[state] for state in OPEN_STATES},
            elsewhere=sum(self._elsewhere(endpoint, broken).values()),
            alarms=self._number("SELECT count(*) FROM refund WHERE alarm = 1"),
            damaged=len(broken) + int(held is not None and gate is None),
            gate=gate,
            waits=tuple(wait for wait in waits if wait),
        )

    def damaged_open(self) -> tuple[Damaged, ...]:
        """The refunds that cannot be read and may be open, for every endpoint, newest first."""
        return damaged_open(self._database)

    def damaged(self) -> Iterator[Damaged]:
        """Every row of the ledger that cannot be read. Reads the whole file in pages."""
        return damaged_rows(self._database)

    def elsewhere(self, endpoint: str) -> dict[str, int]:
        """The number of open refunds of each other endpoint, without damaged ones."""
        return self._elsewhere(endpoint, self.damaged_open())

    def _elsewhere(self, endpoint: str, broken: Sequence[Damaged]) -> dict[str, int]:
        counts = Counter({row["endpoint"]: row["number"] for row in self._database.rows(_OPEN_ELSEWHERE, endpoint)})
        counts.subtract(row.columns.get("endpoint") for row in broken if row.columns.get("state") in OPEN_STATES)
        return {str(name): number for name, number in counts.items() if number > 0}

    def ledger_services(self) -> LedgerServices:
        """The services to which the ledger belongs."""
        return ledger_services(self._database)

    def _where(self, wanted: Filter, *, counting: bool = False) -> tuple[str, tuple[object, ...]]:
        return where(wanted, self._number, self._names(wanted.clerk), counting=counting)

    def _names(self, clerk: str | None) -> tuple[str, ...]:
        """All spellings (by case) of a clerk's name in the ledger; the name itself if the ledger has none."""
        if clerk is None:
            return ()
        name = sqlite_text(clerk)
        return tuple(known for known in self.clerks() if known.casefold() == name.casefold()) or (name,)

    def _newest(self) -> int:
        """The row number of the newest refund, which is also the number of refunds."""
        return self._number(NEWEST)

    def _number(self, sql: str, *values: object) -> int:
        row = self._database.row(sql, *values)
        return int(row[0]) if row else 0


_PEOPLE = "SELECT * FROM event WHERE key = ? AND kind IN (?, ?, ?) ORDER BY seq"
_ORDERS = {Order.NEWEST: "id DESC", Order.OLDEST: "id ASC", Order.LARGEST: "minor DESC, id DESC"}
_OF_TRIPS = "SELECT * FROM refund WHERE folded_trip IN (SELECT value FROM json_each(?)) ORDER BY folded_trip, id DESC"
_STATED = "SELECT DISTINCT folded_trip FROM ceiling WHERE folded_trip IN (SELECT value FROM json_each(?))"
"""The trips for which a person stated what was captured."""
_CLERKS = (
    "WITH RECURSIVE name (clerk) AS (SELECT min(clerk) FROM refund UNION ALL"
    " SELECT (SELECT min(clerk) FROM refund WHERE refund.clerk > name.clerk) FROM name WHERE name.clerk IS NOT NULL)"
    " SELECT clerk FROM name WHERE clerk IS NOT NULL LIMIT 1000"
)
"""Each name once. The query takes one step in the index for each name."""
_STILL_OPEN = f"state IN {states_sql(OPEN_STATES)}"
_OPEN = f"SELECT state, count(*) AS number FROM refund WHERE {_STILL_OPEN} AND endpoint = ? GROUP BY state"
_OPEN_ELSEWHERE = (
    f"SELECT endpoint, count(*) AS number FROM refund WHERE {_STILL_OPEN} AND endpoint <> ?"
    " GROUP BY endpoint ORDER BY endpoint"
)
_WAITS = (
    "SELECT * FROM refund WHERE state = 'WAITING' AND endpoint = ? AND not_before IS NOT NULL"
    " ORDER BY not_before LIMIT 5"
)
