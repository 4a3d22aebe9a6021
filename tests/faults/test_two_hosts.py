"""One ledger on two hosts, or on a network file system, is refused, unless a person decides otherwise."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from refund_tui.core.ledger_identity import Host, host_of
from refund_tui.core.refunds import State
from refund_tui.errors import StoreChanged, StoreDamaged, StoreUnusable
from refund_tui.host.machine import this_host
from refund_tui.host.paths import ledger_path, marks_outside
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks
from tests.support.desks import desk_over, intent, settings
from tests.support.ears import Ears
from tests.support.ledgers import all_events, history_at
from tests.support.program import run
from tests.support.service import ScriptedService

ONE = Host("machine-1", "boot-1", "till-1")
TWO = Host("machine-2", "boot-2", "till-2")
MOVED = "refund-tui ledger move-here"


async def taken(folder: Path, host: Host, minor: int = 1250) -> None:
    """A refund that a host records."""
    async with desk_over(folder, ScriptedService(), host=host) as desk:
        await desk.take(intent(minor), second_yes=True)


def writer(folder: Path) -> Host | None:
    """The host that the ledger names."""
    with history_at(ledger_path(folder)) as history:
        return history.writer()


async def test_a_second_host_is_refused_and_sends_nothing(tmp_path: Path) -> None:
    await taken(tmp_path, ONE)
    service = ScriptedService()
    with pytest.raises(StoreChanged, match=rf"another host, till-1; this one is till-2.* {MOVED}"):
        async with desk_over(tmp_path, service, host=TWO):
            pass
    assert (service.requests, writer(tmp_path)) == ([], ONE)


@pytest.mark.parametrize(
    "again",
    [
        replace(ONE, name="renamed"),
        replace(ONE, boot="boot-9"),
        replace(ONE, boot="boot-9", name="renamed"),
        replace(ONE, machine="container-2", name="container-2"),
        replace(ONE, machine="", name="container-3"),
        Host("", "", "till-1"),
    ],
    ids=["renamed", "booted anew", "renamed and booted anew", "another container", "no machine id", "name alone"],
)
async def test_the_same_host_goes_on(tmp_path: Path, again: Host) -> None:
    await taken(tmp_path, ONE)
    await taken(tmp_path, again, 700)
    assert writer(tmp_path) == again


async def test_without_any_machine_id_only_the_name_can_tell(tmp_path: Path) -> None:
    await taken(tmp_path, Host("", "boot-1", "till-1"))
    with pytest.raises(StoreChanged, match="another host"):
        await taken(tmp_path, Host("", "boot-2", "till-2"), 700)


async def test_a_renamed_host_writes_beside_a_process_from_before(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService(), host=ONE) as before:
        await taken(tmp_path, replace(ONE, name="renamed"))
        await before.take(intent(700), second_yes=True)


async def test_a_clone_is_told_while_both_are_at_work(tmp_path: Path) -> None:
    service, clone = ScriptedService(), replace(ONE, boot="boot-2", name="till-2")
    async with desk_over(tmp_path, service, host=ONE) as desk:
        await taken(tmp_path, clone)
        with pytest.raises(StoreChanged, match="till-2, which has the same machine id as this one"):
            await desk.take(intent(700), second_yes=True)
        desk.begin()
        with pytest.raises(StoreChanged):
            await desk.drain()
    assert service.requests == []


async def test_a_ledger_that_is_moved_to_another_host_while_it_is_open_is_left_alone(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService(), host=ONE) as desk:
        moved = run("ledger", "move-here", "--because", "new disk", "--data-dir", str(tmp_path))
        assert moved.returncode == 0
        with pytest.raises(StoreChanged, match="another host"):
            await desk.take(intent(), second_yes=True)


async def test_a_copy_without_its_mark_is_moved_here_and_then_accepted_as_an_older_copy(tmp_path: Path) -> None:
    await taken(tmp_path, ONE)
    for mark in HighWaterMarks(ledger_path(tmp_path), marks_outside(settings(tmp_path))).paths:
        mark.unlink(missing_ok=True)
    words = ("--because", "till-1 burned down", "--data-dir", str(tmp_path))
    refused = run("ledger", "accept-older", *words)
    assert (refused.returncode, MOVED in refused.stderr) == (3, True)
    assert run("ledger", "move-here", *words).returncode == 0
    with pytest.raises(StoreChanged, match="high-water mark"):
        async with desk_over(tmp_path, ScriptedService()):
            pass
    assert run("ledger", "accept-older", *words).returncode == 0
    async with desk_over(tmp_path, ScriptedService()) as desk:
        assert desk.summary[State.UNKNOWN] == 1


async def test_a_person_moves_it_here_and_that_is_recorded(tmp_path: Path) -> None:
    await taken(tmp_path, ONE)
    data = ("--data-dir", str(tmp_path))
    told = run("resume", "--no-wait", *data, "--base-url", "http://127.0.0.1:9")
    assert (told.returncode, MOVED in told.stderr) == (3, True)
    assert run("history", *data).returncode == 0
    checked = run("doctor", "--offline", *data)
    assert (checked.returncode, "till-1 writes it, not" in checked.stdout) == (1, True)
    assert run("ledger", "move-here", "--because", "till-1 is retired", *data).returncode == 0
    assert writer(tmp_path) == this_host()
    event = all_events(ledger_path(tmp_path))[-1]
    assert (event.kind, event.why, event.key) == ("moved_here", "till-1 is retired", None)
    assert host_of(event.data["before"]) == ONE
    again = run("ledger", "move-here", "--because", "once more", *data)
    assert (again.returncode, "already" in again.stderr) == (2, True)
    service = ScriptedService()
    async with desk_over(tmp_path, service) as desk:
        desk.begin()
        ears = Ears(desk)
        [waiting] = await desk.history.of_trip("STORE-001", intent().trip_id)
        await ears.until_state(waiting.key, State.ACCEPTED)


async def test_a_ledger_that_does_not_say_its_host_is_refused(tmp_path: Path) -> None:
    await taken(tmp_path, ONE)
    with closing(sqlite3.connect(ledger_path(tmp_path))) as connection, connection:
        connection.execute("UPDATE identity SET host = '[1]'")
    with pytest.raises(StoreDamaged, match=MOVED):
        await taken(tmp_path, ONE, 700)


def test_the_machine_id_itself_is_not_told(tmp_path: Path) -> None:
    machine = tmp_path / "machine-id"
    machine.write_text("0123456789abcdef" * 2 + "\n")
    told = this_host([tmp_path / "nowhere", machine])
    assert len(told.machine) == 32
    assert told.machine != machine.read_text().strip()
    machine.write_text("uninitialized\n")
    assert this_host([machine]).machine == ""


@pytest.fixture
def on_sshfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that the kernel says is on sshfs."""
    folder, mounts = tmp_path / "data", tmp_path / "mounts"
    mounts.write_text(f"22 1 254:0 / / rw - ext4 /dev/root rw\n40 22 0:35 / {folder} rw - fuse.sshfs user@host:/x rw\n")
    monkeypatch.setattr("refund_tui.host.mounts.MOUNTS", mounts)
    return folder


async def test_a_file_system_whose_locks_do_not_reach_is_refused_before_anything_is_made(on_sshfs: Path) -> None:
    with pytest.raises(StoreUnusable, match=r"fuse\.sshfs.* Nothing is sent.* allow_network_filesystem"):
        async with desk_over(on_sshfs, ScriptedService()):
            pass
    assert not on_sshfs.exists()


async def test_the_operator_may_insist(on_sshfs: Path) -> None:
    async with desk_over(on_sshfs, ScriptedService(), allow_network_filesystem=True) as desk:
        await desk.take(intent())
