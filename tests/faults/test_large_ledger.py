"""A ledger that is too large for one check is checked in short reads: damage is found, and no commit waits."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from refund_tui.desk.news import Trouble
from refund_tui.errors import StoreBusy, StoreDamaged
from refund_tui.host.paths import ledger_path
from refund_tui.store.sqlite import migrations
from refund_tui.store.sqlite.damage import QUICK_BYTES, full_look
from refund_tui.store.sqlite.migrations import copy_to
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.walk import walk
from tests.support.crowd import crowd
from tests.support.damage import damage
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.program import limited
from tests.support.service import ScriptedService

REFUNDS = 6_500
LONGEST_COMMIT = 1.0
"""The most seconds that a commit may wait during the check, on a shared machine."""

_COMMITS = """
import sqlite3, sys, threading, time
ended, longest, number = threading.Event(), 0.0, 0
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("PRAGMA journal_mode = TRUNCATE")
connection.execute("PRAGMA synchronous = OFF")
version = connection.execute("PRAGMA user_version").fetchone()[0]
while not ended.is_set():
    began = time.monotonic()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("COMMIT")
    longest, number = max(longest, time.monotonic() - began), number + 1
    if number == 1:
        print("begun", flush=True)
    ended.wait(float(sys.argv[2]))
print(number, longest)
"""


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A data folder with a ledger that is too large for SQLite's quick check."""
    ledger = ledger_path(crowd(10, REFUNDS))
    for path in (ledger, ledger.with_suffix(".mark")):
        shutil.copy(path, tmp_path)
    assert ledger_path(tmp_path).stat().st_size > QUICK_BYTES
    return tmp_path


def spoil(ledger: Path, kind: int) -> None:
    """Fill a page in the middle with zeros, like a lost sector. `kind` is the first byte of the page."""
    with closing(sqlite3.connect(ledger)) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(ledger.read_bytes())
    place = next(at for at in range(len(content) // 2 // size * size, len(content), size) if content[at] == kind)
    content[place : place + size] = bytes(size)
    ledger.write_bytes(content)


@contextmanager
def commits(ledger: Path, every: float = 0.005) -> Iterator[list[float]]:
    """Another process that commits all the time. At the end, the number of commits and the longest one in seconds."""
    told: list[float] = []
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(
            [sys.executable, "-c", _COMMITS, str(ledger), str(every)], stdin=pipe, stdout=pipe, text=True
        ) as other,
        limited(other),
    ):
        assert other.stdout is not None
        assert other.stdout.readline() == "begun\n"
        yield told
        told.extend(map(float, other.communicate()[0].split()))


@pytest.mark.parametrize("kind", [13, 10], ids=["a table's page", "an index's page"])
async def test_damage_in_the_middle_is_found_while_another_process_commits(large: Path, kind: int) -> None:
    spoil(ledger_path(large), kind)
    with commits(ledger_path(large)) as told:
        async with desk_over(large, ScriptedService()) as desk:
            ears = Ears(desk)
            desk.begin()
            await ears.until_news(Trouble, "is damaged (")
            with pytest.raises(StoreDamaged, match="Nothing is sent"):
                await desk.take(intent(900), second_yes=True)
    number, longest = told
    assert number > 10
    assert longest < LONGEST_COMMIT


def test_a_sound_ledger_is_walked_to_its_end_and_each_read_is_followed_by_a_pause(large: Path) -> None:
    rests: list[float] = []

    def pause(seconds: float) -> bool:
        rests.append(seconds)
        return False

    with commits(ledger_path(large)) as told:
        found = walk(ledger_path(large), LEDGER, pause)
    assert (found.whole, found.rows) == ([], ())
    assert len(rests) > REFUNDS / 500
    assert told[1] < LONGEST_COMMIT


def test_the_full_check_of_the_doctor_holds_no_commit_up_either(
    large: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with commits(ledger_path(large), every=0.5) as told:
        found = full_look(ledger_path(large), LEDGER, tmp_path_factory.mktemp("scratch"))
    assert (found.whole, found.rows) == ((), ())
    assert told[1] < LONGEST_COMMIT


def test_a_copy_that_would_begin_anew_for_ever_is_given_up(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "STEP", 1)
    monkeypatch.setattr(migrations, "BEGUN_ANEW", 3)
    with commits(ledger_path(large), every=0.0), pytest.raises(StoreBusy, match="written too often"):
        copy_to(ledger_path(large), tmp_path / "copy", in_short_reads=True)


def test_a_row_that_an_index_lacks_is_found(large: Path) -> None:
    with closing(sqlite3.connect(ledger_path(large), isolation_level=None)) as connection:
        connection.executescript(
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_schema SET sql = sql || ' WHERE id <> 3000' WHERE name = 'refund_trip';"
            "PRAGMA writable_schema = RESET; REINDEX refund_trip; PRAGMA writable_schema = ON;"
            "UPDATE sqlite_schema SET sql = replace(sql, ' WHERE id <> 3000', '') WHERE name = 'refund_trip'"
        )
    assert walk(ledger_path(large), LEDGER, lambda _seconds: False).whole == ["row 3000 missing from index refund_trip"]


def test_it_ends_as_soon_as_it_is_told(large: Path) -> None:
    asked: list[float] = []

    def pause(seconds: float) -> bool:
        asked.append(seconds)
        return len(asked) == 3

    walk(ledger_path(large), LEDGER, pause)
    assert len(asked) == 3


def test_it_waits_for_a_lock_and_goes_on(large: Path) -> None:
    assert damage(ledger_path(large), "UPDATE refund SET reason = 'NONE' WHERE id = 5000") == 1
    with closing(sqlite3.connect(ledger_path(large), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        def pause(_seconds: float) -> bool:
            if other.in_transaction:
                other.execute("ROLLBACK")
            return False

        found = walk(ledger_path(large), LEDGER, pause)
    assert list(found.refunds) == ["5000"]
    assert found.rows == ("refund 5000: reason holds 'NONE'",)


async def test_a_damaged_refund_that_is_not_open_is_counted_and_the_others_go_on(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService()) as desk:
        desk.begin()
        paid = await desk.take(intent(100))
        await desk.drain()
        assert desk.damaged == 0
    assert damage(ledger_path(tmp_path), "UPDATE refund SET reason = 'NONE' WHERE key = ?", paid.key) == 1
    async with desk_over(tmp_path, ScriptedService()) as desk:
        ears = Ears(desk)
        desk.begin()

        async def counted() -> bool:
            return desk.damaged == 1 and ears.has(Trouble)

        await ears.until(counted)
        await desk.take(intent(100, trip="another"))
        await desk.drain()
