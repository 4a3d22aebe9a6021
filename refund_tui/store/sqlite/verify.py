"""Owns the check of all the evidence in a ledger: the chain of hashes, and each row against its events.

Reads in short pages, so that no commit waits long, and in several processes if the ledger is large. Changes nothing.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from multiprocessing import get_context
from operator import itemgetter
from pathlib import Path

from refund_tui.core.evidence import BodyOf, Head, Progress, Verification, Witness
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import PAID_STATES, Intent
from refund_tui.core.text import visible
from refund_tui.store.sqlite.approval_evidence import AWAITS
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.evidence import (
    ATTEMPT,
    COLUMNS,
    EVENT,
    HASH,
    HASHED,
    KEYS,
    REFUND,
    Image,
    Place,
    RefundEvidence,
    contradiction,
    head,
    image_of,
    link,
    records,
)
from refund_tui.store.sqlite.ledger_identity import identity_of
from refund_tui.store.sqlite.pages import next_start
from refund_tui.store.sqlite.personal import COMMITMENT, REDACTED, Redactions, with_text_again
from refund_tui.store.sqlite.schema import LEDGER

PAGE = 500
"""The rows of one read. A commit of another program waits for at most one read."""

CHUNK = 20_000
"""The events, or refunds, of one piece of work. A ledger with more is checked by several processes."""

NAMED = 20
"""The most problems that are named. The number of the others is given."""

FEW = 4
"""The most pieces of work for which no other process is started."""

KEY = 60
"""The most characters of a key in a message."""

_SINGLE = tuple(table for table in KEYS if table not in ("refund", "attempt", COMMITMENT))
"""The tables with few rows, which are compared at the end."""


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
class _Piece:
    """Events, or refunds, with numbers above `low` up to `high`. Events after `head` are not counted."""

    check: Callable[[Database, _Piece, BodyOf], Checked]
    low: int
    high: int
    head: int


def verify(path: Path, body_of: BodyOf, progress: Progress, witnesses: Sequence[Witness] = ()) -> Verification:
    """Check all the evidence, also against heads that were recorded elsewhere.

    Raises StoreError if the ledger cannot be read.
    """
    with closing(_opened(path)) as database:
        newest = _head(database)
        pieces = [*_pieces(_check_chain, newest.seq, newest.seq), *_pieces(_check_refunds, _last(database), newest.seq)]
        found = Checked()
        for done in _run(path, pieces, body_of, progress):
            found.add(done)
        if found.keyed != found.told:
            found.problems += _without_refund(database)
        if found.emptied != found.redacted:
            found.problems += with_text_again(database.rows, newest.seq)
        found.problems += _contradicting(database, witnesses)
        found.problems += [*_attempts_without_refund(database), *_single_rows(database, found, newest.seq, body_of)]
    texts = [text for _, text in sorted(found.problems, key=itemgetter(0))]
    paid = tuple(Money(minor, currency) for currency, minor in sorted(found.paid.items()))
    counted = (found.events, found.refunds, found.attempts, paid)
    return Verification(newest, *counted, tuple(texts[:NAMED]), max(0, len(texts) - NAMED), found.redacted)


def _opened(path: Path) -> Database:
    """The ledger for reading, with its tables and triggers checked."""
    database = Database.read(path, LEDGER)
    try:
        database.check_schema()
    except BaseException:
        database.close()
        raise
    return database


def _head(database: Database) -> Head:
    seq, digest = head(database.rows, identity_of(database).id)
    return Head(seq, digest.decode(errors="replace"))


def _last(database: Database) -> int:
    row = database.row("SELECT max(id) AS id FROM refund")
    return int(row["id"] or 0) if row else 0


def _pieces(check: Callable[[Database, _Piece, BodyOf], Checked], last: int, newest: int) -> list[_Piece]:
    return [_Piece(check, low, min(low + CHUNK, last), newest) for low in range(0, last, CHUNK)]


def _run(path: Path, pieces: Sequence[_Piece], body_of: BodyOf, progress: Progress) -> Iterator[Checked]:
    """The result of each piece, in the order of the pieces."""
    total, done = sum(piece.high - piece.low for piece in pieces), 0
    with _pool(len(pieces)) as run:
        for piece, found in zip(pieces, run(partial(_check, path, body_of), pieces), strict=True):
            done += piece.high - piece.low
            progress(done, total)
            yield found


@contextmanager
def _pool(pieces: int) -> Iterator[Callable[..., Iterable[Checked]]]:
    """A `map` that uses all cores if there is much work.

    The processes are not forked, because this one may have threads.
    """
    if pieces <= FEW:
        yield map
        return
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        try:
            yield pool.map
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _check(path: Path, body_of: BodyOf, piece: _Piece) -> Checked:
    with closing(Database.read(path, LEDGER)) as database:
        return piece.check(database, piece, body_of)


def _check_chain(database: Database, piece: _Piece, _body_of: BodyOf) -> Checked:
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
    if record is None or not any(f'["{table}"'.encode() in record for table in _SINGLE):
        return
    with suppress(ValueError):  # an event that cannot be read has another hash
        found.images |= {(table, key): image for table, key, image in records(record) if table in _SINGLE}


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


def _check_refunds(database: Database, piece: _Piece, body_of: BodyOf) -> Checked:
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


def _contradicting(database: Database, witnesses: Iterable[Witness]) -> Iterator[tuple[int, str]]:
    """The heads recorded elsewhere that this ledger does not have."""
    for witness in witnesses:
        row = database.row(f"SELECT {HASH} FROM event WHERE seq = ?", witness.seq)
        if row is None:
            yield witness.seq, f"event {witness.seq} is missing, and {witness.place} has its hash"
        elif not row["hash"].startswith(witness.digits.encode()):
            yield witness.seq, f"event {witness.seq}, or one before it, is another than {witness.place} says"


def _without_refund(database: Database) -> Iterator[tuple[int, str]]:
    """The refunds that have events but are missing."""
    last: tuple[object, ...] = ("",)
    sql = (
        "SELECT key, min(seq) AS seq, (SELECT 1 FROM refund WHERE refund.key = event.key) AS there FROM event"
        f" WHERE key > ? GROUP BY key ORDER BY key LIMIT {PAGE}"
    )
    while rows := database.rows(sql, *last):
        last = next_start(database, rows, ("key",), last)
        for row in rows:
            if row["there"] is None:
                yield row["seq"], f"refund {visible(row['key'], KEY)} was removed: event {row['seq']} records it"


def _attempts_without_refund(database: Database) -> Iterator[tuple[int, str]]:
    last: tuple[object, ...] = ("", 0)
    sql = (
        "SELECT key, number, (SELECT 1 FROM refund WHERE refund.key = attempt.key) AS there FROM attempt"
        f" WHERE (key, number) > (?, ?) ORDER BY key, number LIMIT {PAGE}"
    )
    while rows := database.rows(sql, *last):
        last = next_start(database, rows, ("key", "number"), last)
        for row in rows:
            if row["there"] is None:
                yield 0, f"attempt {row['number']} of a refund {visible(row['key'], KEY)}, which is not there"


def _single_rows(database: Database, found: Checked, newest: int, body_of: BodyOf) -> Iterator[tuple[int, str]]:
    """Compare the tables with few rows with all their events."""
    while True:
        here = {place: image for table in _SINGLE for place, image in _rows_of(database, table)}
        upto = _head(database).seq
        found.images |= _check_chain(database, _Piece(_check_chain, newest, upto, upto), body_of).images
        newest = upto
        if _head(database).seq == upto:
            break
    said = {place: image for place, image in found.images.items() if image is not None}
    if _IDENTITY not in said and "environment" not in here.get(_IDENTITY, {}):
        here.pop(_IDENTITY, None)  # no service was named yet, so there is no event about it
    for table, key in sorted(here.keys() | said.keys(), key=str):
        if here.get((table, key)) != said.get((table, key)):
            name = visible(" ".join(map(str, key)), KEY)
            yield 0, f"{table} {name}: it differs from its events"


_IDENTITY: Place = ("identity", (1,))


def _rows_of(database: Database, table: str) -> Iterator[tuple[Place, Image]]:
    for row in database.rows(f"SELECT {', '.join(COLUMNS[table])} FROM {table}"):
        yield (table, tuple(row[name] for name in KEYS[table])), image_of(row, COLUMNS[table])
