"""A ledger that version 0.1.0 wrote goes on: nothing of it is lost or told otherwise, and it can still be sent from."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.core.refunds import State
from refund_tui.store.history import Filter
from refund_tui.store.ledger import Ledger
from refund_tui.store.rows import INTENT, LIFE
from tests.support.ledgers import NOW, history_at, ledger_at, sound

WRITTEN = Path(__file__).parents[1] / "ledgers" / "v0_1_0"
"""A data folder that 0.1.0 wrote, with a refund in every state; never opened in place."""

HOST = "us-east-1.test.payments.amazonphysicalstores.com"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(WRITTEN / "ledger.sqlite3", tmp_path))


def told(path: Path) -> list[tuple[object, ...]]:
    """What 0.1.0's tables say, by the columns that it had."""
    columns = {
        "refund": ", ".join(("id", "version", *INTENT, *LIFE)),
        "draft": "clerk, store_id, trip_id, amount, currency, reason, note, saved_at", "gate": "*",
        "event": "seq, key, at, who, kind, before, after, why, data",
        "attempt": "key, number, started_at, host, boot, pid, started, ended_at, outcome, http_status, detail, raw",
    }  # fmt: skip
    with closing(sqlite3.connect(path)) as connection:
        return [row for table, names in columns.items() for row in connection.execute(f"SELECT {names} FROM {table}")]


def test_nothing_of_it_is_lost_or_told_otherwise(path: Path) -> None:
    before = told(path)
    assert before
    Ledger.open(path).close()
    assert told(path) == before


def test_each_refund_has_the_state_it_had(path: Path) -> None:
    Ledger.open(path).close()
    with history_at(path) as history:
        refunds = sound(history.rows(Filter(), 0, 100))
        assert {refund.state for refund in refunds} == set(State)
        assert all(history.events(refund.key) for refund in refunds)


def test_its_open_refunds_can_be_claimed(path: Path) -> None:
    with ledger_at(path) as ledger:
        assert [refund.intent.trip_id for refund in ledger.sendable(HOST)] == [
            "trip-waiting-doubt", "trip-queued", "trip-limited",
        ]  # fmt: skip
        assert [attempt.holder.namespace for attempt in sound(each for _, each in ledger.under_way(HOST))] == [""]


def test_an_event_of_the_whole_ledger_can_be_written(path: Path) -> None:
    with ledger_at(path) as ledger:
        ledger.note("gate_opened", "the service said so on the phone", "ana", NOW)
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT key, after, who, why FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    assert row == (None, None, "ana", "the service said so on the phone")
