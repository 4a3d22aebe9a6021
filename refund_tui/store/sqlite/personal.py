"""Owns the personal data of a refund in the evidence: its columns, and the salted hash that events record instead.

An event never holds the texts themselves, so they can be removed later and the chain of hashes still fits. The salt is
beside the texts and is removed with them: without it, nobody can find four digits by trying all of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from refund_tui.core.refunds import State
from refund_tui.core.text import visible

PERSONAL = ("note", "articles", "brand", "tail", "receipt")
"""The columns of a refund that `refund-tui redact` empties."""

EMPTIED = ("", "[]", None, None, None)
"""Their values afterwards."""

KEPT_APART = (*PERSONAL, "salt", "redaction", "redacted_at")
"""The columns that events do not record as they are. `redaction` is the number of the event that redacted them."""

COMMITMENT = "personal"
"""The name under which an event records the hash, and the table under which it records a redaction."""


SHOWN_KEY = 60
"""The most characters of a key in a message."""


class Rows(Protocol):
    """A function that runs a query and returns its rows."""

    def __call__(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Run the query. Raises StoreError or sqlite3.Error."""
        ...


def rows_of(connection: sqlite3.Connection) -> Rows:
    """The function that runs queries with a connection."""
    return lambda sql, *values: connection.execute(sql, values).fetchall()


def new_salt() -> str:
    """128 random bits, in hexadecimal digits."""
    return os.urandom(16).hex()


def commitment(salt: object, values: Iterable[object]) -> str:
    """The hash of the PERSONAL values with their salt.

    Each is hashed as its number of bytes, a colon and its bytes; NULL is hashed as a minus sign.
    """
    return f"sha256:{hashlib.sha256(b''.join(map(_told, (salt, *values)))).hexdigest()}"


def _told(value: object) -> bytes:
    if value is None:
        return b"-"
    told = value if isinstance(value, bytes) else str(value).encode(errors="surrogateescape")
    return b"%d:%b" % (len(told), told)


REDACTED = "redacted"
"""The kind of the events that record redactions. `older_than` in their data is a time: what changed later is kept."""

_EVENT_COLUMNS = "key, kind, at, data, record"
_EVENT = f"SELECT {_EVENT_COLUMNS} FROM event WHERE seq = ?"
_FINAL = frozenset(str(state).encode() for state in State if state.terminal)


@dataclass(frozen=True, slots=True)
class Redaction:
    """What an event says about the refunds that it redacted: when it was, the limit of their age, and their keys."""

    at: str = ""
    older_than: str = ""
    keys: frozenset[object] = frozenset()


def redaction_of(event: sqlite3.Row) -> Redaction:
    """The redaction that an event records, without keys if it records none."""
    try:
        if event["key"] is not None or event["kind"] != REDACTED:
            return Redaction()
        keys = {key for table, (key,), image in json.loads(event["record"]) if (table, image) == (COMMITMENT, None)}
        return Redaction(event["at"], json.loads(event["data"])["older_than"], frozenset(keys))
    except (ValueError, TypeError, KeyError):
        return Redaction()


class Redactions:
    """Compares redacted refunds with the events of their redactions. The last event is kept: many refunds share it."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._last: tuple[object, Redaction] = (None, Redaction())

    def problem(self, row: sqlite3.Row, state: bytes, updated_at: str) -> str | None:
        """How a redacted refund, read by REFUND, differs from the event; None if it agrees.

        `state` and `updated_at` are what its own events said before the redaction.
        """
        event = self._event(row["redaction"])
        if row["key"] not in event.keys or row["redacted_at"] != event.at:
            return "it was emptied, and no event says that it was redacted"
        if tuple(row[name] for name in (*PERSONAL, "salt")) != (*EMPTIED, None):
            return "it was redacted, and there is text again"
        if state not in _FINAL or not updated_at < event.older_than <= event.at:
            return "it was redacted before it was old enough"
        return None

    def _event(self, seq: object) -> Redaction:
        if self._last[0] != seq:
            found = self._rows(_EVENT, seq)
            self._last = seq, redaction_of(found[0]) if found else Redaction()
        return self._last[1]


_NEXT = f"SELECT seq, {_EVENT_COLUMNS} FROM event WHERE key IS NULL AND seq > ? AND seq <= ? ORDER BY seq LIMIT 1"
_OTHERS = "SELECT id, key FROM refund WHERE key IN (SELECT value FROM json_each(?)) AND redaction IS NOT ? ORDER BY id"


def with_text_again(rows: Rows, upto: int) -> Iterator[tuple[int, str]]:
    """The refunds that an event redacted and that are not redacted by it, each with the number of that event."""
    last = 0
    while found := rows(_NEXT, last, upto):
        last, keys = found[0]["seq"], redaction_of(found[0]).keys
        for row in rows(_OTHERS, json.dumps(sorted(map(str, keys))), last) if keys else ():
            told = visible(str(row["key"]), SHOWN_KEY)
            yield last, f"refund {told} (row {row['id']}): event {last} redacted it, and it is not redacted"
