"""After a restore nothing is paid twice, and nothing is sent that was cancelled since the backup."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Answer, RateLimited
from refund_tui.core.refunds import Action, Draft, Refund, State
from refund_tui.core.rules import NeedsSecondYes, Refused
from refund_tui.core.waits import Policy, horizon_left
from refund_tui.desk.actions import Evidence
from refund_tui.errors import StoreChanged, StoreError
from refund_tui.host.clock import SystemClock
from refund_tui.host.paths import ledger_path, mark_name, state_dir
from tests.evidence.restores import WHERE, WHY, acted, backup, paid, recorded, restore, resumed, stopped, without_room
from tests.support.damage import damage
from tests.support.desks import STORE, desk_over, intent
from tests.support.ears import Ears
from tests.support.ledgers import locked
from tests.support.program import run, run_bound
from tests.support.service import ScriptedService


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
    assert horizon_left(found.life, SystemClock().now(), Policy()) == 0  # the screens say that asking again is not safe
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


async def test_what_was_stated_since_the_backup_counts_after_the_restore(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    limited = ScriptedService(RateLimited(Answer(429, "slow down"), 600.0))
    async with desk_over(data, limited, clock=SystemClock()) as desk:
        await desk.set_ceiling(STORE, "trip-1", Money(1_500, "EUR"), "the till's own record")
        await desk.save_draft(Draft(STORE, "trip-9", amount="9.00"))
        desk.begin()
        refund = await desk.take(intent(trip="trip-2"))
        await Ears(desk).until_state(refund.key, State.WAITING)
    another = ("ledger", "add-endpoint", "http://127.0.0.1:10", *WHY, "--data-dir", str(data), *WHERE)
    assert run(*another).returncode == 0
    ended = restore(data, made)
    assert "taken     3 services, stated amounts and waits" in ended.stdout
    shown = run("ledger", "show", "--data-dir", str(data), *WHERE).stdout
    assert "127.0.0.1:10" in shown
    async with desk_over(data, ScriptedService(), clock=SystemClock()) as desk:
        assert (await desk.trips.balance(STORE, "trip-1")).left == Money(250, "EUR")
        draft = await desk.history.draft("ana", STORE, "trip-9")
        assert draft is not None
        assert draft.amount == "9.00"
        assert desk.summary.gate is not None
        assert (await desk.history.get(first.key)) == first
    assert run("verify", "--data-dir", str(data), *WHERE).returncode == 0


@pytest.mark.parametrize("backed_up", [True, False])
async def test_what_nobody_approved_cannot_be_asked_again_after_a_restore(tmp_path: Path, *, backed_up: bool) -> None:
    data, limit = tmp_path / "data", {"EUR": Money(100, "EUR")}
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    async with desk_over(data, ScriptedService(), approve_above=limit) as desk:
        refund = await desk.take(intent(trip="trip-2"))
    assert refund.state is State.AWAITING_APPROVAL
    if backed_up:
        made = backup(data, tmp_path / "backups")
        await acted(data, refund.key, Action.CANCEL)
    assert restore(data, made).returncode == 5
    found, _ = await resumed(data, refund.key)
    assert found.state is State.UNKNOWN
    with pytest.raises(NotPossible, match="never approved"):
        await acted(data, refund.key, Action.ASK_AGAIN)
    assert (await resumed(data, refund.key))[1] == []


async def test_an_altered_ledger_is_not_believed_and_nothing_of_it_is_sent(tmp_path: Path) -> None:
    data = tmp_path / "data"
    open_one = await recorded(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    await acted(data, open_one.key, Action.CANCEL)
    damage(ledger_path(data), "UPDATE refund SET state = 'QUEUED', version = 0")
    ended = restore(data, made)
    assert ended.returncode == 5
    assert "the replaced ledger was altered" in ended.stdout
    with pytest.raises(StoreChanged):
        await resumed(data, open_one.key)
    assert run("ledger", "accept-older", *WHY, "--data-dir", str(data), *WHERE).returncode == 0
    found, sent = await resumed(data, open_one.key)
    assert (found.state, sent) == (State.UNKNOWN, [])


async def test_on_a_host_without_marks_no_ledger_counts_as_the_newest(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    await paid(data, "trip-2")
    for mark in marks_of(data):
        mark.unlink()
    ended = restore(data, made)
    assert ended.returncode == 5
    assert "no high-water mark shows" in ended.stdout
    with pytest.raises(StoreChanged):
        async with desk_over(data, ScriptedService()):
            pass


def marks_of(data: Path) -> list[Path]:
    """The mark beside a ledger, and the one in this account's state folder."""
    outside = state_dir()
    assert outside
    return [ledger_path(data).with_suffix(".mark"), outside / "marks" / mark_name(ledger_path(data))]


async def test_a_newer_backup_of_a_lost_ledger_is_named(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    older = backup(data, tmp_path / "backups")
    await paid(data, "trip-2")
    newer = backup(data, tmp_path / "backups")
    ledger_path(data).unlink()
    assert f"{newer} is a newer backup: restore that one" in restore(data, older).stdout
    ended = restore(data, newer)
    assert ended.returncode == 5
    assert "is a newer backup" not in ended.stdout


async def test_what_another_branch_of_the_ledger_paid_raises_an_alarm_where_the_backup_cancelled_it(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    refund = await recorded(data, "trip-1")
    older = backup(data, tmp_path / "backups")
    await acted(data, refund.key, Action.CANCEL)
    newer = backup(data, tmp_path / "backups")
    assert restore(data, older).returncode == 5
    await acted(data, refund.key, Action.SETTLE, Evidence(True, "the bank", "REF-9", "today"))
    ended = restore(data, newer)
    assert "does not continue this backup" in ended.stdout
    assert run("ledger", "accept-older", *WHY, "--data-dir", str(data), *WHERE).returncode == 0
    found, _ = await resumed(data, refund.key)
    assert (found.state, found.life.alarm) == (State.CANCELLED, True)
    assert "in the replaced ledger it was SETTLED_PAID" in found.life.why


async def test_a_ledger_that_this_account_may_not_read_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    ledger_path(data).chmod(0)
    ended = run_bound("restore", str(made), *WHY, "--data-dir", str(data), *WHERE)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "this account may not read and write" in ended.stderr
    assert not list(data.glob("*before-restore*"))


async def test_a_backup_with_a_foreign_journal_beside_it_is_restored_as_its_list_says(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    (made / "ledger.sqlite3-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\x01" * 600)
    before = (made / "ledger.sqlite3").read_bytes()
    assert restore(data, made).returncode == 0
    assert (made / "ledger.sqlite3").read_bytes() == before


async def test_without_room_for_it_nothing_is_restored(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    before = ledger_path(data).read_bytes()
    ended = without_room("restore", str(made), *WHY, "--data-dir", str(data), *WHERE)
    assert ended.returncode == 3
    assert "the backup was not restored (File too large" in ended.stderr
    assert ledger_path(data).read_bytes() == before
    assert not list(data.glob(".restore*"))
