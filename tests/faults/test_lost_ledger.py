"""Every command reports a ledger that is lost, cut, changed or damaged, and no refund is sent from it."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.core.refunds import State
from refund_tui.desk.news import Trouble
from refund_tui.errors import StoreBusy, StoreChanged, StoreUnusable
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.store.sqlite.connection import Patience
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.program import run
from tests.support.service import ScriptedService

COMMANDS = (["history"], ["history", "--json"], ["doctor", "--offline"], ["resume", "--no-wait"])
LEDGER_COMMANDS = (["ledger", "show"], ["ledger", "open-gate", "--because", "x"])


async def filled(folder: Path, count: int = 3) -> None:
    """A ledger with some refunds that wait to be sent."""
    async with desk_over(folder, ScriptedService()) as desk:
        for number in range(count):
            await desk.take(intent(100 + number), second_yes=True)


def told_by(command: list[str], folder: Path) -> tuple[int, str]:
    """The exit code of a command, and all its output."""
    ended = run(*command, "--data-dir", str(folder), "--base-url", "http://127.0.0.1:9", "--store-id", "STORE-001")
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stdout + ended.stderr


def gone(ledger: Path) -> None:
    ledger.unlink()


def emptied(ledger: Path) -> None:
    ledger.write_bytes(b"")


def folder_gone(ledger: Path) -> None:
    shutil.rmtree(ledger.parent)


@pytest.mark.parametrize("lose", [gone, emptied, folder_gone])
async def test_a_lost_ledger_is_told_by_every_command_and_not_begun_anew(
    tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    folder = tmp_path / "data"
    await filled(folder)
    lose(ledger_path(folder))
    for command in (*COMMANDS, *LEDGER_COMMANDS):
        code, said = await asyncio.to_thread(told_by, command, folder)
        assert code == (1 if command[0] == "doctor" else 3), (command, said)
        assert "is missing or empty, but 4 changes were recorded in it" in said
    with pytest.raises(StoreChanged, match="no new ledger is made"):
        async with desk_over(folder, ScriptedService()):
            pass
    assert not ledger_path(folder).exists() or ledger_path(folder).stat().st_size == 0


async def test_without_any_mark_there_was_no_refund_yet(tmp_path: Path) -> None:
    code, said = await asyncio.to_thread(told_by, ["history"], tmp_path)
    assert (code, "no refund was made here yet" in said) == (0, True)


def execute(ledger: Path, sql: str) -> None:
    """Run statements as the sqlite3 shell does."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.executescript(sql)


MUTILATIONS = {
    "DROP TRIGGER event_kept": "the trigger event_kept is missing",
    "DROP INDEX refund_trip": "the index refund_trip is missing",
    "DROP TABLE draft": "the table draft is missing",
    "DROP TRIGGER refund_kept; CREATE TRIGGER refund_kept BEFORE DELETE ON refund BEGIN SELECT 1; END": "is altered",
    "CREATE TRIGGER other AFTER INSERT ON event BEGIN SELECT 1; END": "the trigger other is not this program's",
    "ALTER TABLE refund ADD COLUMN more TEXT": "the table refund is altered",
}


@pytest.mark.parametrize("sql", MUTILATIONS)
async def test_a_mutilated_ledger_is_told_by_every_command_and_nothing_is_sent(tmp_path: Path, sql: str) -> None:
    await filled(tmp_path)
    execute(ledger_path(tmp_path), sql)
    for command in COMMANDS:
        code, said = await asyncio.to_thread(told_by, command, tmp_path)
        assert code == (1 if command[0] == "doctor" else 3), (command, said)
        assert MUTILATIONS[sql] in said
    with pytest.raises(StoreUnusable, match="put a good copy in its place"):
        async with desk_over(tmp_path, ScriptedService()):
            pass


async def test_an_index_more_does_no_harm(tmp_path: Path) -> None:
    await filled(tmp_path)
    execute(ledger_path(tmp_path), "CREATE INDEX mine ON refund (note); ANALYZE")
    async with desk_over(tmp_path, ScriptedService()) as desk:
        assert desk.summary[State.QUEUED] == 3


@pytest.mark.parametrize("emptied", [False, True])
async def test_mutilated_while_it_is_open_nothing_more_is_written(tmp_path: Path, *, emptied: bool) -> None:
    await filled(tmp_path)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        if emptied:
            ledger_path(tmp_path).write_bytes(b"")
        else:
            execute(ledger_path(tmp_path), "DROP TRIGGER event_kept")
        with pytest.raises(StoreUnusable, match="is damaged"):
            await desk.take(intent(900), second_yes=True)


def flip(ledger: Path, table: str) -> None:
    """Damage the page where a table begins, so that SQLite finds it malformed."""
    with closing(sqlite3.connect(ledger)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with ledger.open("r+b") as file:
        file.seek((page - 1) * size + 5)  # where its content begins
        file.write(b"\x00\x09")


async def test_flipped_bits_are_found_behind_the_start_and_stop_sending(tmp_path: Path) -> None:
    await filled(tmp_path)
    flip(ledger_path(tmp_path), "draft")
    service = ScriptedService()
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        desk.begin()
        await ears.until_news(Trouble, "is damaged (")
        with pytest.raises(StoreUnusable, match="Nothing is sent"):
            await desk.take(intent(900), second_yes=True)
    for command in COMMANDS:
        code, told = await asyncio.to_thread(told_by, command, tmp_path)
        assert code == (1 if command[0] == "doctor" else 3), (command, told)


async def test_an_index_that_lacks_a_row_is_found_by_the_doctor(tmp_path: Path) -> None:
    await filled(tmp_path)
    ledger = ledger_path(tmp_path)
    execute(
        ledger,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = sql || ' WHERE minor < 102' WHERE name = 'refund_trip';"
        "PRAGMA writable_schema = RESET; REINDEX refund_trip; PRAGMA writable_schema = ON;"
        "UPDATE sqlite_schema SET sql = replace(sql, ' WHERE minor < 102', '') WHERE name = 'refund_trip'",
    )
    code, said = await asyncio.to_thread(told_by, ["doctor", "--offline"], tmp_path)
    assert code == 1
    assert "missing from index refund_trip" in said


async def test_the_doctor_is_content_with_a_sound_ledger_and_changes_nothing(tmp_path: Path) -> None:
    await filled(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code, said = await asyncio.to_thread(told_by, ["doctor", "--offline"], tmp_path)
    assert (code, "SQLite finds no damage" in said, "FAIL" in said) == (0, True, False)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


async def test_an_older_copy_is_read_by_history_which_says_so_by_its_exit_code(tmp_path: Path) -> None:
    await filled(tmp_path, 1)
    backup = tmp_path / "backup"
    shutil.copyfile(ledger_path(tmp_path), backup)
    await filled(tmp_path, 2)
    shutil.copyfile(backup, ledger_path(tmp_path))
    ended = await asyncio.to_thread(run, "history", "--data-dir", str(tmp_path))
    assert ended.returncode == 3
    assert len(ended.stdout.splitlines()) == 1
    assert "older copy of the ledger" in ended.stderr
    code, said = await asyncio.to_thread(told_by, ["doctor", "--offline"], tmp_path)
    assert (code, "older copy of the ledger" in said) == (1, True)
    for command in (["resume", "--no-wait"], *LEDGER_COMMANDS):
        code, _ = await asyncio.to_thread(told_by, command, tmp_path)
        assert code == 3


async def test_with_a_mark_that_cannot_be_read_the_history_is_still_printed(tmp_path: Path) -> None:
    await filled(tmp_path, 1)
    ledger_path(tmp_path).with_suffix(".mark").write_bytes(b"?")
    ended = await asyncio.to_thread(run, "history", "--data-dir", str(tmp_path))
    assert (ended.returncode, len(ended.stdout.splitlines())) == (3, 1)
    assert "high-water mark" in ended.stderr


def cut_short(trips: Path) -> None:
    trips.write_bytes(trips.read_bytes()[:5_000])


def no_words(trips: Path) -> None:
    execute(trips, "DROP TABLE word")


def a_stranger(trips: Path) -> None:
    trips.write_bytes(b"these are no trips" * 1_000)


@pytest.mark.parametrize("damage", [cut_short, no_words, a_stranger])
async def test_damaged_trips_hold_no_refund_up_and_the_advice_is_to_import_them_again(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    await filled(tmp_path, 1)
    damage(trips_path(tmp_path))
    service = ScriptedService()
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        desk.begin()
        [waiting] = await desk.history.of_trip("STORE-001", intent().trip_id)
        await ears.until_state(waiting.key, State.ACCEPTED)
        await ears.until_news(Trouble, "trips import")
        with pytest.raises(StoreUnusable, match="trips import"):
            await desk.take(intent(900), second_yes=True)
    code, told = await asyncio.to_thread(told_by, ["doctor", "--offline"], tmp_path)
    assert (code, "trips import" in told) == (1, True)
    code, told = await asyncio.to_thread(told_by, ["trips", "import", "-"], tmp_path)
    assert (code, "trips import" in told) == (3, True)


async def test_a_ledger_that_is_only_held_by_another_program_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Patience, "USUAL", 1)
    await filled(tmp_path)
    service = ScriptedService()
    async with desk_over(tmp_path, service) as desk:
        with closing(sqlite3.connect(ledger_path(tmp_path), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StoreBusy):
                await desk.files.examine()
            other.execute("ROLLBACK")
        await desk.take(intent(900), second_yes=True)
