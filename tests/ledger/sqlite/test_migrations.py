"""An older file is copied and migrated completely, even if a process dies in between or many start at once."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.errors import StoreError, StoreUnusable
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.migrations import Schema
from tests.ledger.sqlite.small_schema import FIRST, ONE, SECOND, TWO, things
from tests.support.program import environment


def test_an_older_file_is_copied_and_brought_up_to_date(older: Path) -> None:
    with pytest.raises(StoreUnusable, match="older program"):
        Database.read(older, TWO)
    with closing(Database.open(older, TWO)) as database:
        assert things(database) == [("kept", 1)]
        assert [row["version"] for row in database.rows("SELECT version FROM migration")] == [1, 2]
        assert database.pragma("user_version") == 2
        with pytest.raises(StoreUnusable, match="it stays; for good"), database.writing() as transaction:
            transaction.execute("DELETE FROM thing")
    copy = older.with_name("book.before-2.sqlite3")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(Database.read(copy, ONE)) as before:
        assert things(before) == [("kept",)]


def test_a_step_that_fails_changes_nothing(older: Path) -> None:
    broken = Schema("book", 77, ((FIRST,), (SECOND + "CREATE TABLE thing (twice TEXT);\n",)))
    with pytest.raises(StoreUnusable, match="already exists"):
        Database.open(older, broken)
    with closing(Database.read(older, ONE)) as database:
        assert things(database) == [("kept",)]


_KILLED = """
import os, signal, sys
from pathlib import Path
from refund_tui.store.sqlite import database
from refund_tui.store.sqlite.migrations import Schema
from tests.ledger.sqlite.small_schema import FIRST, SECOND
def dying(*args, connect=database.connect):
    connection = connect(*args)
    connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
    return connection
database.connect = dying
large = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)" \
    " INSERT INTO thing (name) SELECT hex(randomblob(500)) FROM n;\\nUPDATE thing SET name = name || 'x';\\n"
database.Database.open(Path(sys.argv[1]), Schema("book", 77, ((FIRST,), (SECOND + large + "SELECT die();\\n",))))
"""


def test_killed_in_a_migration_the_next_start_finishes_it(older: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(older)], env=environment(), timeout=60, check=False)
    assert ended.returncode == -9
    assert older.stat().st_size > 1_000_000, "it died with pages already on disk"
    assert older.with_name("book.sqlite3-journal").stat().st_size > 0
    with closing(Database.read(older, ONE)) as database:
        assert things(database) == [("kept",)]
        assert database.pragma("integrity_check") == "ok"
    with closing(Database.open(older, TWO)) as database:
        assert things(database) == [("kept", 1)]
    with closing(Database.read(older.with_name("book.before-2.sqlite3"), ONE)) as before:
        assert things(before) == [("kept",)]


def test_a_copy_that_an_earlier_start_left_half_made_is_made_anew(older: Path) -> None:
    for name in ("book.before-2.sqlite3", "book.before-2.sqlite3-journal"):
        older.with_name(name).write_bytes(b"half a copy" * 1000)
    Database.open(older, TWO).close()
    with closing(Database.read(older.with_name("book.before-2.sqlite3"), ONE)) as before:
        assert things(before) == [("kept",)]


@pytest.mark.parametrize("kind", [ONE, TWO])
def test_many_programs_that_start_at_once_migrate_once(older: Path, path: Path, kind: Schema) -> None:
    barrier, failed = threading.Barrier(6, timeout=20), list[StoreError]()

    def start() -> None:
        barrier.wait()
        try:
            Database.open(path, kind).close()
        except StoreError as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    with closing(Database.read(path, kind)) as database:
        assert len(database.rows("SELECT * FROM migration")) == len(kind.steps)
