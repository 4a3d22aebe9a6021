"""A draft says from when it is, keeps that time until it is changed, and is dropped by one key."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_tui.host.paths import ledger_path
from tests.flows.stage import Stage, program, refunds
from tests.flows.test_keys_shown import keys
from tests.support.obstacles import held


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drafts are saved as soon as no key is waiting."""
    monkeypatch.setattr("refund_tui.tui.drafts.SAVE_AFTER", 0.01)


def title(stage: Stage) -> str:
    """The line that says which trip it is."""
    return next(line for line in stage.text.splitlines() if "Trip " in line)


async def test_a_draft_says_from_when_it_is_until_it_is_changed(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        assert "Draft" not in title(stage)
        await stage.press("7.25")
        await stage.until("Draft of 13:00")
        await stage.press("escape")
        stage.clock.advance(3_720)
        await stage.open("R-1002")
        await stage.idle()
        assert "Draft of 13:00" in title(stage), "opening it changes nothing"
        await stage.press("3.10")
        await stage.until("Draft of 14:02")
    async with program(tmp_path) as stage:
        await stage.until("Draft of 14:02 was kept: 3.10 on trip b7d20e94")
        stage.clock.advance(86_400)
        await stage.press("f3")
        await stage.until("Draft of 02 Mar 14:02")


async def test_one_key_deletes_the_draft_and_says_so(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        assert "Drop draft" not in keys(stage)
        await stage.press("tab", "4", "tab", "broken", "tab", "space", "tab")
        await stage.until("Draft of 13:00")
        assert "F9  Drop draft" in keys(stage)
        await stage.press("f9")
        await stage.until("The draft was dropped: 9.88. Nothing was refunded.")
        await stage.idle()
        assert "Draft of" not in stage.text
        assert "Drop draft" not in keys(stage)
        assert "broken" not in stage.text
        assert "0 of 2 marked" in stage.text
        assert "› 4" not in stage.text
        await stage.press("escape")
        await stage.open("R-1002")
        assert "broken" not in stage.text
    async with program(tmp_path) as stage:
        assert "was kept" not in stage.text
        assert await refunds(stage) == []


async def test_the_key_that_drops_a_draft_is_in_help_and_palette(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("5.00", "ctrl+p", "drop")
        await stage.until("Drop draft     F9")
        await stage.press("enter")
        await stage.until("The draft was dropped: 5.00.")
        await stage.press("6.00", "f1")
        await stage.until("drops a draft")
        [told] = [line.split() for line in stage.text.splitlines() if "drops a draft" in line]
        assert told[0] == "F9"


async def test_a_draft_that_became_a_refund_is_no_draft(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.refund("R-1002", "5.00")
        await stage.until("ACCEPTED")
        assert "Draft of" not in stage.text


async def test_no_key_waits_for_a_draft_that_cannot_be_written_and_it_is_kept(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        with held(ledger_path(tmp_path), "IMMEDIATE"):
            await stage.press("7.25", "f2", "ctrl+u", "R-1004")
            await stage.sees("1 trip")
            await stage.press("enter")
            await stage.sees("of 9.05 EUR left")
            assert not stage.shows("does not answer")
            await stage.press("3.10", "f2", "ctrl+u", "R-1002")
            await stage.sees("1 trip")
            await stage.press("enter")
            await stage.sees("of 13.79 EUR left")
            await stage.sees("7.25")
        await stage.sees("Draft of 13:00")
        await stage.idle()
    async with program(tmp_path) as stage:
        await stage.open("R-1004")
        await stage.sees("3.10")
        await stage.open("R-1002")
        await stage.sees("7.25")
