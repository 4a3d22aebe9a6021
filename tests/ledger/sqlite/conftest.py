"""A small database file for the tests of opening and migrating files."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.store.sqlite.database import Database
from tests.ledger.sqlite.small_schema import ONE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of the file, which does not exist yet."""
    return tmp_path / "book.sqlite3"


@pytest.fixture
def older(path: Path) -> Path:
    """A file of version 1 with something in it."""
    with closing(Database.open(path, ONE)) as database, database.writing() as transaction:
        transaction.execute("INSERT INTO thing VALUES ('kept')")
    return path
