"""Refunds in real ledger files, without a desk: each step of a refund is one call."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar, cast

from refund_tui.core.damage import Damaged
from refund_tui.core.fields import new_key
from refund_tui.core.lifecycle import decide
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Outcome
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Attempt, Event, Holder, Intent, Refund
from refund_tui.core.times import Instant, stamp
from refund_tui.core.waits import Policy
from refund_tui.desk.ports import LedgerPort
from refund_tui.host.paths import ledger_path
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.rows import event_of
from refund_tui.store.sqlite.schema import LEDGER
from tests.support.clock import FakeClock

STORE, TRIP, ENDPOINT, ANOTHER = "STORE-001", "trip-1", "test-account", "another account"
WRITTEN = Path(__file__).parents[1] / "ledgers" / "v0_1_0"
"""A data folder of version 0.1.0, with a refund in every state. Never open it: copy it first."""

NOW = FakeClock().now()
HOLDER = Holder("test-host", "boot-1", 50_001, "start-1")


def new_refund(
    minor: int = 1250,
    trip: str = TRIP,
    *,
    captured: int | None = None,
    clerk: str = "ana",
    reason: ReasonCode = ReasonCode.DAMAGED_ITEM,
    note: str = "",
    now: Instant = NOW,
    endpoint: str = ENDPOINT,
) -> Refund:
    """A new refund in EUR that is not recorded yet."""
    known = None if captured is None else Money(captured, "EUR")
    intent = Intent(STORE, trip, Money(minor, "EUR"), reason, note, known)
    return Refund(new_key(), endpoint, intent, clerk, b'{"a": 1}', created_at=now.at, updated_at=now.at)


T = TypeVar("T")


def sound(found: Iterable[T | Damaged]) -> list[T]:
    """The rows, after a check that all of them can be read."""
    rows = list(found)
    assert not [row for row in rows if isinstance(row, Damaged)]
    return cast("list[T]", rows)


def all_events(path: Path, after: int = 0) -> list[Event]:
    """The events of the ledger at `path`, oldest first: those of refunds, and those of the whole ledger."""
    with closing(Database.read(path, LEDGER)) as database:
        return sound(map(event_of, database.rows("SELECT * FROM event WHERE seq > ? ORDER BY seq", after)))


def connection_of(ledger: LedgerPort) -> sqlite3.Connection:
    """The connection with which an open ledger writes, to make it fail."""
    assert isinstance(ledger, Ledger)
    return ledger._database._connection


def sending(ledger: LedgerPort, refund: Refund, now: Instant = NOW) -> tuple[Refund, Attempt]:
    """The refund with an attempt under way."""
    attempt = ledger.begin(refund, HOLDER, now)
    current = ledger.get(refund.key)
    assert attempt is not None
    assert current is not None
    return current, attempt


def answered(ledger: LedgerPort, refund: Refund, outcome: Outcome, now: Instant = NOW) -> Refund:
    """The refund after one attempt with this outcome."""
    current, attempt = sending(ledger, refund, now)
    decision = decide(current.life, outcome, attempt.started, now, Policy(), 0.5)
    done = ledger.finish(current, attempt, outcome, decision, "the desk", now)
    assert done is not None
    return done


def later(seconds: float, mark: Instant = NOW) -> Instant:
    """The instant `seconds` later, on a healthy host."""
    clock = FakeClock(mark.at, mark.ticks, mark.boot)
    clock.advance(seconds)
    return clock.now()


def other_boot(seconds: float, mark: Instant = NOW) -> Instant:
    """The instant `seconds` later by the wall clock, after a reboot."""
    return replace(later(seconds, mark), boot="boot-2", ticks=5.0)


def named(path: Path, *endpoints: str) -> None:
    """Let the ledger at `path` send to `endpoints`, all TEST, without an event."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE identity SET environment = 'TEST'")
        rows = [(endpoint, stamp(NOW.at), "the tests") for endpoint in endpoints]
        connection.executemany("INSERT OR IGNORE INTO endpoint VALUES (?, ?, ?)", rows)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another program has locked the ledger inside this block."""
    other = sqlite3.connect(ledger_path(folder), isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


@contextmanager
def ledger_at(path: Path) -> Iterator[Ledger]:
    """An open ledger that may send to the endpoint of the tests and to another one."""
    ledger = Ledger.open(path)
    named(path, ENDPOINT, ANOTHER)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def history_at(path: Path) -> Iterator[History]:
    """An open history."""
    history = History.open(path)
    try:
        yield history
    finally:
        history.close()
