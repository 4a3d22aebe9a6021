"""Owns how a person accepts a ledger that lacks events: an older copy, another ledger, or a new one if it was lost.

The acceptance is an event in the ledger with a number above all known numbers. Open refunds of that ledger may have
been sent before, so each of them counts as possibly paid from then on. Their keys never change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from refund_tui.core.damage import Damaged
from refund_tui.core.lifecycle import mark_maybe_executed
from refund_tui.core.refunds import OPEN_STATES, State
from refund_tui.core.times import Instant
from refund_tui.errors import StoreError, StoreUnusable, UsageError
from refund_tui.store.sqlite.changes import write_life
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.high_water_mark import ACCEPTED, LEDGERS, HighWaterMarks, newest_of
from refund_tui.store.sqlite.ledger_identity import HostGuard
from refund_tui.store.sqlite.mark_file import HighWaterMark
from refund_tui.store.sqlite.rows import refund_of, states_sql
from refund_tui.store.sqlite.schema import LEDGER

_OPEN = f"SELECT * FROM refund WHERE state IN {states_sql(OPEN_STATES - {State.UNKNOWN})} ORDER BY id"
"""An UNKNOWN refund counts as possibly paid already, so it is not selected."""
_DOUBT = "an older copy of the ledger was put back: it may have been sent meanwhile"


def accept_older(
    path: Path, marks: HighWaterMarks, host: HostGuard, why: str, who: str, now: Instant, *, shared: bool
) -> int:
    """Accept the ledger as it is. The number of open refunds that count as possibly paid from now on.

    Raises UsageError if no event is missing, StoreError (also if another host writes the ledger).
    """
    known, lost = known_marks(marks), _refuses(marks.refuse_lost)
    database = Database.open(path, LEDGER, shared=shared)
    try:
        if not lost and not _refuses(lambda: marks.check(database)):
            raise UsageError("the ledger holds everything that was seen here: there is nothing to accept")
        host.claim(database)
        with database.writing() as transaction:
            doubts = accept_in(transaction, known, newest_of(database), why, who, now)
        _hold(marks, newest_of(database))
    finally:
        database.close()
    return doubts


def accept_in(
    transaction: sqlite3.Connection, known: list[HighWaterMark], newest: HighWaterMark, why: str, who: str, now: Instant
) -> int:
    """Write the acceptance of a ledger that is at `newest`; the number of its open refunds that are in doubt now."""
    _note(transaction, known, newest, why, who, now)
    return _doubt_open(transaction, who, now)


def known_marks(marks: HighWaterMarks) -> list[HighWaterMark]:
    """The marks in files that can be read."""
    known = []
    for file in marks.files:
        with suppress(StoreError):  # a mark that cannot be read is replaced
            known.append(file.read())
    return [mark for mark in known if mark is not None]


def _refuses(check: Callable[[], None]) -> bool:
    try:
        check()
    except StoreError:
        return True
    return False


def _note(
    transaction: sqlite3.Connection, known: list[HighWaterMark], newest: HighWaterMark, why: str, who: str, now: Instant
) -> None:
    seen = max([newest.seq, *(mark.seq for mark in known)])
    ledgers = sorted({newest.ledger, *(mark.ledger for mark in known)})
    data = {LEDGERS: " ".join(ledgers), "seen": str(seen), "held": str(newest.seq)}
    note(transaction, None, who, now, ACCEPTED, None, None, why, data, seq=seen + 1)


def _doubt_open(transaction: sqlite3.Connection, who: str, now: Instant) -> int:
    """Mark every open refund as possibly paid. The number of refunds that were not marked before."""
    doubts = 0
    for refund in map(refund_of, transaction.execute(_OPEN).fetchall()):
        if isinstance(refund, Damaged) or refund.life.maybe_executed:
            continue
        created = Instant(refund.created_at, "", 0.0)  # no boot id: only the wall clock counts
        life = mark_maybe_executed(refund.life, created)
        write_life(transaction, refund, life, now)
        note(transaction, refund.key, who, now, ACCEPTED, refund.state, refund.state, _DOUBT, None)
        doubts += 1
    return doubts


def _hold(marks: HighWaterMarks, newest: HighWaterMark) -> None:
    try:
        marks.replace(newest)
    except OSError as error:
        raise StoreUnusable(
            f"it was accepted and recorded, but a high-water mark cannot be written ({error.strerror}: "
            f"{error.filename}): correct its permissions, or ask its owner to"
        ) from error
