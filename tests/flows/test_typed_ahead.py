"""Keys typed ahead are all taken, or all dropped with an announcement."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual._context import active_app
from textual.events import Key
from textual.widgets import Input

from refund_tui.core.rules import TripBalance
from refund_tui.desk.desk import Desk
from tests.flows.stage import program
from tests.support.patience import PATIENCE, soon


async def test_a_partly_typed_amount_is_never_taken_on_a_slow_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.tui.terminal.key_queue.KEY_TIMEOUT", 0.2)
    async with program(tmp_path) as stage:
        await stage.press("R-1002")
        await stage.until("1 trip")
        disk, balance = asyncio.Event(), stage.desk.trips.balance

        async def busy(store_id: str, trip_id: str) -> TripBalance:
            await soon(disk.wait())
            return await balance(store_id, trip_id)

        monkeypatch.setattr(stage.desk.trips, "balance", busy)
        for key, character in (("enter", "\r"), ("1", "1"), ("6", "6")):
            stage.pilot.app.post_message(Key(key, character))
        async with asyncio.timeout(PATIENCE):
            while not stage.shows("2 keys typed ahead were dropped"):  # Textual's pilot would wait for the disk
                await asyncio.sleep(0.02)
        disk.set()
        await stage.until("of 13.79 EUR left")
        await stage.press("f10")
        await stage.until("amount: type the amount")


async def test_what_is_typed_before_the_files_are_open_is_kept_by_the_next_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_files = Desk.open

    async def with_keys_before(desk: Desk) -> None:
        active_app.get().query_one("#search", Input).insert_text_at_cursor("R-10")
        await open_files(desk)

    monkeypatch.setattr(Desk, "open", with_keys_before)
    async with program(tmp_path) as stage:
        await stage.press("02")
        await stage.until("1 trip")
        assert "R-1002" in stage.text


async def test_keys_that_are_pressed_while_the_terminal_is_too_small_do_nothing_and_it_is_said(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("2.00")
        await stage.pilot.resize_terminal(40, 10)
        await stage.until("too small")
        assert "Only ^Q is heard: it quits" in " ".join(stage.text.split())
        await stage.press("5", "f4", "tab")
        await stage.pilot.resize_terminal(80, 24)
        await stage.until("3 keys did nothing while the terminal was too small")
        assert stage.pilot.app.query_one("#amount", Input).value == "2.00"
        assert not stage.shows("No refunds")
        await stage.press("1")
        assert stage.pilot.app.query_one("#amount", Input).value == "2.001"


async def test_a_terminal_that_is_too_small_can_be_left(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.pilot.resize_terminal(40, 10)
        await stage.until("too small")
        await stage.press("ctrl+q")
        assert stage.pilot.app.return_code == 0
