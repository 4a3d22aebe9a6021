"""Owns the check of one piece of the evidence: some events of the chain, or some refunds against their events.

Reads in short pages, so that no commit waits long. Changes nothing.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from refund_tui.core.evidence import BodyOf
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import PAID_STATES, Intent
from refund_tui.core.text import visible
from refund_tui.store.sqlite.approval_evidence import AWAITS
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.evidence import (
    ATTEMPT,
    EVENT,
    HASHED,
    KEYS,
    REFUND,
    Image,
    Place,
    RefundEvidence,
    contradiction,
    head,
    link,
    records,
)
from refund_tui.store.sqlite.ledger_identity import identity_of
from refund_tui.store.sqlite.pages import next_start
from refund_tui.store.sqlite.personal import COMMITMENT, REDACTED, Redactions

PAGE = 500
"""The rows of one read. A commit of another program waits for at most one read."""

KEY = 60
"""The most characters of a key in a message."""

FEW_ROWS = tuple(table for table in KEYS if table not in ("refund", "attempt", COMMITMENT))
"""The tables with few rows, which are compared at the end."""

_OF_FEW_ROWS = re.compile("|".join(rf'\["{table}"' for table in FEW_ROWS).encode())


@dataclass(slots=True)
class Checked:
    """What the work found so far. `problems` are sentences, each with the number of the event that it concerns.

    `keyed` counts the events about refunds, `told` those of them that were found through their refunds. `emptied` and
    `redacted` count refunds: those that events redacted, and those that are redacted.
    """

    problems: list[tuple[int, str]] = field(default_factory=list)
    events: int = 0
    keyed: int = 0
    told: int = 0
    emptied: int = 0
    redacted: int = 0
    refunds: int = 0
    attempts: int = 0
    paid: Counter[str] = field(default_factory=Counter)
    images: dict[Place, Image | None] = field(default_factory=dict)

    def add(self, other: Checked) -> None:
        """Add what a later piece of the work found."""
        self.problems += other.problems
        self.events += other.events
        self.keyed += other.keyed
        self.told += other.told
        self.emptied += other.emptied
        self.redacted += other.redacted
        self.refunds += other.refunds
        self.attempts += other.attempts
        self.paid += other.paid
        self.images |= other.images


@dataclass(frozen=True, slots=True)
class Piece:
    """Events, or refunds, with numbers above `low` up to `high`. Events after `head` are not counted."""

    check: Callable[[Database, Piece, BodyOf], Checked]
    low: int
    high: int
    head: int


def check_chain(database: Database, piece: Piece, _body_of: BodyOf) -> Checked:
    """Check that each event follows from the one before it."""
    found = Checked()
    last: tuple[object, ...] = (piece.low,)
    seq, previous = head(database.rows, identity_of(database).id, upto=piece.low)
    while rows := database.rows(f"{EVENT} WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT {PAGE}", *last, piece.high):
        last = next_start(database, rows, ("seq",), last)
        for row in rows:
            digest = row["hash"]
            if digest != link(previous, row[: len(HASHED)]):
                found.problems.append((row["seq"], _broken(seq, row["seq"])))
            seq, previous = row["seq"], digest
            found.events += 1
            found.keyed += row["key"] is not None
            _add_images(found, row)
            found.emptied += _number_redacted(row)
    return found


def _broken(before: int, seq: int) -> str:
    return (
        f"event {seq} does not follow from event {before}: one of the two was altered, or an event between them was "
        "removed, inserted or moved"
    )


def _add_images(found: Checked, row: sqlite3.Row) -> None:
    """Add the images of the tables with few rows."""
    record = row["record"]
    if record is None or not _OF_FEW_ROWS.search(record):
        return
    with suppress(ValueError):  # an event that cannot be read has another hash
        found.images |= {(table, key): image for table, key, image in records(record) if table in FEW_ROWS}


def _number_redacted(row: sqlite3.Row) -> int:
    """How many refunds an event redacted."""
    if row["kind"] != REDACTED.encode():
        return 0
    try:
        return sum(table == COMMITMENT for table, _, _ in records(row["record"]))
    except ValueError:
        return 0  # an event that cannot be read has another hash


_REFUNDS = f"SELECT {', '.join(REFUND)}, id FROM refund WHERE id > ? AND id <= ? ORDER BY id LIMIT {PAGE}"
_THEIRS = "WHERE key IN (SELECT key FROM refund WHERE id >= ? AND id <= ?) ORDER BY key"
_BYTES_OF = ", ".join(f"CAST({name} AS BLOB) AS {name}" for name in ("before", "after", "record"))
_OF_APPROVAL = ", ".join(
    f"CASE WHEN {AWAITS} THEN CAST({name} AS BLOB) END AS {name}" for name in ("who", "kind", "actor", "data")
)
_EVENTS = f"SELECT seq, key, {_BYTES_OF}, {_OF_APPROVAL} FROM event {_THEIRS}, seq"
_ATTEMPTS = f"SELECT {', '.join(ATTEMPT)} FROM attempt {_THEIRS}, number"


def check_refunds(database: Database, piece: Piece, body_of: BodyOf) -> Checked:
    """Check each refund and its attempts against its events, and its request against its intent."""
    found, redactions = Checked(), Redactions(database.rows)
    last: tuple[object, ...] = (piece.low,)
    while refunds := database.rows(_REFUNDS, *last, piece.high):
        last = next_start(database, refunds, ("id",), last)
        ends = refunds[0]["id"], *last
        events = _by_key(database.rows(_EVENTS, *ends))
        attempts = _by_key(database.rows(_ATTEMPTS, *ends))
        for refund in refunds:
            key = refund["key"]
            _check_refund(database, found, refund, events.get(key, ()), attempts.get(key, ()), redactions)
            if refund["body"] != _body(refund, body_of):
                found.problems.append((_first(events.get(key, ())), _of_refund(refund, _BYTES)))
            found.redacted += refund["redaction"] is not None and refund["redaction"] <= piece.head
            found.told += sum(event["seq"] <= piece.head for event in events.get(key, ()))
    return found


def _by_key(rows: Iterable[sqlite3.Row]) -> dict[object, list[sqlite3.Row]]:
    return {key: list(group) for key, group in groupby(rows, itemgetter("key"))}


def _check_refund(
    database: Database,
    found: Checked,
    refund: sqlite3.Row,
    events: Sequence[sqlite3.Row],
    attempts: Sequence[sqlite3.Row],
    redactions: Redactions,
) -> None:
    evidence = RefundEvidence(refund["redaction"])
    for event in events:
        evidence.add(event)
    what = evidence.contradiction(refund, attempts, redactions)
    if what is not None:  # another program may have changed it between two reads
        what = contradiction(database.rows, refund["key"], identity_of(database).id)
    found.refunds += 1
    found.attempts += len(attempts)
    if refund["state"] in PAID_STATES:
        found.paid[refund["currency"]] += refund["minor"]
    if what is not None:
        found.problems.append((_first(events), _of_refund(refund, what.what)))


def _first(events: Sequence[sqlite3.Row]) -> int:
    return events[0]["seq"] if events else 0


def _body(row: sqlite3.Row, body_of: BodyOf) -> bytes | None:
    """The request for a refund's columns, None if no request can be built from them."""
    try:
        amount, reason = Money(row["minor"], row["currency"]), ReasonCode(row["reason"])
        return body_of(row["key"], Intent(row["store_id"], row["trip_id"], amount, reason))
    except (ValueError, TypeError, ArithmeticError, AttributeError):
        return None


_BYTES = "its stored request differs from its record"


def _of_refund(refund: sqlite3.Row, what: str) -> str:
    return f"refund {visible(str(refund['key']), KEY)} (row {refund['id']}): {what}"
