"""Owns the tables of the trips file, and the order of its rows.

A trip's row id contains its date: seconds since 1970, times ROOM, plus a number. Trips without a date come before all
others. So "newest first" is the order of the rows and of the word index, a day is a range of row ids, and no query
has to sort. If the date of a trip becomes known, its row id changes.
"""

from __future__ import annotations

from datetime import UTC, datetime

from refund_tui.store.sqlite.migrations import Schema

ROOM = 2**24
"""Row ids for one second."""

UNDATED = -(2**62)
"""The first row id of trips without a date."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_FIRST = r"""
CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE TABLE trip (
  id INTEGER PRIMARY KEY,
  store_id TEXT NOT NULL,
  trip_id TEXT NOT NULL,
  began TEXT,
  ended TEXT,
  minor INTEGER,
  currency TEXT,
  brand TEXT,
  tail TEXT CHECK (length(tail) <= 4),
  card_currency TEXT,
  receipt TEXT,
  articles TEXT NOT NULL,
  UNIQUE (trip_id, store_id)
) STRICT;
CREATE INDEX trip_name ON trip (trip_id COLLATE NOCASE);
CREATE INDEX trip_receipt ON trip (receipt COLLATE NOCASE);

CREATE VIRTUAL TABLE word USING fts5 (
  words, detail = none, columnsize = 0, prefix = '1 2 3 4 5 6 7 8',
  tokenize = "ascii tokenchars '!#$%&()*+,-./:;<=>?@[\]^_`{|}~''""'"
);
"""

TRIPS = Schema(
    "trips file",
    0x52465450,
    (_FIRST,),
    damaged="no refund is lost by that: move it away, then import the trips again (refund-tui trips import FILE)",
)


def first_row(instant: datetime | None) -> int:
    """The smallest row id of a trip at this time."""
    return UNDATED if instant is None else int((instant - _EPOCH).total_seconds() // 1) * ROOM


def last_row(instant: datetime | None) -> int:
    """The largest row id of a trip at this time."""
    return (-(2**61) if instant is None else first_row(instant) + ROOM) - 1
