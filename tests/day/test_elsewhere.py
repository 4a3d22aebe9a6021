"""When another process changes the ledger, every screen shows the change within two seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import pytest

from refund_tui.core.refunds import Action
from tests.day.colleague import colleague
from tests.day.oracle import untruths
from tests.day.seen import Screen
from tests.day.truth import Truth
from tests.flows.stage import FORBIDDEN, SIZE, Stage, program
from tests.support.clock import NOON
from tests.support.patience import PATIENCE

WITHIN = 2.0
"""The most seconds until every screen shows a change of the ledger."""

HERE = ("STORE-001",)


def looked_at(stage: Stage, folder: Path, typed: Collection[str] = (), *, fields_are_typed: bool = False) -> Screen:
    """The present screen, with the present data on disk."""
    truth = Truth.read(folder, stage.desk.settings.zone)
    return Screen(stage.text, truth, stage.clock.at, {*HERE, *typed}, fields_are_typed)


async def agreed(stage: Stage, folder: Path, typed: Collection[str], *, fields_are_typed: bool = False) -> None:
    """Check that the screen is true within two seconds."""

    async def present() -> Screen:
        return looked_at(stage, folder, typed, fields_are_typed=fields_are_typed)

    await comes_true(present)


async def comes_true(present: Callable[[], Awaitable[Screen]]) -> None:
    """Check that a screen is true within two seconds. Time in which this host ran something else does not count."""
    begun = last = time.monotonic()
    lost = 0.0
    while found := untruths(screen := await present()):
        if last - begun - lost > WITHIN or last - begun > PATIENCE:
            raise AssertionError("\n".join([*found, screen.text]))
        await asyncio.sleep(0.05)
        lost += max(0.0, time.monotonic() - last - 0.2)
        last = time.monotonic()


async def changed(stage: Stage, folder: Path, change: Callable[[], object], *typed: str) -> None:
    """After the colleague's change the screen is untrue for a moment, then true again."""
    await stage.idle()
    await agreed(stage, folder, typed)
    before = stage.text
    await asyncio.to_thread(change)
    now = looked_at(stage, folder, typed)
    assert untruths(Screen(before, now.truth, now.now, now.typed)), f"nothing on this screen was changed:\n{before}"
    await agreed(stage, folder, typed)


@pytest.mark.parametrize("size", [SIZE, (120, 36)])
async def test_each_screen_follows_what_another_process_does(tmp_path: Path, size: tuple[int, int]) -> None:
    with colleague(tmp_path, NOON) as ben:
        async with program(tmp_path, FORBIDDEN, size=size, clerk="ana") as stage:
            trip = next(t for t in looked_at(stage, tmp_path).trip_ids if t.endswith("1001"))
            other = next(t for t in looked_at(stage, tmp_path).trip_ids if t.endswith("1002"))

            await changed(stage, tmp_path, lambda: ben.refund(trip, 300))  # Lookup, its panel
            await stage.open("R-1001")
            await stage.press("2.00", "tab", "1")
            await changed(stage, tmp_path, lambda: ben.refund(trip, 400), "2.00")  # the form
            await stage.press("f10")
            await stage.until("go back")
            await changed(stage, tmp_path, lambda: ben.refund(trip, 250), "2.00")  # the question
            stage.clock.advance(1)
            await stage.until_lit("y")
            await stage.press("y")
            await stage.until("BLOCKED")
            mine = looked_at(stage, tmp_path).truth.refunds[-1].key
            await changed(stage, tmp_path, lambda: ben.act(mine, Action.CANCEL))  # the timeline
            await stage.press("f4")
            await stage.until("newest first")
            blocked = ""

            def again() -> None:
                nonlocal blocked
                blocked = ben.refund(other, 150, "forbidden")

            await changed(stage, tmp_path, again)  # the history
            await stage.press("home", "enter")
            await stage.until("BLOCKED")
            await changed(stage, tmp_path, lambda: ben.act(blocked, Action.CANCEL))  # the detail
            await stage.press("escape")
            await asyncio.to_thread(again)
            await stage.until("BLOCKED")
            await stage.press("home", "enter", "ctrl+o")
            await stage.until("Answers as they came")
            await changed(stage, tmp_path, lambda: ben.act(blocked, Action.CANCEL))  # the raw view
            await stage.press("ctrl+r")
            await stage.until("Request")
            await changed(stage, tmp_path, again)  # the status line above a receipt
