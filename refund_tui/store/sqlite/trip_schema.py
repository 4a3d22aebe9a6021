"""Owns the tables of the trips file, and the order of its rows.

A trip's row id is its date: seconds since 1970, times ROOM, plus a running number; a trip without a date comes before
all others. So newest first is the order of the rows and of the word index alike, a day is a range of both, and no
query ever sorts. A trip whose date becomes known moves.
"""

from __future__ import annotations

from datetime import UTC, datetime

from refund_tui.store.sqlite.migrations import Schema

ROOM = 2**24
"""Row ids of one second."""

UNDATED = -(2**62)
"""Where the row ids of trips without a date begin."""

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
    """The smallest row id that a trip of this instant can have."""
    return UNDATED if instant is None else int((instant - _EPOCH).total_seconds() // 1) * ROOM


def last_row(instant: datetime | None) -> int:
    """The largest row id that a trip of this instant can have."""
    return (-(2**61) if instant is None else first_row(instant) + ROOM) - 1
