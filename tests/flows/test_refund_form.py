"""The refund form by keys at 80x24: a problem is shown while typing, and a form with a problem cannot be submitted."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.flows.stage import program, refunds


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0", "a refund must be more than 0"),
        ("-5", "remove the minus"),
        ("5.005", "3 decimals: EUR has 2"),
        ("1e3", "only digits and one decimal mark"),
        ("NaN", "only digits and one decimal mark"),
        ("٥", "only digits and one decimal mark"),
        ("1,234", "two ways"),
        ("1.2.3", "one decimal mark at most"),
        (".5", "write a digit before"),
        ("13.80", "only 13.79 EUR is left to refund"),
    ],
)
async def test_a_wrong_amount_is_named_while_it_is_typed_and_cannot_be_submitted(
    tmp_path: Path, typed: str, said: str
) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press(*typed)
        await stage.until(said)
        await stage.press("tab", "1", "f10")
        await stage.idle()
        assert "refund it" not in stage.text
        assert await refunds(stage) == []


async def test_an_untouched_form_shows_no_errors_and_its_lines_do_not_move(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        assert "press 1 to 5" not in stage.text
        row = _row(stage.text, "Reason")
        await stage.press("5.005")
        await stage.until("3 decimals")
        assert _row(stage.text, "Reason") == row


async def test_submitting_too_early_moves_to_the_first_incomplete_field(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("f10")
        await stage.until("amount: type the amount")
        await stage.press("5.00", "f10")
        await stage.until("reason: press 1 to 5")
        await stage.press("2", "f10")
        await stage.until("past its date)")


async def test_a_wrong_currency_is_told_at_the_currency(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open_unknown()
        await stage.press("5.00", "tab", "1", "tab", "ctrl+u", "EU")
        await stage.until("three capital letters")
        await stage.press("f10")
        await stage.until("currency: a currency is three capital letters")
        await stage.press("f")
        await stage.until("EUF is not a currency")
        await stage.press("ctrl+u", "chf", "f10")
        await stage.until("Refund 5.00 CHF")


async def test_all_that_is_left_by_one_key(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("f5", "1", "f10")
        await stage.until("Refund 13.79 EUR")


async def test_marked_articles_add_the_amount_up(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("tab", "tab", "tab", "space")
        await stage.until("9.88")
        await stage.press("down", "space")
        await stage.press("f10")
        await stage.until("reason: press 1 to 5")
        await stage.press("1", "f10")
        await stage.until("Refund 13.79 EUR")


async def test_a_trip_whose_window_is_closed_says_so_and_cannot_be_refunded(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1014")
        await stage.until("window closed")
        assert "CLOSED" in stage.text
        await stage.press("5.00", "tab", "1", "f10")
        await stage.idle()
        assert "refund it" not in stage.text
        assert await refunds(stage) == []


async def test_a_draft_survives_escape_and_is_forgotten_once_it_is_a_refund(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1001")
        await stage.press("7.30", "escape")
        await stage.until("Find")
        await stage.open("R-1001")
        await stage.until("7.30")
        await stage.press("tab", "1", "f10")
        await stage.until("refund it")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")
        await stage.open("R-1001")
        assert stage.pilot.app.query_one("#amount", Input).value == ""


def _row(screen: str, word: str) -> int:
    return next(number for number, line in enumerate(screen.splitlines()) if word in line)


async def test_an_amount_whose_decimals_are_about_to_be_typed_is_not_wrong_yet(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("5.")
        await stage.idle()
        assert "digits are missing" not in stage.text
        await stage.press("tab")
        await stage.until("digits are missing")
        await stage.press("1", "f10")
        await stage.idle()
        assert "refund it" not in stage.text


async def test_enter_in_the_amount_goes_on_to_the_reason_where_a_digit_that_is_none_is_answered(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("5.00", "enter", "9")
        await stage.until("9 is none: 1 to 5")
        await stage.press("2", "f10")
        await stage.until("2 EXPIRED_ITEM")


async def test_the_question_names_the_card_and_what_stays(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.ask("R-1001", "5.00")
        assert "Refund 5.00 EUR to VISA 4242 · 13.40 stays?" in stage.text


async def test_the_question_warns_of_an_id_that_no_trip_here_matches(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open_unknown()
        await stage.press("5.00", "tab", "1", "f10")
        await stage.until("no trip here matches this id")


async def test_the_title_shows_the_whole_time_of_a_draft_at_80_columns_whatever_the_receipt(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1007")
        await stage.press("4.00")
        await stage.until("Draft of 13:00")
        stage.clock.advance(86_400)
        await stage.press("f2", "f3")
        await stage.until("Draft of 02 Mar 13:00")
        assert "R-1007" in stage.text.splitlines()[1]
