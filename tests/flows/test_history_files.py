"""Exports and receipts of the history, the order of its list, and changes by other clerks; by keys at 80x24."""

from __future__ import annotations

import json
from pathlib import Path

from refund_tui.core.refunds import Action, State
from tests.flows.stage import FORBIDDEN, LOST, MALFORMED, Stage, program, refunds, unknown
from tests.support.clock import FakeClock
from tests.support.desks import desk_over
from tests.support.service import ScriptedService


async def _two_refunds(stage: Stage) -> None:
    await stage.refund("R-1001", "3.40")
    await stage.until("ACCEPTED")
    stage.clock.advance(60)
    await stage.refund("R-1002", "2.00")
    await stage.until("2.00 EUR   ● ACCEPTED")
    await stage.press("f4")
    await stage.until("2 refunds, newest first")


async def test_the_oldest_come_first_on_request(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await _two_refunds(stage)
        assert stage.text.index("2.00 EUR") < stage.text.index("3.40 EUR")
        await stage.press("o")
        await stage.until("2 refunds, oldest first")
        assert stage.text.index("3.40 EUR") < stage.text.index("2.00 EUR")
        await stage.press("o")
        await stage.until("2 refunds, largest first")
        assert stage.text.index("3.40 EUR") < stage.text.index("2.00 EUR")
        await stage.press("o")
        await stage.until("2 refunds, newest first")
        assert stage.text.index("2.00 EUR") < stage.text.index("3.40 EUR")


async def test_letters_are_commands_in_the_list_and_text_in_the_filter(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await _two_refunds(stage)
        await stage.press("/", "o", "p", "e", "n")
        await stage.until("No refund matches")
        await stage.press("escape", "o", "/", "ctrl+u")
        await stage.until("2 refunds, oldest first")


async def test_json_lines_hold_what_is_filtered(tmp_path: Path, own_home: Path) -> None:
    async with program(tmp_path) as stage:
        await _two_refunds(stage)
        await stage.press("/", "amount:<3", "enter")
        await stage.until("1 refund, newest first")
        await stage.press("j")
        await stage.until("1 refund was written")
    [path] = own_home.glob("refunds-*.jsonl")
    [record] = map(json.loads, path.read_text().splitlines())
    assert (record["amount"], record["currency"], record["state"]) == ("2.00", "EUR", "ACCEPTED")


async def test_a_receipt_is_written_to_a_file_of_its_own(tmp_path: Path, own_home: Path) -> None:
    async with program(tmp_path) as stage:
        await _two_refunds(stage)
        await stage.press("ctrl+r")
        await stage.until("REFUND")
        await stage.press("w")
        await stage.until("The receipt was written to")
    [path] = own_home.glob("receipt-*.txt")
    lines = path.read_text().splitlines()
    assert lines[0].strip() == "REFUND"
    assert max(map(len, lines)) <= 40
    assert path.stat().st_mode & 0o777 == 0o600


async def test_what_another_desk_does_is_seen_where_the_refund_is_shown(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        [refund] = await refunds(stage)
        await stage.press("f4")
        await stage.until("1 refund, newest first")
        await stage.press("enter")
        await stage.until("? UNKNOWN")
        clock = FakeClock(stage.clock.at, stage.clock.ticks)
        settings = stage.desk.settings
        async with desk_over(tmp_path, ScriptedService(), clock=clock, base_url=settings.base_url) as other:
            await other.act(refund.key, Action.ASK_AGAIN)
            other.begin()
            await stage.until("● ACCEPTED")
        [refund] = await refunds(stage)
    assert refund.state is State.ACCEPTED


async def test_after_a_repair_all_that_is_blocked_goes_on_by_one_answer(tmp_path: Path) -> None:
    async with program(tmp_path, FORBIDDEN, FORBIDDEN) as stage:
        for receipt in ("R-1001", "R-1010"):
            await stage.refund(receipt, "2.00")
            await stage.until("BLOCKED")
        await stage.press("f4")
        await stage.until("2 refunds, newest first")
        await stage.press("g")
        await stage.until("every refund that is blocked")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("nothing open")
        states = {refund.state for refund in await refunds(stage)}
    assert states == {State.ACCEPTED}
