"""Everything on a screen is readable at each size, from the smallest terminal on: nothing is cut, nothing touches."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import State
from refund_tui.tui.widgets.plain_text import Plain
from tests.flows.stage import LIMITED, LOST, MALFORMED, SIZE, Stage, program, unknown
from tests.support.records import trip

SMALLEST, WIDE, WIDEST = (60, 16), (120, 36), (200, 50)
LONG_RECEIPT = "2026-0302-0042-000017"


def _panes(stage: Stage, word: str) -> list[str]:
    """The parts of the line with this word, between borders and wide gaps."""
    line = next(line for line in stage.text.splitlines() if word in line)
    return [part.strip() for part in re.split(r"│|\s{2,}", line) if part.strip()]


@pytest.mark.parametrize("size", [SMALLEST, SIZE, WIDE, WIDEST])
@pytest.mark.parametrize("known", [True, False], ids=["a known trip", "a trip that is not known"])
async def test_all_of_the_form_is_on_the_screen_and_nothing_touches(
    tmp_path: Path, size: tuple[int, int], *, known: bool
) -> None:
    async with program(tmp_path, size=size) as stage:
        await (stage.open("R-1002") if known else stage.open_unknown())
        await stage.idle()
        assert all(f"{code.digit} {code.words}" in stage.text for code in ReasonCode)
        assert "Note" in stage.text
        assert {"Amount", "(in EUR)", "Reason"} <= set(_panes(stage, "Amount"))
        left = "of 13.79 EUR left" if known else "left: not known"
        assert (left in _panes(stage, "Amount")) is (size != SMALLEST)
        assert "not known of" not in stage.text


async def test_a_problem_is_whole_in_the_smallest_form(tmp_path: Path) -> None:
    async with program(tmp_path, size=SMALLEST) as stage:
        await stage.open("R-1002")
        await stage.press("5.005")
        await stage.until("3 decimals: EUR has 2")


@pytest.mark.parametrize("size", [SIZE, WIDE])
async def test_a_sample_receipt_and_the_refunded_amount_are_not_cut_and_do_not_touch(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with program(tmp_path, size=size) as stage:
        await stage.refund("R-1001", "3.40")
        await stage.until("ACCEPTED")
        await stage.press("f2", "escape")
        await stage.until("3.40 back")
        await stage.until("R-1002")
        assert "R-1004 LIMIT " in stage.text
        assert {"15.00", "● 3.40 back"} <= set(_panes(stage, "3.40 back"))


@pytest.mark.parametrize("size", [SIZE, WIDE])
async def test_a_long_receipt_in_the_history_shows_the_end_that_tells_it_from_the_next(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with program(tmp_path, LIMITED, size=size) as stage:
        await stage.desk.trips.put([trip("long", receipt=LONG_RECEIPT)])
        await stage.refund(LONG_RECEIPT, "1.00")
        await stage.until("WAITING")
        await stage.press("f4")
        await stage.until("1 refund,")
        row = next(line for line in stage.text.splitlines() if line.startswith(" ›"))
        assert re.search(r" 2026-03\S*…0017 ", row)


async def test_a_wrapped_sentence_does_not_touch_the_scroll_bar(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        timeline = stage.pilot.app.query_one("#timeline")
        for part in timeline.query("Plain"):
            assert part.content_region.right <= timeline.region.right - timeline.scrollbar_size_vertical - 1


async def test_a_narrow_panel_wraps_an_attempt_below_its_number(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED, size=(112, 36)) as stage:
        await stage.refund("R-1001", "3.40")
        await stage.until("WAITING")
        await stage.press("f4")
        await stage.until("1 13:00:01 rate limited 429")


async def test_help_says_how_to_close_it_before_anything_else(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.until("R-1001")
        await stage.press("f1")
        await stage.until("Help · Esc closes it")
        assert "Up, Down " in stage.text
        help_text = stage.pilot.app.screen.query_one("#help-text", Plain).shown
        assert all(f" {state} " in help_text for state in State)


@pytest.mark.parametrize("size", [SMALLEST, WIDEST])
async def test_headings_stand_above_their_columns_after_the_terminal_was_resized(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with program(tmp_path) as stage:
        await stage.refund("R-1002", "3.40")
        await stage.until("ACCEPTED")
        await stage.press("f4")
        await stage.until("1 refund,")
        await stage.pilot.resize_terminal(*size)
        await stage.idle()
        heading, row = (next(line for line in stage.text.splitlines() if word in line) for word in ("Asked ", "›"))
        assert heading.index("Amount") + len("Amount") == row.index("EUR") + len("EUR")
        await stage.open("R-1002")
        await stage.pilot.resize_terminal(*SIZE)
        await stage.idle()
        heading, row = (next(line for line in stage.text.splitlines() if word in line) for word in ("worth", "Comté"))
        assert heading.index("worth") + len("worth") == row.index("9.88") + len("9.88")
