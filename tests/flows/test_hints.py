"""The hint of an empty field does not look like typed text: it is in parentheses and dim, in every theme."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.segment import Segment

from refund_tui.tui.themes import THEMES
from tests.flows.stage import LOST, MALFORMED, Stage, program, unknown


def drawn(stage: Stage, words: str) -> list[Segment]:
    """The segments of the line that shows these words."""
    return list(next(strip for strip in stage.strips if words in strip.text))


@pytest.mark.parametrize("theme", THEMES)
async def test_a_hint_is_drawn_unlike_what_is_typed(tmp_path: Path, theme: str) -> None:
    async with program(tmp_path, theme=theme) as stage:
        await stage.open("R-1002")
        await stage.press("tab")
        [hint] = [run.style for run in drawn(stage, "(in EUR)") if "(in EUR)" in run.text]
        await stage.press("shift+tab", "5.00", "tab")
        [typed] = [run.style for run in drawn(stage, "5.00 ") if "5.00" in run.text]
        assert hint
        assert typed
        assert (hint.color, hint.dim) != (typed.color, typed.dim)


@pytest.mark.parametrize(("trip", "words"), [("R-1002", "(in EUR)"), ("R-1011", "(in JPY)")])
async def test_the_amounts_hint_names_the_trips_currency(tmp_path: Path, trip: str, words: str) -> None:
    async with program(tmp_path) as stage:
        await stage.open(trip)
        await stage.until(words)
        assert "12.50" not in stage.text


async def test_the_amounts_hint_follows_the_currency_that_is_typed(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open_unknown()
        await stage.until("(in EUR)")
        await stage.press("tab", "tab", "chf")
        await stage.until("(in CHF)")
        await stage.press("ctrl+u")
        await stage.until("(code)")
        assert "(in" not in stage.text


async def test_an_empty_filter_does_not_read_as_one_that_is_set(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("f4")
        await stage.until("(last four, receipt, amount, article, note or id)")


async def test_the_hint_in_an_empty_field_is_not_taken_as_evidence(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await stage.press("f12")
        await stage.until("(such as a case or statement number)")
        await stage.until("(such as payment support)")
