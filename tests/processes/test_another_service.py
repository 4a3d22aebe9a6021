"""One ledger and several services: nothing is sent to a service that the ledger does not name, no refund is lost."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from argparse import Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.commands.ledger import changes
from refund_tui.core.filters import Filter
from refund_tui.core.refunds import Action, State
from refund_tui.desk.desk import Desk
from refund_tui.errors import ConfigError, UsageError
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread, parse_script
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.ledger import Ledger
from tests.support.desks import intent, recorded, settings
from tests.support.ledgers import all_events, sound
from tests.support.program import run


@pytest.fixture
def ours() -> Iterator[SandboxThread]:
    """The service of the ledger."""
    with SandboxThread(any_trip=True) as service:
        yield service


@pytest.fixture
def theirs() -> Iterator[SandboxThread]:
    """Another service on another port of the same host. It accepts everything."""
    with SandboxThread(any_trip=True) as service:
        yield service


def states(folder: Path) -> list[State]:
    with closing(History.open(ledger_path(folder))) as history:
        return [refund.state for refund in reversed(sound(history.rows(Filter(), 0, 100)))]


def name_of(service: SandboxThread) -> str:
    return service.url.removeprefix("http://")


def resume(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("resume", "--data-dir", str(folder), "--base-url", url, *arguments)


def add_endpoint(folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    return run("ledger", "add-endpoint", url, "--because", "the service moved", "--data-dir", str(folder))


async def test_a_service_that_the_ledger_does_not_name_is_sent_nothing(
    tmp_path: Path, ours: SandboxThread, theirs: SandboxThread
) -> None:
    await asyncio.to_thread(recorded, tmp_path, ours.url, "trip-1")
    desk = Desk(settings(tmp_path, base_url=theirs.url))
    await desk.open()
    try:
        desk.begin()
        [refund] = await desk.history.rows(Filter(), 0, 10)
        seq = await desk.files.look(lambda history: history.last_seq())
        with pytest.raises(ConfigError, match=f"{name_of(ours)}.*{name_of(theirs)}"):
            await desk.take(intent(trip="trip-2"))
        with pytest.raises(ConfigError):
            await desk.act(refund.key, Action.CANCEL)
        with pytest.raises(ConfigError):
            await desk.card_of("STORE-001", "trip-1")
        await desk.drain(wait=False)
        assert await desk.files.look(lambda history: history.last_seq()) == seq
    finally:
        await desk.close()
    assert theirs.books.arrivals == ()
    assert states(tmp_path) == [State.QUEUED]


def test_resume_names_what_waits_and_the_service_it_waits_for(
    tmp_path: Path, ours: SandboxThread, theirs: SandboxThread
) -> None:
    recorded(tmp_path, ours.url, "trip-1")
    ended = resume(tmp_path, theirs.url)
    assert (ended.returncode, ended.stdout, states(tmp_path)) == (2, "", [State.QUEUED])
    assert f"1 open refund for another service, {name_of(ours)}" in ended.stderr
    assert f"the settings name TEST at {name_of(theirs)}" in ended.stderr
    assert theirs.books.arrivals == ()
    assert resume(tmp_path, ours.url).returncode == 0
    assert states(tmp_path) == [State.ACCEPTED]


def test_a_clerks_own_sandbox_cannot_write_into_a_production_ledger(tmp_path: Path, theirs: SandboxThread) -> None:
    recorded(tmp_path, "https://us-east-1.payments.amazonphysicalstores.com", "trip-1")
    for environment in ("TEST", "PRODUCTION"):
        ended = resume(tmp_path, theirs.url, "--environment", environment)
        assert ended.returncode == 2
        assert "PRODUCTION at us-east-1.payments.amazonphysicalstores.com" in ended.stderr
    assert states(tmp_path) == [State.QUEUED]
    assert theirs.books.arrivals == ()


def test_the_plain_prompt_refuses_before_it_asks(tmp_path: Path, ours: SandboxThread, theirs: SandboxThread) -> None:
    recorded(tmp_path, ours.url)
    where = ["--data-dir", str(tmp_path), "--base-url", theirs.url, "--store-id", "STORE-001", "--currency", "EUR"]
    ended = run("refund", "trip-1", "--amount", "1.00", "--reason", "1", *where)
    assert (ended.returncode, ended.stdout, states(tmp_path)) == (2, "", [])
    assert name_of(ours) in ended.stderr


def test_doctor_says_it(tmp_path: Path, ours: SandboxThread, theirs: SandboxThread) -> None:
    recorded(tmp_path, ours.url, "trip-1")
    ended = run("doctor", "--json", "--data-dir", str(tmp_path), "--base-url", theirs.url)
    told = [line for line in map(json.loads, ended.stdout.splitlines()) if line["name"] == "ledger's service"]
    assert ended.returncode == 1
    assert [line["level"] for line in told] == ["FAIL", "warn"]
    assert name_of(ours) in told[0]["says"]
    assert told[1]["says"] == f"1 open refund for another service, {name_of(ours)}"


def test_history_says_it(tmp_path: Path, ours: SandboxThread, theirs: SandboxThread) -> None:
    recorded(tmp_path, ours.url, "trip-1")
    ended = run("history", "--data-dir", str(tmp_path), "--base-url", theirs.url)
    assert ended.returncode == 0
    assert "trip-1" in ended.stdout
    assert f"1 open refund for another service, {name_of(ours)}" in ended.stderr
    [record] = run("history", "--json", "--data-dir", str(tmp_path)).stdout.splitlines()
    assert json.loads(record)["endpoint"] == name_of(ours)


def test_a_second_endpoint_is_named_by_the_owner_and_each_refund_stays_with_its_own(
    tmp_path: Path, ours: SandboxThread, theirs: SandboxThread
) -> None:
    recorded(tmp_path, ours.url, "trip-1")
    added = add_endpoint(tmp_path, theirs.url)
    assert (added.returncode, added.stderr) == (0, "")
    recorded(tmp_path, theirs.url, "trip-2")
    ended = resume(tmp_path, theirs.url)
    assert ended.returncode == 4
    assert f"1 open refund for another service, {name_of(ours)}" in ended.stderr
    assert "trip-1" not in {arrival.trip_id for arrival in theirs.books.arrivals}
    assert states(tmp_path) == [State.QUEUED, State.ACCEPTED]
    ended = resume(tmp_path, ours.url)
    assert (ended.returncode, states(tmp_path)) == (0, [State.ACCEPTED, State.ACCEPTED])


def test_an_endpoint_of_another_environment_is_never_added(tmp_path: Path, theirs: SandboxThread) -> None:
    recorded(tmp_path, "https://us-east-1.payments.amazonphysicalstores.com")
    ended = add_endpoint(tmp_path, theirs.url)
    assert ended.returncode == 2
    assert "PRODUCTION" in ended.stderr
    assert resume(tmp_path, theirs.url).returncode == 2


async def test_only_the_ledgers_owner_names_its_first_service(
    tmp_path: Path, theirs: SandboxThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger.open(ledger_path(tmp_path)).close()
    with monkeypatch.context() as another_account:
        another_account.setattr(os, "geteuid", lambda: ledger_path(tmp_path).stat().st_uid + 1)
        desk = Desk(settings(tmp_path, base_url=theirs.url))
        await desk.open()
        await desk.close()
        assert desk.refusal is not None
        assert "does not say yet to which service it belongs" in desk.refusal
    desk = Desk(settings(tmp_path, base_url=theirs.url))
    await desk.open()
    await desk.close()
    assert desk.refusal is None


def test_only_the_ledgers_owner_adds_an_endpoint(
    tmp_path: Path, ours: SandboxThread, theirs: SandboxThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(tmp_path, ours.url)
    monkeypatch.setattr(os, "geteuid", lambda: ledger_path(tmp_path).stat().st_uid + 1)
    with pytest.raises(UsageError, match="only the account that owns"):
        changes.add_endpoint(Namespace(url=theirs.url, because="it is mine"), settings(tmp_path))
    with closing(History.open(ledger_path(tmp_path))) as history:
        assert history.ledger_services().endpoints == {name_of(ours)}


def test_what_is_added_is_recorded(tmp_path: Path, ours: SandboxThread, theirs: SandboxThread) -> None:
    recorded(tmp_path, ours.url)
    add_endpoint(tmp_path, theirs.url)
    named = [event for event in all_events(ledger_path(tmp_path)) if event.kind == "endpoint_named"]
    assert [event.data["endpoint"] for event in named] == [name_of(ours), name_of(theirs)]
    assert named[1].why == "the service moved"


def test_what_needs_a_person_at_another_endpoint_has_the_exit_code_for_that(
    tmp_path: Path, ours: SandboxThread, theirs: SandboxThread
) -> None:
    ours.play(parse_script({"refund": [{"status": 403}]}))
    recorded(tmp_path, ours.url, "trip-1")
    assert resume(tmp_path, ours.url).returncode == 5
    add_endpoint(tmp_path, theirs.url)
    ended = resume(tmp_path, theirs.url)
    assert (ended.returncode, states(tmp_path)) == (5, [State.BLOCKED])
    assert theirs.books.arrivals == ()
