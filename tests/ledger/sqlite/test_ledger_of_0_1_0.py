"""A ledger of version 0.1.0 can still be used: nothing in it is lost or changed, and its refunds can be sent."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.core.filters import Filter
from refund_tui.core.refunds import Refund, State
from refund_tui.desk.desk import Desk
from refund_tui.errors import ConfigError
from refund_tui.sandbox import SandboxThread
from refund_tui.store.sqlite.chain_migration import CHAINED
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.rows import INTENT, LIFE
from tests.support.desks import intent, settings
from tests.support.ledgers import NOW, WRITTEN, history_at, ledger_at, sound
from tests.support.program import run

HOST = "us-east-1.test.payments.amazonphysicalstores.com"


LATER = ("articles", "brand", "tail", "receipt", "salt")
"""Columns of a refund that 0.1.0 did not have."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    shutil.copy(WRITTEN / "ledger.mark", tmp_path)
    return Path(shutil.copy(WRITTEN / "ledger.sqlite3", tmp_path))


def told(path: Path) -> list[tuple[object, ...]]:
    """The content of the columns that 0.1.0 had."""
    intent = [name for name in INTENT if name not in LATER]
    columns = {
        "refund": ", ".join(("id", "version", *intent, *LIFE)),
        "draft": "clerk, store_id, trip_id, amount, currency, reason, note, saved_at", "gate": "*",
        "event": "seq, key, at, who, kind, before, after, why, data",
        "attempt": "key, number, started_at, host, boot, pid, started, ended_at, outcome, http_status, detail, raw",
    }  # fmt: skip
    with closing(sqlite3.connect(path)) as connection:
        rows = [row for table, names in columns.items() for row in connection.execute(f"SELECT {names} FROM {table}")]
    return [row for row in rows if CHAINED not in row]


def test_nothing_of_it_is_lost_or_told_otherwise(path: Path) -> None:
    before = told(path)
    assert before
    Ledger.open(path).close()
    assert told(path) == before


def test_its_refunds_get_the_evidence_of_their_events_and_an_event_says_from_when_on(path: Path) -> None:
    Ledger.open(path).close()
    with history_at(path) as history:
        refunds = sound(history.rows(Filter(), 0, 100))
        assert [history.contradiction(refund) for refund in refunds] == [None] * len(refunds)
        for refund in refunds:
            event = sound(history.events(refund.key))[-1]
            assert (event.kind, event.after) == (CHAINED, refund.state)
            assert "what was altered before is not known" in event.why


def test_each_refund_has_the_state_it_had(path: Path) -> None:
    Ledger.open(path).close()
    with history_at(path) as history:
        refunds = sound(history.rows(Filter(), 0, 100))
        assert {refund.state for refund in refunds} == set(State) - {State.AWAITING_APPROVAL}
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


def told_by(history: History, trip: str) -> Refund:
    [refund] = sound(history.of_trip("STORE-001", trip))
    return refund


async def test_it_belongs_to_the_service_that_its_refunds_name(path: Path) -> None:
    desk = Desk(settings(path.parent, base_url=f"https://{HOST}"))
    await desk.open()
    try:
        assert (desk.refusal, desk.environment, desk.ledger_services.endpoints) == (None, "TEST", frozenset({HOST}))
        assert desk.summary.elsewhere == 1, "the one that was made at a port of this host, which one was not recorded"
    finally:
        await desk.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:8787", "https://us-east-1.payments.amazonphysicalstores.com"])
async def test_no_other_service_can_have_it(path: Path, url: str) -> None:
    desk = Desk(settings(path.parent, base_url=url))
    await desk.open()
    try:
        desk.begin()
        assert desk.refusal is not None
        assert HOST in desk.refusal
        with pytest.raises(ConfigError):
            await desk.take(intent(trip="trip-new"))
        assert (await desk.files.look(lambda history: history.ledger_services())).environment is None
    finally:
        await desk.close()


def test_a_person_says_to_which_port_a_refund_of_this_host_belongs(path: Path) -> None:
    with history_at(path := migrated(path)) as history:
        key = told_by(history, "trip-queued-loopback").key
        other = told_by(history, "trip-queued").key
    where = ["--data-dir", str(path.parent), "--because", "it was made in training"]
    with SandboxThread(any_trip=True) as service:
        assert run("ledger", "assign-endpoint", service.url, key, *where).returncode == 2, "not an endpoint yet"
        assert run("ledger", "add-endpoint", f"https://{HOST}", *where).returncode == 0
        assert run("ledger", "add-endpoint", service.url, *where).returncode == 0
        refused = run("ledger", "assign-endpoint", service.url, key, other, *where)
        assert (refused.returncode, f"made at {HOST}, and stays there" in refused.stderr) == (2, True)
        assert run("ledger", "assign-endpoint", service.url, key, *where).returncode == 0
        run("resume", "--data-dir", str(path.parent), "--base-url", service.url)
        assert [arrival.trip_id for arrival in service.books.arrivals] == ["trip-queued-loopback"]
    with history_at(path) as history:
        assert told_by(history, "trip-queued-loopback").state is State.ACCEPTED
        said = [event for event in sound(history.events(key)) if event.kind == "endpoint_assigned"]
        assert [(event.why, event.data["before"]) for event in said] == [("it was made in training", "loopback")]


def migrated(path: Path) -> Path:
    """The same ledger after the migration."""
    Ledger.open(path).close()
    return path
