"""The first typed key replaces a text that the program filled in. A text that a clerk typed never changes silently."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.flows.stage import LOST, MALFORMED, Stage, program, unknown


def value(stage: Stage, field: str = "amount") -> str:
    return stage.pilot.app.query_one(f"#{field}", Input).value


async def to_articles(stage: Stage) -> None:
    """Go from the amount to the trip's articles."""
    await stage.press("tab", "tab", "tab")


async def test_what_f5_filled_in_is_replaced_by_the_first_key(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("f5")
        assert value(stage) == "13.79"
        await stage.press("shift+tab", "5.00")
        assert value(stage) == "5.00"


async def test_what_articles_came_to_is_replaced_by_the_first_key(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await to_articles(stage)
        await stage.press("space")
        await stage.until("✓")
        assert value(stage) == "9.88"
        await stage.press("shift+tab", "shift+tab", "shift+tab", "1")
        assert value(stage) == "1"


@pytest.mark.parametrize("back", [("f2", "f3"), ("escape", "enter"), ("f10", "escape")], ids="-".join)
async def test_an_amount_come_back_to_is_replaced_by_the_first_key(tmp_path: Path, back: tuple[str, str]) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("7.30", "tab", "1", back[0])
        stage.clock.advance(1)
        await stage.press(back[1])
        await stage.until("of 13.79 EUR left")
        await stage.press("5")
        assert value(stage) == "5"


async def test_a_currency_filled_in_is_replaced_by_the_first_key(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open_unknown()
        await stage.press("5.00", "tab", "1", "tab", "chf", "f10")
        await stage.until("Refund 5.00 CHF")


async def test_the_filter_that_one_key_filled_in_is_replaced_by_the_first_key(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("f4")
        await stage.until("No refunds yet")
        await stage.press("u", "/", "x")
        assert value(stage, "find") == "x"


async def test_the_time_offered_for_a_settlement_is_replaced_by_the_first_key(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await stage.press("f12", "tab", "tab", "tab", "2")
        assert value(stage, "when") == "2"


async def test_a_key_that_moves_the_cursor_edits_what_was_filled_in(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.pilot.press("f5", "shift+tab", "end", "backspace", "0")
        assert value(stage) == "13.70"


async def test_an_amount_that_was_typed_is_changed_by_articles_and_by_f5_aloud(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("5.00")
        await to_articles(stage)
        await stage.press("space")
        await stage.until("The amount was 5.00, now it is 9.88")
        await stage.press("shift+tab", "shift+tab", "shift+tab", "4", "f5")
        await stage.until("The amount was 4, now it is 13.79")


async def test_an_amount_that_the_program_filled_in_is_replaced_without_a_message(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("f5", "f7")
        await stage.press("space")
        await stage.until("✓")
        assert "The amount was" not in stage.text
