"""The desk's files: none stays open after a failed opening, and a file that can be read again is announced."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from refund_tui.desk.news import Elsewhere, Trouble
from refund_tui.errors import StoreError
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.store.sqlite.connection import connect
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.migrations import copy_to
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.walk import walk
from tests.support.desks import desk_over
from tests.support.ears import Ears
from tests.support.ledgers import locked
from tests.support.patience import soon
from tests.support.service import ScriptedService


class Counted(sqlite3.Connection):
    """A connection that is counted while it is open."""

    open_now = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        Counted.open_now += 1

    def close(self) -> None:
        super().close()
        Counted.open_now -= 1


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(Counted, "open_now", 0)
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, factory=Counted, **kwargs))


async def test_a_desk_closes_all_it_opened(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService()):
        assert Counted.open_now == 3
    assert Counted.open_now == 0


async def test_a_desk_that_cannot_open_a_later_file_leaves_none_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreError("the history cannot be read")

    monkeypatch.setattr(History, "open", fails)
    with pytest.raises(StoreError, match="history"):
        async with desk_over(tmp_path, ScriptedService()):
            pytest.fail("the desk opened")
    assert Counted.open_now == 0


async def test_trips_that_cannot_be_opened_leave_the_other_files_open_and_are_closed(tmp_path: Path) -> None:
    trips_path(tmp_path).write_bytes(b"no database at all " * 100)
    async with desk_over(tmp_path, ScriptedService()):
        assert Counted.open_now == 2
    assert Counted.open_now == 0


async def test_a_file_that_is_opened_while_nobody_waits_any_more_is_closed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), threading.Event()
    loop, connect = asyncio.get_running_loop(), sqlite3.connect

    def slow(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(20)
        opened: sqlite3.Connection = connect(*args, **kwargs)
        return opened

    monkeypatch.setattr(sqlite3, "connect", slow)

    async def open_desk() -> None:
        async with desk_over(tmp_path, ScriptedService()):
            pytest.fail("the desk opened")

    opening = asyncio.create_task(open_desk())
    await soon(begun.wait())
    opening.cancel()
    loop.call_soon(go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await soon(opening)
    gc.collect()
    assert Counted.open_now == 0


async def test_a_ledger_that_can_be_read_again_is_news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody wrote meanwhile, but a screen must now read what it could not read before."""
    monkeypatch.setattr("refund_tui.desk.watch.WATCH", 0.01)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        ears = Ears(desk)

        desk.begin()
        with locked(tmp_path):
            await ears.until_news(Trouble)
        assert not ears.has(Elsewhere)
        await ears.until_news(Elsewhere)


def test_a_search_for_damage_that_is_ended_at_any_pause_leaves_nothing_open(tmp_path: Path) -> None:
    path = ledger_path(tmp_path)
    Ledger.open(path).close()
    for pauses in range(6):
        left = [False] * pauses

        def ended(_seconds: float, left: list[bool] = left) -> bool:
            return left.pop() if left else True

        walk(path, LEDGER, ended)
        assert Counted.open_now == 0


def test_a_copy_whose_target_cannot_be_opened_leaves_its_source_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ledger_path(tmp_path)
    Ledger.open(path).close()

    def only_reads(path: Path, mode: str) -> sqlite3.Connection:
        if mode == "rw":
            raise sqlite3.OperationalError("unable to open database file")
        return connect(path, mode)

    monkeypatch.setattr("refund_tui.store.sqlite.migrations.connect", only_reads)
    with pytest.raises(sqlite3.OperationalError):
        copy_to(path, tmp_path / "copy.sqlite3")
    assert Counted.open_now == 0
