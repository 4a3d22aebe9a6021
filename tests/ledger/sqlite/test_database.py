"""The database file: modes, pragmas, versions, and a true message for every failure."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from refund_tui.errors import StoreBusy, StoreChanged, StoreDamaged, StoreError, StoreFull, StoreUnusable
from refund_tui.store.sqlite.connection import Patience
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.schema import LEDGER
from tests.ledger.sqlite.small_schema import ONE, TWO, things
from tests.support.ledgers import ENDPOINT, NOW, all_events, history_at, ledger_at, named, new_refund
from tests.support.program import run, run_bound

REAL = {"REFUND_TUI_BASE_URL": "http://127.0.0.1:9", "REFUND_TUI_STORE_ID": "STORE-001"}


# How it is kept


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o077, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """Umasks that could change the mode."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize(("shared", "mode"), [(False, 0o600), (True, 0o660)])
def test_the_file_and_its_journal_have_their_mode_whatever_the_umask(
    path: Path, umask: int, shared: bool, mode: int
) -> None:
    with closing(Database.open(path, ONE, shared=shared)) as database, database.writing() as transaction:
        transaction.execute("INSERT INTO thing VALUES ('a')")
    assert {found.name: mode_of(found) for found in path.parent.iterdir()} == {
        "book.sqlite3": mode, "book.sqlite3-journal": mode,
    }  # fmt: skip


def test_what_makes_it_safe_is_set_for_writers_and_readers(older: Path) -> None:
    with closing(Database.open(older, ONE)) as writer:
        safe = "journal_mode synchronous foreign_keys recursive_triggers trusted_schema".split()
        assert [writer.pragma(name) for name in safe] == ["truncate", 2, 1, 1, 0]
        assert (writer.pragma("application_id"), writer.pragma("user_version")) == (77, 1)
    with closing(Database.read(older, ONE)) as reader:
        assert [reader.pragma(name) for name in ("query_only", "trusted_schema")] == [1, 0]
        with pytest.raises(StoreUnusable), reader.writing() as transaction:
            transaction.execute("INSERT INTO thing VALUES ('b')")


@pytest.mark.parametrize("deaf", ["journal_mode", "foreign_keys", "recursive_triggers", "trusted_schema"])
def test_a_sqlite_that_does_not_obey_is_not_trusted(older: Path, monkeypatch: pytest.MonkeyPatch, deaf: str) -> None:
    class Deaf(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            return super().execute("SELECT 1" if sql.startswith(f"PRAGMA {deaf} =") else sql, *values)

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, factory=Deaf, **kwargs))
    with pytest.raises(StoreUnusable, match=f"cannot be used safely: SQLite kept {deaf} at "):
        Database.open(older, ONE)


# What is ours


def contents(path: Path) -> dict[str, bytes]:
    return {found.name: found.read_bytes() for found in path.parent.iterdir()}


@pytest.mark.parametrize("make", ["nothing known of it", "a mark of its own", "our mark's twin without version"])
def test_a_strangers_file_is_refused_and_left_as_it_is(path: Path, make: str) -> None:
    with closing(sqlite3.connect(path)) as stranger:
        stranger.execute("CREATE TABLE theirs (a)")
        if make == "a mark of its own":
            stranger.execute("PRAGMA application_id = 78")
            stranger.execute("PRAGMA journal_mode = WAL")
        elif make == "our mark's twin without version":
            stranger.execute("PRAGMA user_version = 1")
    before = path.read_bytes()
    for look in (Database.open, Database.read):
        with pytest.raises(StoreUnusable, match="is not a book of this program; nothing was written"):
            look(path, ONE)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path: Path) -> None:
    path.write_bytes(b"a shopping list, by some mistake in this place " * 50)
    before = contents(path)
    for look in (Database.open, Database.read):
        with pytest.raises(StoreUnusable, match="damaged or of another kind"):
            look(path, ONE)
    assert contents(path) == before


def test_an_empty_file_is_made_ours_by_a_writer_and_told_by_a_reader(path: Path) -> None:
    path.touch()
    with pytest.raises(StoreUnusable, match="empty"):
        Database.read(path, ONE)
    Database.open(path, ONE).close()
    Database.read(path, ONE).close()


def test_a_newer_programs_file_is_refused(older: Path) -> None:
    Database.open(older, TWO).close()
    before = contents(older)
    for look in (Database.open, Database.read):
        with pytest.raises(StoreUnusable, match=r"newer program \(version 2, this one knows 1\).*install"):
            look(older, ONE)
    assert contents(older) == before


def test_a_file_with_an_impossible_version_is_told_as_damaged(older: Path) -> None:
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("PRAGMA user_version = -2147483647")
    before = contents(older)
    for look in (Database.open, Database.read):
        with pytest.raises(StoreDamaged, match=r"damaged \(its version is -2147483647\); nothing was written"):
            look(older, ONE)
    assert contents(older) == before


def test_a_program_that_was_open_while_a_newer_one_came_writes_nothing_more(older: Path) -> None:
    with closing(Database.open(older, ONE)) as database:
        Database.open(older, TWO).close()
        with pytest.raises(StoreUnusable, match="newer program"), database.writing():
            pytest.fail("a transaction began")


def test_what_is_not_there_is_told_and_not_made(path: Path) -> None:
    with pytest.raises(StoreUnusable, match="there is no book at"):
        Database.read(path, ONE)
    assert not path.exists()


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir()
    for look in (Database.open, Database.read):
        with pytest.raises(StoreUnusable, match="is a folder, not a file"):
            look(path, ONE)


def test_a_file_in_place_of_its_folder_is_told(path: Path) -> None:
    path.write_text("in the way")
    with pytest.raises(StoreUnusable, match="cannot be made"):
        Database.open(path / "ledger.sqlite3", ONE)


# What can go wrong while it is open


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every wait for a lock short."""
    monkeypatch.setattr(Patience, "USUAL", 1)


@pytest.mark.usefixtures("impatient")
def test_a_file_that_another_holds_too_long_is_told_and_is_free_again_later(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    refund = new_refund()
    with ledger_at(path) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy, match="held by another program; the refund was not taken, and no money moved"):
            ledger.record(refund, NOW, second_yes=False)
        with pytest.raises(StoreBusy):
            ledger.get(refund.key)
        other.execute("ROLLBACK")
        assert ledger.record(refund, NOW, second_yes=False) == refund


@pytest.mark.usefixtures("impatient")
def test_a_commit_that_a_reader_holds_up_too_long_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with ledger_at(path) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM refund").fetchone()
        refund = new_refund()
        with pytest.raises(StoreBusy, match="not taken"):
            ledger.record(refund, NOW, second_yes=False)
        reader.execute("COMMIT")
        assert ledger.get(refund.key) is None
        ledger.record(refund, NOW, second_yes=False)


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    database = Database.open(path, LEDGER)
    named(path, ENDPOINT)
    ledger = Ledger(database)
    ledger.record(new_refund(trip="before"), NOW, second_yes=False)
    with database.writing() as transaction:
        pages = transaction.execute("PRAGMA page_count").fetchone()[0]
        transaction.execute(f"PRAGMA max_page_count = {pages}")
    taken = 1
    with pytest.raises(StoreFull, match=r"no room on the disk .* the refund was not taken, and no money moved"):  # noqa: PT012
        for taken in itertools.count(1):
            ledger.record(new_refund(trip=f"trip-{taken}"), NOW, second_yes=False)
    with history_at(path) as history:
        assert history.last_seq() == taken
        assert len(all_events(path)) == taken
    with database.writing() as transaction:
        transaction.execute("PRAGMA max_page_count = 100000")
    ledger.record(new_refund(trip="after"), NOW, second_yes=False)
    ledger.close()


@pytest.mark.parametrize("how", ["replaced", "removed"])
def test_a_file_that_was_exchanged_is_neither_written_nor_believed(older: Path, how: str) -> None:
    with closing(Database.open(older, ONE)) as writer, closing(Database.read(older, ONE)) as reader:
        if how == "replaced":
            shutil.copy(older, older.with_name("restored"))
            older.with_name("restored").rename(older)
        else:
            older.unlink()
        with pytest.raises(StoreChanged, match="moved or replaced"), writer.writing():
            pytest.fail("a transaction began")
        with pytest.raises(StoreChanged):
            things(reader)


def test_a_reader_goes_on_while_a_writer_writes_and_sees_only_whole_changes(tmp_path: Path) -> None:
    path, stop = tmp_path / "ledger.sqlite3", threading.Event()
    failed: list[StoreError] = []
    with ledger_at(path) as ledger:

        def write() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                try:
                    ledger.record(new_refund(trip=f"trip-{number}"), NOW, second_yes=False)
                except StoreError as error:
                    failed.append(error)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            with history_at(path) as history:
                while history.last_seq() < 100:
                    assert thread.is_alive()
                    for event in all_events(path, max(0, history.last_seq() - 3)):
                        assert history.get(event.key or "") is not None
        finally:
            stop.set()
            thread.join(30)
    assert failed == []


def test_what_a_writer_killed_in_its_commit_left_is_cleared_up_by_a_reader(older: Path) -> None:
    code = (
        "import os, signal, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA journal_mode = TRUNCATE'); c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN IMMEDIATE');"
        "c.execute(\"UPDATE thing SET name = 'changed'\");"
        "[c.execute('INSERT INTO thing VALUES (hex(randomblob(5000)))') for _ in range(500)];"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    with closing(Database.read(older, ONE)) as reader:
        assert subprocess.run([sys.executable, "-c", code, str(older)], timeout=60, check=False).returncode == -9
        assert b"changed" in older.read_bytes(), "the file itself was already overwritten"
        assert things(reader) == [("kept",)]


# As an account that may not


def test_a_ledger_that_may_only_be_read_is_told(tmp_path: Path) -> None:
    assert run("resume", "--data-dir", str(tmp_path), **REAL).returncode == 0
    (tmp_path / "ledger.sqlite3").chmod(0o400)
    ended = run_bound("resume", "--data-dir", str(tmp_path), **REAL)
    assert ended.returncode == 3
    [line] = ended.stderr.splitlines()
    assert "cannot be written by this account; nothing was written" in line
    assert run_bound("history", "--data-dir", str(tmp_path)).returncode == 0


def test_a_folder_that_may_only_be_read_is_told_and_its_history_printed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with ledger_at(folder / "ledger.sqlite3") as ledger:
        ledger.record(new_refund(), NOW, second_yes=False)
    (folder / "ledger.sqlite3-journal").unlink()
    folder.chmod(0o500)
    try:
        ended = run_bound("resume", "--data-dir", str(folder), **REAL)
        told = run_bound("history", "--json", "--data-dir", str(folder))
    finally:
        folder.chmod(0o700)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert (told.returncode, told.stderr, told.stdout.count("\n")) == (0, "", 1)
