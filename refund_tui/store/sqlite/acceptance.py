"""Owns how a person takes a ledger that lacks what was seen: an older copy, another one, or a new one where it is lost.

It is recorded in the ledger, above every number that was seen. What is open in it may have been sent meanwhile, so that
each such refund carries the doubt from then on; its key stays, so that the service knows it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from refund_tui.core.damaged_rows import Damaged
from refund_tui.core.lifecycle import doubted
from refund_tui.core.refunds import OPEN_STATES, State
from refund_tui.core.times import Instant
from refund_tui.errors import StoreError, StoreUnusable, UsageError
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.high_water_mark import ACCEPTED, LEDGERS, HighWaterMarks, newest_of
from refund_tui.store.sqlite.ledger import write_life
from refund_tui.store.sqlite.mark_file import HighWaterMark
from refund_tui.store.sqlite.rows import refund_of, states_sql
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.writing_host import HostGuard

_OPEN = f"SELECT * FROM refund WHERE state IN {states_sql(OPEN_STATES - {State.UNKNOWN})} ORDER BY id"
"""What is UNKNOWN carries the doubt already."""
_DOUBT = "an older copy of the ledger was put back: it may have been sent meanwhile"


def accept_older(
    path: Path, marks: HighWaterMarks, host: HostGuard, why: str, who: str, now: Instant, *, shared: bool
) -> int:
    """Take the ledger as it is; how many of its open refunds carry the doubt since then.

    Raises UsageError where there is nothing to accept, StoreError, also where another host writes it.
    """
    known, lost = _readable(marks), _refuses(marks.refuse_lost)
    database = Database.open(path, LEDGER, shared=shared)
    try:
        if not lost and not _refuses(lambda: marks.check(database)):
            raise UsageError("the ledger holds everything that was seen here: there is nothing to accept")
        host.claim(database)
        with database.writing() as transaction:
            _note(transaction, known, newest_of(database), why, who, now)
            doubts = _doubt_open(transaction, who, now)
        _hold(marks, newest_of(database))
    finally:
        database.close()
    return doubts


def _readable(marks: HighWaterMarks) -> list[HighWaterMark]:
    known = []
    for file in marks.files:
        with suppress(StoreError):  # what cannot be read is written anew
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
    """Let every open refund carry the doubt; how many did not carry it before."""
    doubts = 0
    for refund in map(refund_of, transaction.execute(_OPEN).fetchall()):
        if isinstance(refund, Damaged) or refund.life.maybe_executed:
            continue
        life = doubted(refund.life, Instant(refund.created_at, "", 0.0))  # no boot: only the wall clock can tell
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
            f"{error.filename}): have its access set right, or have its owner do so"
        ) from error
