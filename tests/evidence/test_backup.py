"""A backup is complete or missing. After a restore nothing is paid twice, also if it was killed at any step."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from refund_tui.core.refunds import Action, Draft, Refund, State
from refund_tui.core.rules import NeedsSecondYes, Refused
from refund_tui.desk.actions import Evidence
from refund_tui.errors import StoreChanged, StoreError
from refund_tui.host.paths import ledger_path, mark_name, state_dir
from tests.evidence.restores import WHERE, WHY, acted, backup, paid, recorded, restore, resumed, stopped
from tests.support.damage import damage
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.ledgers import locked
from tests.support.program import run
from tests.support.service import ScriptedService


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


async def test_what_was_cancelled_after_the_backup_is_not_sent_after_the_restore(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = await recorded(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    await acted(data, first.key, Action.CANCEL)
    instead = await paid(data, "trip-1")
    ended = restore(data, made)
    assert "in doubt  1 " in ended.stdout
    assert ended.returncode == 5, ended.stderr
    found, sent = await resumed(data, first.key)
    assert sent == []
    assert (found.state, found.life.maybe_executed) == (State.UNKNOWN, True)
    assert "in the replaced ledger it was CANCELLED (cancelled before" in found.life.why
    async with desk_over(data, ScriptedService()) as desk:
        assert isinstance(other := await desk.history.get(instead.key), Refund)
        assert other.state is State.UNKNOWN
        with pytest.raises(Refused):
            await desk.take(intent(trip="trip-1"), second_yes=True)
    assert run("verify", "--data-dir", str(data), *WHERE).returncode == 0


async def drafted(folder: Path) -> None:
    """A colleague's draft: it changes the ledger, but none of its refunds."""
    async with desk_over(folder, ScriptedService(), clerk="ben") as desk:
        await desk.save_draft(Draft("STORE-001", "trip-9", amount="9.00"))


async def test_what_is_open_and_unchanged_goes_on_after_the_restore(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = await recorded(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    await drafted(data)
    ended = restore(data, made)
    assert "in doubt  0 " in ended.stdout
    found, sent = await resumed(data, first.key)
    assert (found.state, sent) == (State.ACCEPTED, [first.body])


async def test_what_was_accepted_or_settled_after_the_backup_tells_so_and_waits_for_a_person(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settled, accepted = await stopped(data, "trip-2"), await recorded(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    await acted(data, settled.key, Action.SETTLE, Evidence(True, "the bank", "REF-9", "today"))
    assert (await resumed(data, accepted.key))[0].state is State.ACCEPTED
    assert "in doubt  2 " in restore(data, made).stdout
    for refund, state in ((accepted, "ACCEPTED (the service accepted it"), (settled, "SETTLED_PAID (settled by")):
        found, sent = await resumed(data, refund.key)
        assert (found.state, sent) == (State.UNKNOWN, [])
        assert f"in the replaced ledger it was {state}" in found.life.why
    assert found.life.why.endswith("before that: stopped by a person; it may have been executed")


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
    assert "It is not known which" in ended.stdout
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
