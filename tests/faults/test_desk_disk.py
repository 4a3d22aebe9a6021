"""Faults of the disk, seen at the desk: each ends in a sentence, nothing unrecorded is sent, nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from refund_tui.core.outcomes import Accepted, Answer, Outcome
from refund_tui.core.refunds import State
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Trouble, Unsaved
from refund_tui.errors import StoreBusy, StoreChanged, StoreFull, StoreUnusable
from refund_tui.host.paths import ledger_path
from tests.support.clock import FakeClock
from tests.support.desks import desk_over, intent, other_process
from tests.support.ears import Ears
from tests.support.ledgers import connection_of
from tests.support.service import ScriptedService

LONG_ANSWER = Accepted(Answer(200, "accepted", raw="x" * 4_000), "REC7")
NO_MORE = 1


async def pragma(desk: Desk, setting: str) -> None:
    """Make the ledger's connection fail: it cannot write any more, or cannot grow, as on a full disk."""
    await desk.files.write(lambda ledger: connection_of(ledger).execute(f"PRAGMA {setting}"))


async def room(desk: Desk, pages: int) -> None:
    """Remove the free pages of the ledger's file, and limit its growth to so many pages."""
    script = f"VACUUM; PRAGMA max_page_count = {pages}"
    await desk.files.write(lambda ledger: connection_of(ledger).executescript(script))


async def fill(desk: Desk) -> None:
    """Fill the free pages of the file, then let it not grow."""
    await room(desk, NO_MORE)
    for _ in range(200):
        try:
            await desk.take(intent(1, trip="filler"), second_yes=True)
        except StoreFull:
            return
    raise AssertionError("the disk never filled")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_tui.desk.sender.AGAIN", 0.01)
    monkeypatch.setattr("refund_tui.desk.desk.GRACE", 0.05)


async def test_full_at_the_intent_nothing_is_recorded_and_nothing_is_sent(tmp_path: Path) -> None:
    service = ScriptedService()
    async with desk_over(tmp_path, service) as desk:
        await fill(desk)
        with pytest.raises(StoreFull, match="no room"):
            await desk.take(intent(note="n" * 200))
        balance = await desk.trips.balance(intent().store_id, intent().trip_id)
        assert balance.refunds == ()
        assert service.requests == []


async def test_unwritable_at_the_attempt_nothing_is_sent_until_it_can_be_recorded(tmp_path: Path) -> None:
    service = ScriptedService()
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        refund = await desk.take(intent())
        await pragma(desk, "query_only = 1")
        desk.begin()
        await ears.until_news(Trouble)
        assert service.requests == []
        await pragma(desk, "query_only = 0")
        desk.wake()
        await ears.until_state(refund.key, State.ACCEPTED)


async def test_full_at_the_result_of_a_yes_then_a_crash_it_is_recovered_as_accepted(tmp_path: Path) -> None:
    clock, dead = FakeClock(), other_process()
    service = ScriptedService()

    async def fill_then_answer(_body: bytes) -> Outcome:
        await room(desk, NO_MORE)
        return LONG_ANSWER

    service.script.append(fill_then_answer)
    async with desk_over(tmp_path, service, clock=clock, holder=dead) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_news(Unsaved)
        assert "accepted, not saved" in desk.unsaved[refund.key]
    again = ScriptedService(LONG_ANSWER)
    async with desk_over(tmp_path, again, clock=clock, alive=lambda holder: holder != dead) as desk:
        ears = Ears(desk)
        desk.begin()
        doubted = await ears.until_state(refund.key, State.WAITING)
        assert doubted.life.maybe_executed
        clock.advance(10)
        desk.wake()
        done = await ears.until_state(refund.key, State.ACCEPTED)
    assert done.life.reconciliation_id == "REC7"
    assert again.requests == service.requests == [refund.body]


async def test_locked_for_longer_than_we_wait_says_so_and_nothing_is_lost(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService()) as desk:
        desk.hurry()
        other = sqlite3.connect(ledger_path(tmp_path), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            await desk.take(intent())
        other.execute("ROLLBACK")
        other.close()
        refund = await desk.take(intent())
        assert refund.state is State.QUEUED


async def test_replaced_while_open_nothing_more_is_written_or_sent(tmp_path: Path) -> None:
    service = ScriptedService()
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        await desk.take(intent())
        ledger, copy = ledger_path(tmp_path), tmp_path / "copy"
        shutil.copy(ledger, copy)
        copy.replace(ledger)
        with pytest.raises(StoreChanged):
            await desk.take(intent(700))
        desk.begin()
        await ears.until_news(Trouble, "replaced")
        assert service.requests == []


async def test_an_older_backup_put_back_while_a_refund_is_on_the_wire_is_said_and_its_answer_kept(
    tmp_path: Path,
) -> None:
    service, ledger, backup = ScriptedService(), ledger_path(tmp_path), tmp_path / "backup"

    async def put_back(_body: bytes) -> Outcome:
        backup.replace(ledger)
        return LONG_ANSWER

    service.script.append(put_back)
    async with desk_over(tmp_path, service) as desk:
        shutil.copy(ledger, backup)
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_news(Unsaved)
        assert "accepted, not saved" in desk.unsaved[refund.key]
        assert "replaced" in desk.unsaved[refund.key]


async def test_a_newer_program_s_ledger_is_refused_untouched(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService()):
        pass
    newer = sqlite3.connect(ledger_path(tmp_path))
    newer.execute("PRAGMA user_version = 999")
    newer.close()
    before = ledger_path(tmp_path).read_bytes()
    with pytest.raises(StoreUnusable, match="newer"):
        async with desk_over(tmp_path, ScriptedService()):
            pass
    assert ledger_path(tmp_path).read_bytes() == before


async def test_an_older_backup_put_back_between_two_runs_is_refused_and_the_newer_one_is_taken_again(
    tmp_path: Path,
) -> None:
    ledger, backup, newer = ledger_path(tmp_path), tmp_path / "backup", tmp_path / "newer"
    async with desk_over(tmp_path, ScriptedService()) as desk:
        await desk.take(intent())
    shutil.copy(ledger, backup)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        await desk.take(intent(700), second_yes=True)
    shutil.copy(ledger, newer)
    backup.replace(ledger)
    with pytest.raises(StoreChanged, match=r"older copy .* may have been paid"):
        async with desk_over(tmp_path, ScriptedService()):
            pass
    newer.replace(ledger)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        assert len((await desk.trips.balance(intent().store_id, intent().trip_id)).refunds) == 2
