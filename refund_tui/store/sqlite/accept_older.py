"""Owns how a person accepts a ledger that lacks events: an older copy, another ledger, or a new one if it was lost.

The acceptance is an event in the ledger with a number above all known numbers. Nobody knows what became of the open
refunds of that ledger since it was copied, so each of them is UNKNOWN from then on. Their keys never change.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from refund_tui.core.lifecycle import older_copy
from refund_tui.core.refunds import OPEN_STATES, Refund
from refund_tui.core.times import Instant
from refund_tui.errors import StoreError, StoreUnusable, UsageError
from refund_tui.store.sqlite.changes import note_decision, write_life
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.high_water_mark import ACCEPTED, LEDGERS, HighWaterMarks, newest_of
from refund_tui.store.sqlite.ledger_identity import HostGuard
from refund_tui.store.sqlite.mark_file import HighWaterMark
from refund_tui.store.sqlite.rows import refund_of, states_sql
from refund_tui.store.sqlite.schema import LEDGER

_OPEN = f"SELECT * FROM refund WHERE state IN {states_sql(OPEN_STATES)} ORDER BY id"
_DOUBT = "an older copy of the ledger was put back: it may have been sent, cancelled or settled meanwhile"


def accept_older(
    path: Path, marks: HighWaterMarks, host: HostGuard, why: str, who: str, now: Instant, *, shared: bool
) -> int:
    """Accept the ledger as it is. The number of its open refunds, which are UNKNOWN from now on.

    Raises UsageError if no event is missing, StoreError (also if another host writes the ledger).
    """
    known, lost = known_marks(marks), _refuses(marks.refuse_lost)
    database = Database.open(path, LEDGER, shared=shared)
    try:
        if not (lost or _refuses(lambda: marks.refuse_unmarked(database)) or _refuses(lambda: marks.check(database))):
            raise UsageError("the ledger holds everything that was seen here: there is nothing to accept")
        host.claim(database)
        with database.writing() as transaction:
            note_acceptance(transaction, known, newest_of(database), why, who, now)
            doubts = _doubt_open(transaction, who, now)
        _hold(marks, newest_of(database))
    finally:
        database.close()
    return doubts


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


def note_acceptance(
    transaction: sqlite3.Connection, known: list[HighWaterMark], newest: HighWaterMark, why: str, who: str, now: Instant
) -> None:
    """Write the acceptance of a ledger that is at `newest`."""
    seen = max([newest.seq, *(mark.seq for mark in known)])
    ledgers = sorted({newest.ledger, *(mark.ledger for mark in known)})
    data = {LEDGERS: " ".join(ledgers), "seen": str(seen), "held": str(newest.seq)}
    note(transaction, None, who, now, ACCEPTED, None, None, why, data, seq=seen + 1)


def _doubt_open(transaction: sqlite3.Connection, who: str, now: Instant) -> int:
    """Make every open refund UNKNOWN. Their number."""
    found = map(refund_of, transaction.execute(_OPEN).fetchall())
    refunds = [refund for refund in found if isinstance(refund, Refund)]
    for refund in refunds:
        doubt(transaction, refund, _DOUBT, who, now)
    return len(refunds)


def doubt(transaction: sqlite3.Connection, refund: Refund, what: str, who: str, now: Instant) -> None:
    """Record that a refund of an older copy is in doubt. `what` says why."""
    decision = older_copy(refund.life, what)
    write_life(transaction, refund, decision.life, now)
    note_decision(transaction, refund, decision, who, now, None)


def _hold(marks: HighWaterMarks, newest: HighWaterMark) -> None:
    try:
        marks.replace(newest)
    except OSError as error:
        raise StoreUnusable(
            f"it was accepted and recorded, but a high-water mark cannot be written ({error.strerror}: "
            f"{error.filename}): correct its permissions, or ask its owner to"
        ) from error
