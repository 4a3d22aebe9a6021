"""What a clerk does in the history by keys at 80x24: filter, look, ask again, stop, settle, export, print."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from refund_tui.core.outcomes import Answer, NeedsRepair, Repair
from refund_tui.core.refunds import Action, State
from refund_tui.desk.desk import Desk
from refund_tui.errors import StoreBusy
from refund_tui.tui.refund_search import Page, read_page
from refund_tui.tui.widgets.row_list import RowList
from tests.flows.stage import FORBIDDEN, LIMITED, LOST, MALFORMED, Stage, program, refunds, unknown
from tests.support.patience import PATIENCE
from tests.support.service import accepted


async def _to_history(stage: Stage, seen: str) -> None:
    await stage.press("f4")
    await stage.until("newest first")
    await stage.until(seen)


async def test_the_filter_line_narrows_and_says_how_a_word_is_written(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await stage.refund("R-1002", "2.00")
        await stage.until("ACCEPTED")
        await _to_history(stage, "2 refunds")
        await stage.press("/", "state:U")
        await stage.until("state:UNKNOWN")
        await stage.press("NKNOWN")
        await stage.until("5.00 EUR")
        await stage.press("enter")
        assert "2.00 EUR" not in _list(stage)
        await stage.press("/", "ctrl+u", "day:nonsense")
        await stage.until("nonsense is no day: write 2026-03-02")
        await stage.press("ctrl+u", "amount:77")
        await stage.until("No refund matches")
        await stage.press("ctrl+u", "enter", "u")
        await stage.until("state:AWAITING_APPROVAL,UNKNOWN,BLOCKED")


async def test_a_late_read_of_an_older_query_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, released, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def read(desk: Desk, line: str, *rest: Any) -> Page:
        if held.is_set():
            raise StoreBusy("the ledger is held by another program")
        page = await read_page(desk, line, *rest)
        if line == "state:REJECTED":
            held.set()
            await released.wait()
            ended.set()
        return page

    monkeypatch.setattr("refund_tui.tui.screens.history.read_page", read)
    async with program(tmp_path, LOST, MALFORMED) as stage, asyncio.timeout(PATIENCE):
        await unknown(stage)
        await _to_history(stage, "1 of 1 refund")
        rows = stage.pilot.app.screen.query_one("#refunds", RowList)
        stage.pilot.app.screen.query_one("#find", Input).value = "state:REJECTED"
        await held.wait()
        released.set()
        rows.restart()
        await ended.wait()
        await stage.pilot.pause()
        assert "No refund matches" not in stage.text
        assert "1 of 1 refund" in stage.text


async def test_asking_again_says_why_it_is_safe_and_ends_accepted_under_the_same_id(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        [before] = await refunds(stage)
        await _to_history(stage, "UNKNOWN")
        await stage.press("f8")
        await stage.until("Safe for another 23 h")
        assert "same id" in stage.text
        await stage.press("y")
        await stage.idle()
        assert "Ask the service again" in stage.text, "deaf for half a second"
        await stage.say_yes()
        await stage.until("ACCEPTED")
        [after] = await refunds(stage)
    assert (after.key, after.body) == (before.key, before.body)


async def test_past_the_key_horizon_the_question_says_that_it_may_pay_twice(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        stage.clock.advance(90_000)
        await _to_history(stage, "UNKNOWN")
        await stage.press("f8")
        await stage.until("PAID TWICE")


async def test_settling_wants_evidence_and_keeps_it(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await _to_history(stage, "UNKNOWN")
        await stage.press("f12")
        await stage.until("what became of it")
        await stage.press("f10")
        await stage.until("press 1 or 2")
        await stage.press("2", "tab", "case 4711", "tab", "the bank", "tab", "ctrl+u", "2027-01-01", "f10")
        await stage.until("not one in the future")
        await stage.press("ctrl+u", "2026-03-01", "f10")
        await stage.until("was NOT paid")
        await stage.say_yes()
        await stage.until("SETTLED_UNPAID")
        await stage.press("ctrl+o", "end")
        await stage.until("case 4711")
        [refund] = await refunds(stage)
    assert refund.state is State.SETTLED_UNPAID


async def test_what_was_not_sent_yet_is_cancelled_after_a_question(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED) as stage:
        await stage.refund("R-1004", "9.05")
        await stage.until("WAITING")
        await stage.press("f9")
        await stage.until("Cancel this refund?")
        stage.clock.advance(1)
        await stage.press("n")
        await stage.until("Attempts")
        await stage.press("f9")
        await stage.until("no money moves")
        await stage.say_yes()
        await stage.until("CANCELLED")


async def test_after_a_repair_the_same_refund_goes_on(tmp_path: Path) -> None:
    async with program(tmp_path, FORBIDDEN) as stage:
        await stage.refund("R-1010", "6.55")
        await stage.until("BLOCKED")
        await _to_history(stage, "BLOCKED")
        await stage.press("f8")
        await stage.until("Has that been repaired?")
        await stage.say_yes()
        await stage.until("ACCEPTED")


async def test_before_all_go_on_each_blocked_refund_is_listed_with_its_whole_cause(tmp_path: Path) -> None:
    expired = NeedsRepair(Answer(401, "the security token in the request is expired (401)"), Repair.CREDENTIALS)
    async with program(tmp_path, FORBIDDEN, expired, FORBIDDEN) as stage:
        for receipt in ("R-1010", "R-1001", "R-1002"):
            await stage.refund(receipt, "1.50")
            await stage.until("BLOCKED")
        await _to_history(stage, "3 BLOCKED")
        await stage.press("g")
        await stage.until("Go on with every refund")
        lines = [line.strip(" │") for line in stage.text.splitlines()]
        shown = lines[lines.index("Go on with every refund that is blocked?") + 2 :]
        assert shown[:6] == [
            "not authorised (403): the role lacks execute-api:Invoke",
            "1.50 EUR  R-1002 · MASTERCARD 5100",
            "1.50 EUR  R-1010 BLOCK · AMEX 3005",
            "the security token in the request is expired (401)",
            "1.50 EUR  R-1001 · VISA 4242",
            "",
        ]
        assert stage.shows("Has what blocked them been repaired? Each goes on with its own id, one after the other.")


async def test_the_question_about_all_that_is_blocked_follows_the_ledger(tmp_path: Path) -> None:
    async with program(tmp_path, FORBIDDEN, FORBIDDEN) as stage:
        for receipt in ("R-1010", "R-1001"):
            await stage.refund(receipt, "1.50")
            await stage.until("BLOCKED")
        await _to_history(stage, "2 BLOCKED")
        await stage.press("g")
        await stage.until("AMEX 3005")
        newest, oldest = await refunds(stage)
        await stage.desk.act(oldest.key, Action.CANCEL)
        await stage.until("1 BLOCKED")
        asked = "\n".join(line for line in stage.text.splitlines() if "│" in line)
        assert "AMEX 3005" not in asked
        assert "VISA 4242" in asked
        await stage.desk.act(newest.key, Action.CANCEL)
        await stage.until("newest first")
        assert "Go on with every refund" not in stage.text


async def test_escape_goes_back_step_by_step_and_changes_nothing(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await _to_history(stage, "UNKNOWN")
        await stage.press("enter", "f12")
        await stage.until("what became of it")
        await stage.press("escape")
        await stage.until("Attempts")
        await stage.press("escape")
        await stage.until("newest first")
        [refund] = await refunds(stage)
    assert refund.state is State.UNKNOWN


async def test_the_id_is_copied_the_receipt_made_and_the_second_one_is_a_copy(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.refund("R-1001", "3.40")
        await stage.until("ACCEPTED")
        await _to_history(stage, "ACCEPTED")
        await stage.press("ctrl+y")
        await stage.until("clipboard")
        await stage.press("ctrl+r")
        await stage.until("3.40 EUR")
        await stage.press("escape", "ctrl+r")
        await stage.until("Printed")
        assert "COPY" not in stage.text, "it was only looked at"
        await stage.press("w")
        await stage.until("The receipt was written to")
        await stage.press("escape", "ctrl+r")
        await stage.until("REFUND - COPY")


async def test_the_next_and_the_previous_refund_are_shown_from_the_detail(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        for receipt, amount in (("R-1001", "3.40"), ("R-1002", "2.00")):
            await stage.refund(receipt, amount)
            await stage.until(f"{amount} EUR   ● ACCEPTED")
        await _to_history(stage, "2 refunds")
        await stage.press("enter")
        await stage.until("2.00 EUR   ● ACCEPTED")
        await stage.until("History 1 of 2 ")
        await stage.press("n")
        await stage.until("3.40 EUR   ● ACCEPTED")
        await stage.until("History 2 of 2 ")
        await stage.press("n")
        await stage.until("This is the last refund of the list")
        await stage.press("p")
        await stage.until("2.00 EUR   ● ACCEPTED")
        await stage.until("History 1 of 2 ")
        await stage.press("p")
        await stage.until("This is the first refund of the list")
        await stage.press("escape")
        await stage.until("1 of 2 refunds, newest first")
        assert "History · STORE-001" in stage.text


async def test_attempts_that_ended_alike_are_on_one_line(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, LOST, LOST) as stage:
        await stage.refund("R-1001", "3.40")
        for told in ("connection lost", "2 × connection lost", "3 × connection lost"):
            await stage.until(told)
            stage.clock.advance(60)
            stage.desk.wake()
        await stage.until("ACCEPTED")
        await stage.until("3 × connection lost, 13:00:01 to 13:02:01")


async def test_what_is_filtered_is_exported_for_its_owner_only(tmp_path: Path, own_home: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await stage.refund("R-1002", "2.00")
        await stage.until("ACCEPTED")
        await _to_history(stage, "2 refunds")
        await stage.press("/", "state:ACCEPTED")
        await stage.until("1 refund,")
        await stage.press("enter", "e")
        await stage.until("1 refund was written")
    [path] = own_home.glob("refunds-*.csv")
    heading, line = path.read_text().splitlines()
    assert heading.startswith("refund_request_id")
    assert ",2.00,EUR," in line
    assert path.stat().st_mode & 0o777 == 0o600


async def test_an_empty_history_shows_its_own_message(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("f4")
        await stage.until("No refunds yet")


def _list(stage: Stage) -> str:
    return "\n".join(stage.text.splitlines()[3:-3])


async def _two_clerks_books(stage: Stage) -> None:
    """Two refunds: 3.40 EUR of a VISA card's trip R-1001, and 2.00 EUR of R-1002."""
    await stage.refund("R-1001", "3.40")
    await stage.until("ACCEPTED")
    await stage.refund("R-1002", "2.00")
    await stage.until("2.00 EUR   ● ACCEPTED")
    await _to_history(stage, "2 refunds")


FOUND_BY = ["tail", "receipt", "amount", "article", "clerk", "card:", "receipt:"]


@pytest.mark.parametrize("part", FOUND_BY)
async def test_a_refund_is_found_by_what_a_person_has_in_hand(tmp_path: Path, part: str) -> None:
    async with program(tmp_path) as stage:
        await _two_clerks_books(stage)
        [_, refund] = await refunds(stage)
        trip = await stage.desk.trips.get(refund.intent.store_id, refund.intent.trip_id)
        assert trip is not None
        article = (trip.articles[0].name or "").split()[0]
        words = {
            "tail": trip.card.tail, "receipt": "r-1001", "amount": "3,40 eur",
            "clerk": f"clerk:{refund.clerk.upper()} 3.40", "article": f"article:{article} R-1001",
            "card:": f"card:{trip.card.tail}", "receipt:": "receipt:r-1001",
        }  # fmt: skip
        await stage.press("/", words[part] or "none")
        await stage.until("1 of 1 refund, newest first · in all 3.40 EUR")
        assert "2.00 EUR" not in _list(stage)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("4242", "last four 4242 · 1 of 1 refund, newest first"),
        ("r-1001", "receipt R-1001 · 1 of 1 refund, newest first"),
        ("3,40 eur", "amount 3.40 EUR · 1 of 1 refund, newest first"),
        ("0009", "last four 0009 · 0 refunds"),
    ],
)
async def test_what_was_typed_is_said_as_it_was_understood_beside_the_count(
    tmp_path: Path, typed: str, said: str
) -> None:
    async with program(tmp_path) as stage:
        await _two_clerks_books(stage)
        await stage.press("/", typed)
        await stage.until(said)


async def test_a_reconciliation_id_is_found_in_any_case(tmp_path: Path) -> None:
    async with program(tmp_path, accepted("REC77A"), accepted("REC88B")) as stage:
        await stage.refund("R-1001", "3.40")
        await stage.until("REC77A")
        await stage.refund("R-1002", "2.00")
        await stage.until("REC88B")
        await stage.press("f4", "/", "rec77a")
        await stage.until("reconciliation id REC77A · 1 of 1 refund, newest first")


async def test_last_weeks_refund_is_found_by_its_card_in_eight_keys(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await _two_clerks_books(stage)
        [_, refund] = await refunds(stage)
        trip = await stage.desk.trips.get(refund.intent.store_id, refund.intent.trip_id)
        stage.clock.advance(7 * 86_400)
        await stage.press("f2")
        keys = ["f4", "/", *(trip.card.tail or "" if trip else ""), "enter", "enter"]
        await stage.press(*keys)
        await stage.until(refund.key)
    assert len(keys) <= 8


async def test_a_clerk_and_a_word_that_are_unknown_are_said_to_be(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await _two_clerks_books(stage)
        await stage.press("/", "clerk:nobody")
        await stage.until("No clerk here is called nobody")
        [refund, _] = await refunds(stage)
        assert stage.shows(f"The clerks are: {refund.clerk}")
        await stage.press("ctrl+u", "case:4711")
        await stage.until("there is no filter word case:")


async def test_the_count_stays_while_a_word_is_completed_and_follows_the_cursor(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await _two_clerks_books(stage)
        await stage.until("1 of 2 refunds, newest first")
        await stage.press("down")
        await stage.until("2 of 2 refunds, newest first")
        await stage.press("/", "state:AC")
        await stage.until("1 of 2 refunds, newest first · in all 5.40 EUR  state:ACCEPTED")
