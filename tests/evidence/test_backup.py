"""A backup is complete or missing. After a restore nothing is paid twice, also if it was killed at any step."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from refund_tui.core.refunds import Refund, State
from refund_tui.core.rules import NeedsSecondYes, Refused
from refund_tui.errors import StoreChanged, StoreError
from refund_tui.host.paths import ledger_path, mark_name, state_dir
from tests.support.damage import damage
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.ledgers import locked
from tests.support.program import environment, run
from tests.support.service import ScriptedService

WHERE = ("--base-url", "http://127.0.0.1:9")
WHY = ("--because", "the disk failed")


async def paid(folder: Path, trip: str) -> Refund:
    """A refund that the service accepted."""
    async with desk_over(folder, ScriptedService()) as desk:
        desk.begin()
        refund = await desk.take(intent(trip=trip))
        return await Ears(desk).until_state(refund.key, State.ACCEPTED)


def backup(data: Path, target: Path, *flags: str) -> Path:
    ended = run("backup", str(target), "--data-dir", str(data), *WHERE, *flags)
    assert ended.returncode == 0, ended.stderr
    return Path(ended.stdout.splitlines()[0].split()[1])


def restore(data: Path, made: Path) -> subprocess.CompletedProcess[str]:
    return run("restore", str(made), *WHY, "--data-dir", str(data), *WHERE)


async def test_a_backup_holds_a_verified_copy_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    await paid(tmp_path / "data", "trip-1")
    made = backup(tmp_path / "data", tmp_path / "backups")
    assert sorted(path.name for path in made.iterdir()) == ["backup.json", "ledger.sqlite3", "trips.sqlite3"]
    assert oct(made.stat().st_mode & 0o777) == "0o700"
    assert list((tmp_path / "backups").iterdir()) == [made]


async def test_a_ledger_that_was_altered_is_not_backed_up_over_good_ones(tmp_path: Path) -> None:
    await paid(tmp_path / "data", "trip-1")
    damage(ledger_path(tmp_path / "data"), "UPDATE refund SET minor = 1")
    ended = run("backup", str(tmp_path / "backups"), "--data-dir", str(tmp_path / "data"), *WHERE, "--keep", "1")
    assert ended.returncode == 3
    assert "minor says 1, and its events say 1250" in ended.stderr
    assert list((tmp_path / "backups").iterdir()) == []


async def test_old_backups_of_this_ledger_are_deleted_and_no_others(tmp_path: Path) -> None:
    for name in ("one", "two"):
        await paid(tmp_path / name, "trip-1")
    other = backup(tmp_path / "two", tmp_path / "backups")
    made = [backup(tmp_path / "one", tmp_path / "backups", "--keep", "2") for _ in range(3)]
    assert sorted((tmp_path / "backups").iterdir()) == sorted([other, *made[1:]])


async def test_what_the_replaced_ledger_knows_and_the_backup_does_not_bars_its_trip(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    second = await paid(data, "trip-2")
    ended = restore(data, made)
    assert ended.returncode == 5, ended.stderr
    assert "UNKNOWN   1 that the backup lacks" in ended.stdout
    service = ScriptedService()
    async with desk_over(data, service) as desk:
        desk.begin()
        await desk.drain()
        found = await desk.history.get(second.key)
        assert isinstance(found, Refund)
        assert (found.state, found.life.maybe_executed, found.intent) == (State.UNKNOWN, True, second.intent)
        assert "in the replaced ledger it was ACCEPTED" in found.life.why
        assert (await desk.history.get(first.key)) == first
        with pytest.raises((Refused, NeedsSecondYes)):
            await desk.take(intent(trip="trip-2"))
    assert service.requests == []
    assert run("verify", "--data-dir", str(data), *WHERE).returncode == 0
    [kept] = data.glob("ledger.before-restore-*.sqlite3")
    assert kept.stat().st_size > 0


@pytest.mark.parametrize("lost", ["deleted", "emptied", "garbage", "deleted with its marks"])
async def test_where_nobody_knows_what_is_missing_nothing_is_sent_until_a_person_accepts(
    tmp_path: Path, lost: str
) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    await paid(data, "trip-2")
    if lost == "emptied":
        ledger_path(data).write_bytes(b"")
    elif lost == "garbage":
        ledger_path(data).write_bytes(b"\x07" * 8192)
    else:
        ledger_path(data).unlink()
    if lost == "deleted with its marks":
        shutil.rmtree(data)
        (state_dir() or tmp_path).joinpath("marks", mark_name(ledger_path(data))).unlink()
    ended = restore(data, made)
    assert ended.returncode == 5, ended.stderr
    assert "it is not known which" in ended.stdout
    service = ScriptedService()
    with pytest.raises(StoreChanged):
        async with desk_over(data, service) as desk:
            await desk.take(intent(trip="trip-2"))
    accepted = run("ledger", "accept-older", *WHY, "--data-dir", str(data), *WHERE)
    assert accepted.returncode == 0, accepted.stderr
    async with desk_over(data, service) as desk:
        desk.begin()
        refund = await desk.take(intent(trip="trip-3"))
        await Ears(desk).until_state(refund.key, State.ACCEPTED)


@pytest.mark.parametrize("name", ["ledger.sqlite3", "backup.json"])
async def test_a_backup_that_was_altered_restores_nothing(tmp_path: Path, name: str) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    before = ledger_path(data).read_bytes()
    content = bytearray((made / name).read_bytes())
    content[len(content) // 2] ^= 1
    (made / name).write_bytes(content)
    ended = restore(data, made)
    assert ended.returncode == 3
    assert "nothing was changed" in ended.stderr
    assert ledger_path(data).read_bytes() == before


KILLED = """
import os, signal, sys
from pathlib import Path
left = int(sys.argv[1])
def counted(real):
    def call(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return call
for owner, name in ((os, "replace"), (os, "rename"), (os, "link"), (os, "fsync"), (os, "unlink"), (os, "write"),
                    (os, "open")):
    setattr(owner, name, counted(getattr(os, name)))
from refund_tui.cli import main
sys.exit(main(sys.argv[2:]))
"""


async def test_killed_at_any_step_it_leaves_a_ledger_that_pays_nothing_twice(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    second = await paid(data, "trip-2")
    for step in range(200):
        copy = tmp_path / f"step-{step}"
        shutil.copytree(data, copy)
        command = [sys.executable, "-c", KILLED, str(step), "restore", str(made), *WHY, "--data-dir", str(copy), *WHERE]
        ended = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60)
        await _pays_nothing_twice(copy, second)
        if ended.returncode != -signal.SIGKILL:
            break
        assert restore(copy, made).returncode == 5, step
        await _pays_nothing_twice(copy, second)
        shutil.rmtree(copy)
    assert ended.returncode == 5
    assert step > 10


async def _pays_nothing_twice(data: Path, second: Refund) -> None:
    """Either nothing can be recorded at all, or the refund of the second trip is there and counts."""
    service = ScriptedService()
    try:
        async with desk_over(data, service) as desk:
            desk.begin()
            await desk.drain()
            found = await desk.history.get(second.key)
            assert isinstance(found, Refund)
            assert found.state.counts
    except StoreError:
        pass
    assert service.requests == []


async def test_a_terminal_that_is_open_during_a_restore_writes_nothing_to_the_replaced_ledger(tmp_path: Path) -> None:
    data, service = tmp_path / "data", ScriptedService()
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    async with desk_over(data, service) as desk:
        assert (await asyncio.to_thread(restore, data, made)).returncode == 0
        with pytest.raises(StoreError, match="replaced"):
            await desk.take(intent(trip="trip-2"))
    assert service.requests == []


async def test_a_ledger_that_another_program_writes_is_not_replaced(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    with locked(data):
        ended = await asyncio.to_thread(restore, data, made)
    assert ended.returncode == 3
    assert "another program" in ended.stderr
    assert not list(data.glob("*before-restore*"))
    assert not list(data.glob(".restore*"))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    run("resume", "--data-dir", str(tmp_path / "data"), *WHERE)
    (tmp_path / "backups").write_text("a file")
    ended = run("backup", str(tmp_path / "backups"), "--data-dir", str(tmp_path / "data"), *WHERE)
    assert ended.returncode == 3
    assert f"no backup was made in {tmp_path / 'backups'}" in ended.stderr
