"""A small file of ours for the tests of how files are kept and brought up to date."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.store.sqlite.database import Database
from tests.ledger.sqlite.small_schema import ONE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where it is, once it is made."""
    return tmp_path / "book.sqlite3"


@pytest.fixture
def older(path: Path) -> Path:
    """A file of version 1 with something in it."""
    with closing(Database.open(path, ONE)) as database, database.writing() as transaction:
        transaction.execute("INSERT INTO thing VALUES ('kept')")
    return path
