"""Owns the trips file, which can be imported again, and the search in it.

Never keeps more of a card than its brand and last four digits.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, tzinfo
from pathlib import Path
from typing import Self

from refund_tui.core.filters import Part, TripWord
from refund_tui.core.money import Money
from refund_tui.core.trips import Card, Trip, folded_trip, merged, spellings
from refund_tui.errors import RecordUnusable
from refund_tui.store.sqlite.connection import Patience
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.rows import money_of
from refund_tui.store.sqlite.trip_rows import COLUMNS, TRIPS, first_row, last_row, trip_of, values_of
from refund_tui.store.sqlite.trip_search import Wanted, has_part, wanted, word_match, words_of

FEW = 20
"""Trips whose id or receipt begins with the text come first, unless there are more than this."""

_INSERT = f"INSERT INTO trip (id, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"
_UPDATE = f"UPDATE trip SET {', '.join(f'{column} = ?' for column in COLUMNS)}, id = ? WHERE id = ?"
_CAPTURED = "SELECT store_id, trip_id, minor, currency FROM trip WHERE trip_id IN (SELECT value FROM json_each(?))"
_RECEIPT = "receipt COLLATE NOCASE >= ? AND receipt COLLATE NOCASE < ?"
_LOOKED_AT = {Part.CARD: 2_000}
"""How many of the newest trips with a word are checked: the word may be in another field than the wanted one."""
_HEADS = """
SELECT id, trip_id, receipt FROM trip WHERE trip_id COLLATE NOCASE >= ? AND trip_id COLLATE NOCASE < ?
UNION ALL SELECT id, trip_id, receipt FROM trip WHERE receipt COLLATE NOCASE >= ? AND receipt COLLATE NOCASE < ? LIMIT ?
"""
_EXACT = """
SELECT id FROM trip WHERE trip_id COLLATE NOCASE = ? UNION SELECT id FROM trip WHERE receipt COLLATE NOCASE = ?
ORDER BY id DESC LIMIT ?
"""


class Trips:
    """The trips file, open for reading and writing. Used by one thread at a time. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path, *, shared: bool = False, patience: Patience | None = None) -> Self:
        """Open the trips file; it is created if missing (0600, shared 0660). Raises StoreError."""
        return cls(Database.open(path, TRIPS, shared=shared, patience=patience))

    @classmethod
    def read(cls, path: Path, patience: Patience | None = None) -> Self:
        """Open the trips file for reading only. Raises StoreError, also if there is none."""
        return cls(Database.read(path, TRIPS, patience))

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def changes_seen(self) -> int:
        """A number that changes when another connection has written."""
        return int(str(self._database.pragma("data_version")))

    def get(self, store_id: str, trip_id: str) -> Trip | None:
        """One trip, also in another spelling of its id.

        If the file has several spellings of it, the smallest captured amount counts. Raises RecordUnusable if one of
        them cannot be read.
        """
        names = spellings(trip_id)
        sql = f"SELECT * FROM trip WHERE trip_id COLLATE NOCASE IN ({', '.join('?' * len(names))}) ORDER BY id DESC"
        wanted = folded_trip(store_id, trip_id)
        trips = [trip_of(row) for row in self._database.rows(sql, *names)]
        found = [trip for trip in trips if folded_trip(trip.store_id, trip.trip_id) == wanted]
        if not found:
            return None
        if broken := [trip for trip in found if trip.damage]:
            raise RecordUnusable(
                f"what is known of the trip {trip_id} cannot be read ({broken[0].damage}), nor what was captured: "
                "import it again (refund-tui trips import FILE)"
            )
        best = next((trip for trip in found if (trip.store_id, trip.trip_id) == (store_id, trip_id)), found[0])
        return replace(best, captured=_smallest(found))

    def captured(self, trips: Sequence[Trip]) -> dict[tuple[str, str], Money | None]:
        """The captured amount of each of the trips that is known, by store and trip id; None if it has none."""
        ids = json.dumps([trip.trip_id for trip in trips])
        rows = self._database.rows(_CAPTURED, ids)
        return {(row["store_id"], row["trip_id"]): money_of(row) for row in rows}

    def put(self, trips: Iterable[Trip]) -> tuple[int, int, int]:
        """Store these trips in one transaction. How many were new, changed, and unchanged."""
        counts = [0, 0, 0]
        with self._database.writing() as transaction:
            for trip in trips:
                counts[_put(transaction, trip)] += 1
        return counts[0], counts[1], counts[2]

    def remember_card(self, store_id: str, trip_id: str, card: Card, currency: str | None) -> None:
        """Store the card and the currency that the service gave for a trip, also for a trip that is not in the file."""
        self.get(store_id, trip_id)  # only an import may replace a record that cannot be read
        self.put([Trip(store_id, trip_id, card=card, currency=currency)])

    def find(self, text: str, start: int, limit: int, *, zone: tzinfo = UTC, today: date | None = None) -> list[Trip]:
        """The trips that `text` finds, newest first, from position `start` on, at most `limit`. Blank text finds all.

        Each word must be a prefix of the id, of the receipt or a part of it, of the card's brand or last four digits,
        of the amount, of an article's id, or of a word of an article's name; or it is a day in `zone`: `2026-11-23`,
        `23.11.`, `today`. Trips whose id or receipt begins with the whole text come first if they are few.
        """
        asked = wanted(text, zone, today)
        if asked is None:
            return self._of(self._ids("SELECT id FROM trip ORDER BY id DESC LIMIT ? OFFSET ?", limit, start))
        heads = self._heads(text.strip())
        shown = heads[start : start + limit]
        sql, values = search_sql(asked, heads)
        page = (limit - len(shown), max(0, start - len(heads)))
        return self._of(shown + self._ids(f"{sql} ORDER BY id DESC LIMIT ? OFFSET ?", *values, *page))

    def count(self, text: str, cap: int, *, zone: tzinfo = UTC, today: date | None = None) -> int:
        """The number of trips that `text` finds, counted up to `cap`."""
        asked = wanted(text, zone, today)
        sql, values = search_sql(asked, []) if asked else ("SELECT id FROM trip", ())
        return self._ids(f"SELECT count(*) AS id FROM ({sql} LIMIT ?)", *values, cap)[0]

    def of_word(self, word: TripWord, cap: int) -> tuple[str, ...]:
        """The folded ids of the newest trips that a word finds, at most `cap`."""
        if word.part is Part.RECEIPT:
            bounds = (word.text, word.text + "\U0010ffff")
            ids = self._ids(f"SELECT id FROM trip WHERE {_RECEIPT} ORDER BY id DESC LIMIT ?", *bounds, cap)
        else:
            match = word_match(word.text)
            sql = "SELECT rowid AS id FROM word WHERE word MATCH ? ORDER BY rowid DESC LIMIT ?"
            ids = self._ids(sql, match, _LOOKED_AT.get(word.part, cap)) if match else []
        found = [trip for trip in self._of(ids) if has_part(trip, word)][:cap]
        return tuple(folded_trip(trip.store_id, trip.trip_id) for trip in found)

    def _heads(self, text: str) -> list[int]:
        """The rows whose id or receipt begins with `text`: the exact ones, then the others, each newest first."""
        if not text.isprintable():
            return []
        prefix = (text, text + "\U0010ffff")
        found = self._database.rows(_HEADS, *prefix, *prefix, FEW + 1)
        if len(found) > FEW:
            return self._ids(_EXACT, text, text, FEW)
        exact = {text.casefold()}
        rows = sorted(found, key=lambda row: (exact.isdisjoint(_names(row)), -row["id"]))
        return list(dict.fromkeys(row["id"] for row in rows))

    def _of(self, ids: list[int]) -> list[Trip]:
        rows = self._database.rows(f"SELECT * FROM trip WHERE id IN ({', '.join(map(str, ids))})")
        found = {row["id"]: row for row in rows}
        return [trip_of(found[each]) for each in ids if each in found]

    def _ids(self, sql: str, *values: object) -> list[int]:
        return [row["id"] for row in self._database.rows(sql, *values)]


def _smallest(trips: list[Trip]) -> Money | None:
    amounts = [trip.captured for trip in trips if trip.captured is not None]
    return min(amounts, key=lambda amount: amount.minor, default=None)


def _names(row: sqlite3.Row) -> list[str]:
    return [str(row["trip_id"]).casefold(), str(row["receipt"] or "").casefold()]


def search_sql(asked: Wanted, barred: list[int]) -> tuple[str, tuple[str | int, ...]]:
    """The SQL of a search without ORDER BY, and its values. It reads no more rows than its limit."""
    others = f"rowid NOT IN ({', '.join(map(str, barred))})"
    words = f"SELECT rowid AS id FROM word WHERE word MATCH ? AND {others}"
    if asked.span is None:
        return words, (asked.match,)
    span = (asked.span.first, asked.span.end - 1)
    if asked.others:
        return f"{words} UNION {words} AND rowid BETWEEN ? AND ?", (asked.match, asked.others, *span)
    dated = f"SELECT id FROM trip WHERE {others} AND id BETWEEN ? AND ?"
    return f"{words} UNION {dated}", (asked.match, *span)


def _put(transaction: sqlite3.Connection, trip: Trip) -> int:
    """Store one trip. 0 if it was new, 1 if it changed, 2 if it was unchanged."""
    key = (trip.trip_id, trip.store_id)
    row = transaction.execute("SELECT * FROM trip WHERE trip_id = ? AND store_id = ?", key).fetchone()
    if row is None:
        fresh = _free_row(transaction, trip)
        transaction.execute(_INSERT, (fresh, *values_of(trip)))
        transaction.execute("INSERT INTO word (rowid, words) VALUES (?, ?)", (fresh, words_of(trip)))
        return 0
    old = trip_of(row)
    newest = trip if old.damage else merged(old, trip)
    if not old.damage and values_of(newest) == values_of(old):
        return 2
    _change(transaction, row["id"], newest)
    return 1


def _change(transaction: sqlite3.Connection, old: int, trip: Trip) -> None:
    stays = first_row(trip.dated) <= old <= last_row(trip.dated)
    new = old if stays else _free_row(transaction, trip)
    transaction.execute(_UPDATE, (*values_of(trip), new, old))
    transaction.execute("DELETE FROM word WHERE rowid = ?", (old,))
    transaction.execute("INSERT INTO word (rowid, words) VALUES (?, ?)", (new, words_of(trip)))


def _free_row(transaction: sqlite3.Connection, trip: Trip) -> int:
    first, last = first_row(trip.dated), last_row(trip.dated)
    found = transaction.execute("SELECT max(id) AS id FROM trip WHERE id BETWEEN ? AND ?", (first, last)).fetchone()
    return first if found["id"] is None else int(found["id"]) + 1
