"""A bad disk flips bits of a ledger: `verify` names the damage, or the bit is free; it always ends, without a crash."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.errors import StoreError
from refund_tui.host.paths import ledger_path
from refund_tui.payments.body import build_body
from refund_tui.store.sqlite.evidence import COLUMNS
from refund_tui.store.sqlite.verify import verify
from tests.support.crowd import build
from tests.support.program import run

ANYWHERE, OF_KEYS = 300, 100
"""How many bits are flipped anywhere in the file, and how many in a copy of a key."""

LAST_KEY = "SELECT max(key) FROM refund"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crowd") / "data"
    build(folder, 1, 12)
    return ledger_path(folder)


def flips(raw: bytes, keys: list[str]) -> Iterator[tuple[int, int]]:
    """Places in the file, each with the bit that is flipped. The highest bit of a letter makes it no text any more."""
    chance = random.Random(5)
    for _ in range(ANYWHERE):
        yield chance.randrange(len(raw)), 1 << chance.randrange(8)
    places = [at for key in keys for at in copies(raw, key)]
    for _ in range(OF_KEYS):
        yield chance.choice(places) + chance.randrange(36), 0x80


def copies(raw: bytes, key: str) -> list[int]:
    return [found.start() for found in re.finditer(key.encode(), raw)]


def evidence_in(path: Path) -> list[object]:
    """All rows that events record, read without an index."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        tables = {**COLUMNS, "event": ("*",)}
        rows = (connection.execute(f"SELECT {', '.join(tables[name])} FROM {name} NOT INDEXED") for name in tables)
        return [sorted(found, key=repr) for found in rows]


def test_a_flipped_bit_never_ends_the_check_in_a_crash_and_never_stays_unnoticed(
    pristine: Path, tmp_path: Path
) -> None:
    raw, here = pristine.read_bytes(), tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(pristine)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM refund")]
    unaltered = evidence_in(pristine)
    for place, bit in flips(raw, keys):
        here.write_bytes(raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :])
        try:
            problems = verify(here, build_body, lambda _done, _total: None).problems
        except StoreError:
            continue
        assert problems or evidence_in(here) == unaltered, f"bit {bit:#x} of byte {place}"


def test_the_command_ends_with_a_sentence_if_a_key_is_no_text(pristine: Path, tmp_path: Path) -> None:
    """In each copy of a key: of the refund, of its events, of its attempt, and of their indexes."""
    raw, folder = pristine.read_bytes(), tmp_path / "data"
    folder.mkdir()
    with closing(sqlite3.connect(pristine)) as connection:
        (key,) = connection.execute(LAST_KEY).fetchone()
    altered = re.sub(rb"(?<!refundRequestId\":\")" + key.encode(), b"\xff" + key[1:].encode(), raw)
    ledger_path(folder).write_bytes(altered)
    ended = run("verify", "--data-dir", str(folder), "--base-url", "http://127.0.0.1:9")
    assert ended.returncode == 1
    assert "DOES NOT FIT" in ended.stdout
    assert "no event says that it was recorded" in ended.stderr or "does not follow" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_check_ends_if_the_rows_of_an_index_are_out_of_order(pristine: Path, tmp_path: Path) -> None:
    """The last key of the events' index becomes the first, so that each page after it would be the same page again."""
    raw, here = bytearray(pristine.read_bytes()), tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(pristine)) as connection:
        (key,) = connection.execute(LAST_KEY).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'event_key'").fetchone()
    page = slice((root - 1) * size, root * size)
    assert raw[page].count(key.encode()) == 3
    raw[page] = raw[page].replace(key.encode(), b"0" + key[1:].encode())
    here.write_bytes(raw)
    with pytest.raises(StoreError, match="out of order"):
        verify(here, build_body, lambda _done, _total: None)
