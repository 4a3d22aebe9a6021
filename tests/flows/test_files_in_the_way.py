"""Each screen while the ledger is locked or missing: it shows a sentence, and works again afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from refund_tui.desk.desk import GRACE
from refund_tui.host.paths import ledger_path
from refund_tui.store.sqlite.connection import BUSY_MS, Patience
from tests.flows.stage import LIMITED, Stage, program
from tests.support.ledgers import locked

LOCKED, GONE = "is held by another program", "was moved or replaced"


@contextmanager
def gone(folder: Path) -> Iterator[None]:
    """The ledger's file is missing inside this block."""
    ledger = ledger_path(folder)
    ledger.rename(folder / "elsewhere")
    yield
    (folder / "elsewhere").rename(ledger)


async def one_refund(stage: Stage) -> None:
    """A refund in the history."""
    await stage.refund("R-1001", "3.40")
    await stage.until("ACCEPTED")


SCREENS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "a trip is opened": (("f2", "ctrl+u", "R-1002"), ("enter",), "Amount"),
    "the trip under the mark": (("f2", "ctrl+u"), ("down",), "left"),
    "the history": (("f2",), ("f4",), "1 refund, newest first"),
    "a refund is opened": (("f4", "escape"), ("enter",), "Request id"),
    "asked about from the list": (("f4", "escape"), ("ctrl+o",), "Answers as they came"),
    "a receipt": (("f4", "enter"), ("ctrl+r",), "Printed"),
    "an export": (("f4",), ("e",), "written to"),
    "back to the draft": (("f2",), ("f3",), "ACCEPTED"),
    "the palette": (("f2",), ("ctrl+p", "o", "p", "e", "n", "enter"), "Amount"),
}
"""The keys to the start, the keys that read, and what is shown when the ledger can be read again."""


@pytest.mark.parametrize("screen", SCREENS)
async def test_a_ledger_that_is_gone_is_told_on_each_screen(tmp_path: Path, screen: str) -> None:
    begin, keys, _ = SCREENS[screen]
    async with program(tmp_path) as stage:
        await one_refund(stage)
        await stage.press(*begin)
        await stage.idle()
        with gone(tmp_path):
            await stage.press(*keys)
            await stage.sees(GONE)


@pytest.mark.parametrize("screen", ["a trip is opened", "a receipt"])
async def test_a_ledger_that_is_locked_for_long_is_told_and_the_screen_goes_on(tmp_path: Path, screen: str) -> None:
    """Each command while the ledger is locked for a shorter time is in `test_unreadable.py`."""
    begin, keys, shown = SCREENS[screen]
    async with program(tmp_path) as stage:
        await one_refund(stage)
        await stage.press(*begin)
        await stage.idle()
        with locked(tmp_path):
            await stage.press(*keys)
            await stage.sees(LOCKED)
        await stage.press(*begin)
        await stage.idle()
        await stage.press(*keys)
        await stage.until(shown)


async def test_a_locked_ledger_does_not_keep_a_clerk_from_leaving(tmp_path: Path) -> None:
    """The question appears without its list, and quitting needs no lock."""
    with ExitStack() as until_the_end:
        async with program(tmp_path, LIMITED) as stage:
            await stage.refund("R-1001", "3.40")
            await stage.until("WAITING")
            until_the_end.enter_context(locked(tmp_path))
            await stage.press("ctrl+q")
            await stage.until("They cannot be listed now: the ledger does not answer")
            stage.clock.advance(1)
            await stage.press("y")
            began = asyncio.get_running_loop().time()
        assert stage.pilot.app.return_code == 0
        assert asyncio.get_running_loop().time() - began < GRACE + Patience.USUAL * BUSY_MS / 1000
