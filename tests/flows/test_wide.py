"""Wide terminals: columns grow with their content, and the facts of a trip are beside the list."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from refund_tui.core.money import Money
from refund_tui.core.trips import Article
from tests.flows.stage import LIMITED, Stage, program
from tests.support.records import trip

WIDE, WIDEST = (120, 36), (200, 50)


def _row(stage: Stage, word: str) -> str:
    """The row of a list with this word, without what stands in the panel beside it."""
    return next(line.split("│")[0] for line in stage.text.splitlines() if word in line.split("│")[0])


def _panel(stage: Stage) -> str:
    return "\n".join(line.split("│", 1)[1] for line in stage.text.splitlines() if "│" in line)


@pytest.mark.parametrize("size", [WIDE, WIDEST])
async def test_the_articles_of_the_marked_trip_stand_beside_the_list_with_what_was_given_back(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with program(tmp_path, size=size) as stage:
        await stage.open("R-1002")
        await stage.press("tab", "1", "f7", "space", "f10")
        await stage.until("go back")
        await stage.say_yes()
        await stage.until("ACCEPTED")
        await stage.press("f2")
        await stage.until("Articles")
        told = " ".join(_panel(stage).split())
        assert "Articles 0.342 kg Comté, by weight back 0.815 kg Grapes, by weight 3.91" in told


async def test_a_cart_that_is_longer_than_the_panel_says_how_many_articles_are_not_shown(tmp_path: Path) -> None:
    cart = tuple(Article(f"b-{n}", f"Bread {n}", Decimal(1), "unit", Money(100, "EUR")) for n in range(40))
    async with program(tmp_path, size=WIDE) as stage:
        await stage.desk.trips.put([trip("full-cart", receipt="R-7000", articles=cart)])
        await stage.press("R-7000")
        await stage.until("Articles")
        more = re.search(r"… and (\d+) more", _panel(stage))
        assert more is not None
        assert _panel(stage).count("Bread") + int(more[1]) == len(cart)


async def test_the_widest_list_of_trips_shows_whole_ids_and_receipts(tmp_path: Path) -> None:
    async with program(tmp_path, size=WIDEST) as stage:
        row = _row(stage, "R-1007")
        assert "R-1007 LOST" in row
        assert "5c0f9d13-5d10-4c8e-9b3f-000000001007" in row
        assert "…" not in row


async def test_the_narrowest_history_cuts_neither_clerk_nor_amount(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED, size=(60, 20), clerk="maximilian") as stage:
        await stage.refund("R-1003", "20.00")
        await stage.until("WAITING")
        await stage.press("f4")
        await stage.until("1 refund,")
        assert _row(stage, "›").endswith("◔ WAITING           maximilian     20.00 EUR ")


@pytest.mark.parametrize("size", [(80, 24), WIDE, WIDEST])
async def test_the_history_shows_card_receipt_clerk_and_amount_at_each_width(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with program(tmp_path, LIMITED, size=size) as stage:
        await stage.refund("R-1001", "3.40")
        await stage.until("WAITING")
        await stage.press("f4")
        await stage.until("1 refund,")
        row = _row(stage, "›")
        assert all(word in row for word in ("◔ WAITING", "4242", "R-1001", "ana", "3.40 EUR"))
        assert ("damaged or spoiled" in row) is (size == WIDEST)


@pytest.mark.parametrize("size", [WIDE, WIDEST])
async def test_ids_stand_whole_on_one_line_beside_the_list(tmp_path: Path, size: tuple[int, int]) -> None:
    async with program(tmp_path, size=size) as stage:
        await stage.refund("R-1001", "3.40")
        await stage.until("ACCEPTED")
        await stage.press("f4")
        await stage.until("1 refund,")
        assert "3f8a51c2-5d10-4c8e-9b3f-000000001001" in _panel(stage)
        assert "550e8400-e29b-41d4-a716-000000000001" in _panel(stage)
