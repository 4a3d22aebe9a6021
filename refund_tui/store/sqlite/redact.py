"""Owns how personal data is removed: from old closed refunds and drafts in the ledger, and with old trips.

It works in short transactions with pauses, while other programs write. Each refund keeps its data or loses all of it
together with an event, so a stop at any point is repaired by the next run. Never touches a refund that is not closed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

from refund_tui.core.redaction import RedactionCounts, RedactionOrder
from refund_tui.core.refunds import OPEN_STATES, State
from refund_tui.core.times import Instant, stamp
from refund_tui.core.trips import folded_trip
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.errors import Meaning
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.evidence import contradiction
from refund_tui.store.sqlite.ledger_identity import identity_of
from refund_tui.store.sqlite.pages import next_start
from refund_tui.store.sqlite.personal import COMMITMENT, EMPTIED, PERSONAL, REDACTED
from refund_tui.store.sqlite.rows import states_sql
from refund_tui.store.sqlite.trip_rows import DATED, TRIPS, first_row

BEGUN, COMPLETED = "redaction_begun", "redaction_completed"
"""The kinds of the events around a redaction. After COMPLETED no free part of the files holds a removed text."""

PAGE = 200
"""The refunds, or trips, of one transaction. Other programs wait for at most one transaction."""

REST = 1.0
"""The pause after a transaction, as a multiple of the time that it took."""

MERGE = 200
"""The pages of the word index that one transaction merges."""

Pause = Callable[[float], None]
"""A function that waits for so many seconds."""

_MEANING = Meaning(
    "part of the texts may still be there: what was removed is recorded. Run it again",
    "it is not known whether that part was recorded: run it again",
    again=True,
)
_CLOSED = states_sql(frozenset(State) - OPEN_STATES)
_OLD = (
    "SELECT id, key FROM refund AS r WHERE id > ? AND id <= ? AND redaction IS NULL AND salt IS NOT NULL"
    f" AND state IN {_CLOSED} AND created_at < ? AND updated_at < ? AND coalesce(window_closes, '') < ?"
    f" AND ({', '.join(PERSONAL)}) IS NOT ('', '[]', NULL, NULL, NULL) AND NOT EXISTS"
    f" (SELECT 1 FROM refund AS o WHERE o.folded_trip = r.folded_trip AND o.state NOT IN {_CLOSED}) ORDER BY id"
)
_EMPTY = (
    f"UPDATE refund SET {', '.join(f'{name} = ?' for name in PERSONAL)}, salt = NULL, redaction = ?, redacted_at = ?"
    " WHERE key = ?"
)
_NEWEST = "SELECT kind FROM event WHERE key IS NULL AND kind IN (?, ?) ORDER BY seq DESC LIMIT 1"
_TRIPS = "SELECT id, store_id, trip_id FROM trip WHERE id > ? AND id < ? ORDER BY id LIMIT ?"
_SAME = "SELECT id, store_id, trip_id FROM trip WHERE id IN ({})"
_FIRST: tuple[object, ...] = (DATED - 1,)
_NEEDED = (
    "SELECT DISTINCT folded_trip FROM refund WHERE folded_trip IN (SELECT value FROM json_each(?))"
    f" AND state NOT IN {_CLOSED}"
)


class Redactor:
    """Redacts one ledger and its trips file. `pause` waits between transactions. Raises StoreError."""

    def __init__(self, ledger: Database, trips: Path, order: RedactionOrder, now: Instant, pause: Pause) -> None:
        self._ledger, self._trips, self._order, self._now = ledger, trips, order, now
        self._pause, self._limit = pause, stamp(order.older_than)

    def counts(self) -> RedactionCounts:
        """What would be redacted now. Changes nothing."""
        refunds = altered = 0
        for keys, different in self._pages():
            refunds, altered = refunds + len(keys), altered + different
        drafts = self._ledger.rows("SELECT count(*) FROM draft WHERE saved_at < ?", self._limit)[0][0]
        return RedactionCounts(refunds, altered, drafts, *self._count_trips(), self._unfinished())

    def redact(self) -> RedactionCounts:
        """Redact, then write both files again so that no free part of them holds a text. What was done."""
        self._event(BEGUN, {"older_than": self._limit})
        refunds = altered = 0
        for keys, different in self._pages():
            refunds, altered = refunds + (self._empty(keys) if keys else 0), altered + different
        done = RedactionCounts(refunds, altered, self._delete_drafts(), self._delete_trips())
        self._ledger.rewrite()
        numbers = {"refunds": done.refunds, "drafts": done.drafts, "trips": done.trips}
        self._event(COMPLETED, {"older_than": self._limit, **{name: str(number) for name, number in numbers.items()}})
        return done

    def _event(self, kind: str, data: dict[str, str]) -> None:
        with self._ledger.writing(_MEANING) as transaction:
            note(transaction, None, self._order.who, self._now, kind, None, None, self._order.why, data)

    def _unfinished(self) -> bool:
        row = self._ledger.row(_NEWEST, BEGUN, COMPLETED)
        return row is not None and row["kind"] == BEGUN

    def _pages(self) -> Iterator[tuple[list[str], int]]:
        """The keys of the refunds to redact, page after page, and how many differ from their events."""
        last = self._ledger.rows("SELECT coalesce(max(id), 0) FROM refund")[0][0]
        ledger = identity_of(self._ledger).id
        for low in range(0, last, PAGE):
            began = monotonic()
            rows = self._ledger.rows(_OLD, low, low + PAGE, *self._bounds())
            keys = [row["key"] for row in rows if contradiction(self._ledger.rows, row["key"], ledger) is None]
            if rows:
                yield keys, len(rows) - len(keys)
                self._pause(REST * (monotonic() - began))

    def _bounds(self) -> tuple[str, str, str]:
        return self._limit, self._limit, stamp(self._now.at)

    def _empty(self, keys: list[str]) -> int:
        """Redact refunds in one transaction with its event. How many: not those that have changed meanwhile."""
        with self._ledger.writing(_MEANING) as transaction:
            ends = transaction.execute(f"SELECT min(id) - 1, max(id) FROM refund WHERE key IN {_marks(keys)}", keys)
            old = transaction.execute(_OLD, (*ends.fetchone(), *self._bounds())).fetchall()
            still = [row["key"] for row in old if row["key"] in keys]
            if still:
                self._empty_in(transaction, still)
        return len(still)

    def _empty_in(self, transaction: sqlite3.Connection, keys: list[str]) -> None:
        data = {"older_than": self._limit, "refunds": str(len(keys))}
        places = [(COMMITMENT, (key,)) for key in keys]
        note(transaction, None, self._order.who, self._now, REDACTED, None, None, self._order.why, data, rows=places)
        seq = transaction.execute("SELECT max(seq) FROM event").fetchone()[0]
        at = stamp(self._now.at)
        transaction.executemany(_EMPTY, [(*EMPTIED, seq, at, key) for key in keys])

    def _delete_drafts(self) -> int:
        with self._ledger.writing(_MEANING) as transaction:
            return transaction.execute("DELETE FROM draft WHERE saved_at < ?", (self._limit,)).rowcount

    def _count_trips(self) -> tuple[int, int]:
        """How many trips are old and not needed, and how many have no time."""
        if not self._trips.exists():
            return 0, 0
        old, start = 0, _FIRST
        with closing(Database.read(self._trips, TRIPS)) as trips:
            while found := trips.rows(_TRIPS, *start, first_row(self._order.older_than), PAGE):
                old, start = old + len(self._not_needed(found)), next_start(trips, found, ("id",), start)
            undated = trips.rows("SELECT count(*) FROM trip WHERE id < ?", DATED)[0][0]
        return old, undated

    def _not_needed(self, found: list[sqlite3.Row]) -> list[int]:
        names = {row["id"]: folded_trip(row["store_id"], row["trip_id"]) for row in found}
        needed = {row[0] for row in self._ledger.rows(_NEEDED, json.dumps([*names.values()]))}
        return [id for id, name in names.items() if name not in needed]

    def _delete_trips(self) -> int:
        """Delete old trips with their words, then write the file again. How many."""
        if not self._trips.exists():
            return 0
        deleted, start = 0, _FIRST
        with closing(Database.open(self._trips, TRIPS)) as trips:
            while found := trips.rows(_TRIPS, *start, first_row(self._order.older_than), PAGE):
                began = monotonic()
                start = next_start(trips, found, ("id",), start)
                deleted += self._delete_page(trips, found)
                self._pause(REST * (monotonic() - began))
            self._merge_words(trips)
            trips.rewrite()
        return deleted

    def _delete_page(self, trips: Database, found: list[sqlite3.Row]) -> int:
        """Delete those that no open refund needs. A row that now holds another trip is kept."""
        ids = self._not_needed(found)
        with trips.writing(_MEANING) as transaction:
            now = {row["id"]: tuple(row) for row in transaction.execute(_SAME.format(_numbers(ids)))}
            return _delete_from(transaction, [row["id"] for row in found if now.get(row["id"]) == tuple(row)])

    def _merge_words(self, trips: Database) -> None:
        """Merge the word index step by step: until then it holds the words of deleted trips."""
        pages = -MERGE  # a negative number begins a merge of everything
        while True:
            began = monotonic()
            with trips.writing(_MEANING) as transaction:
                before = transaction.total_changes
                transaction.execute("INSERT INTO word (word, rank) VALUES ('merge', ?)", (pages,))
                if transaction.total_changes - before < 2:  # documented by FTS5: nothing is left to merge
                    return
            pages = MERGE
            self._pause(REST * (monotonic() - began))


def _marks(values: list[str]) -> str:
    return f"({', '.join('?' * len(values))})"


def _numbers(ids: list[int]) -> str:
    return ", ".join(map(str, ids))


def _delete_from(transaction: sqlite3.Connection, ids: list[int]) -> int:
    transaction.execute(f"DELETE FROM word WHERE rowid IN ({_numbers(ids)})")
    return transaction.execute(f"DELETE FROM trip WHERE id IN ({_numbers(ids)})").rowcount
