"""Wrong changes that the ledger's tables refuse, from any program."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from refund_tui.core.lifecycle import Decision
from refund_tui.core.outcomes import Accepted, Answer, Doubt, Uncertain
from refund_tui.core.refunds import Life, State
from refund_tui.errors import StoreUnusable
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.rows import INTENT, LIFE
from tests.support.ledgers import NOW, answered, ledger_at, new_refund, sending

ACCEPTED = Accepted(Answer(200, "accepted", "{}"), "REC1")
CUT = Uncertain(Answer(None, "no answer came"), Doubt.TIMEOUT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with ledger_at(path) as opened:
        yield opened


@pytest.fixture
def books(ledger: Ledger, path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a ledger with three refunds: ACCEPTED, in doubt, and being sent."""
    answered(ledger, ledger.record(new_refund(trip="accepted"), NOW, second_yes=False), ACCEPTED)
    answered(ledger, ledger.record(new_refund(trip="doubtful"), NOW, second_yes=False), CUT)
    sending(ledger, ledger.record(new_refund(trip="sending"), NOW, second_yes=False))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA recursive_triggers = 1")
        connection.execute("PRAGMA foreign_keys = 1")
        yield connection


_INTENT = (
    "key endpoint store_id trip_id minor currency reason note captured window_closes clerk body created_at".split()
)
_WRITTEN = ", ".join((*INTENT, *LIFE))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET why = 'another'",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT seq, key, at, who, kind, before, after, '', '', '', NULL, hash FROM event",
        "DELETE FROM identity",
        "UPDATE identity SET id = 'another'",
        "UPDATE identity SET environment = 'PRODUCTION'",
        "UPDATE endpoint SET endpoint = 'a stranger'",
        "DELETE FROM endpoint",
        "UPDATE refund SET endpoint = 'another account'",
        "INSERT OR REPLACE INTO identity SELECT one, 'another', environment, host, made_at FROM identity",
        "INSERT INTO event SELECT 9999, key, at, who, kind, before, NULL, why, data, actor, NULL, hash FROM event",
        "DELETE FROM attempt",
        "UPDATE attempt SET outcome = 'accepted' WHERE ended_at IS NOT NULL",
        "UPDATE attempt SET ended_at = NULL, outcome = NULL WHERE ended_at IS NOT NULL",
        "UPDATE attempt SET started_ticks = 0, ended_at = started_at, outcome = 'x' WHERE ended_at IS NULL",
        "UPDATE attempt SET pid = 1, ended_at = started_at, outcome = 'accepted' WHERE ended_at IS NULL",
        "UPDATE attempt SET actor = '{}', ended_at = started_at, outcome = 'accepted' WHERE ended_at IS NULL",
        "INSERT OR REPLACE INTO attempt SELECT * FROM attempt",
        "DELETE FROM refund",
        f"INSERT OR REPLACE INTO refund ({_WRITTEN}) SELECT {_WRITTEN} FROM refund",
        "UPDATE refund SET state = 'WAITING' WHERE trip_id = 'accepted'",
        "UPDATE refund SET state = 'SETTLED_UNPAID' WHERE trip_id = 'accepted'",
        "UPDATE refund SET maybe_executed = 0 WHERE trip_id = 'doubtful'",
        "UPDATE refund SET state = 'REJECTED' WHERE trip_id = 'doubtful'",
        "UPDATE refund SET state = 'CANCELLED', maybe_executed = 0 WHERE trip_id = 'doubtful'",
        "UPDATE refund SET state = 'PAID'",
        "UPDATE refund SET minor = 0",
        "UPDATE refund SET minor = '12.50'",
        "INSERT INTO event (key, at, who, kind, after, why, data, hash) VALUES ('nobody', '', '', '', '', '', '', '')",
        *(f"UPDATE refund SET {column} = 'another'" for column in _INTENT),
    ],
)
def test_the_tables_refuse_what_would_falsify_the_books(books: sqlite3.Connection, sql: str) -> None:
    before = list(books.iterdump())
    with pytest.raises(sqlite3.IntegrityError):
        books.execute(sql)
    assert list(books.iterdump()) == before


def test_a_wrong_decision_of_the_lifecycle_is_not_written(ledger: Ledger) -> None:
    doubtful = answered(ledger, ledger.record(new_refund(), NOW, second_yes=False), CUT)
    wrong = Decision(Life(State.REJECTED, why="a 400 was believed"), "rejected", "a 400 was believed")
    with pytest.raises(StoreUnusable, match="nothing was changed"):
        ledger.change(doubtful, wrong, "ana", NOW)
    assert ledger.get(doubtful.key) == doubtful


def test_a_key_is_taken_once(ledger: Ledger) -> None:
    refund = new_refund()
    ledger.record(refund, NOW, second_yes=False)
    with pytest.raises(StoreUnusable, match="not taken"):
        ledger.record(replace(refund, clerk="ben"), NOW, second_yes=True)
    assert ledger.get(refund.key) == refund
