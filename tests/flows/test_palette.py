"""The palette, the footer and help use one list of commands, with configured keys."""

from __future__ import annotations

from pathlib import Path

from tests.flows.stage import LIMITED, Stage, program


def amount_line(stage: Stage) -> str:
    """The line of the form that has the amount."""
    return next(line for line in stage.text.splitlines() if "Amount" in line)


async def test_a_command_is_found_by_a_part_of_its_name_and_done_where_the_clerk_was(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("ctrl+p", "all left")
        await stage.until("fills in all that is left")
        assert "refunds, newest first" not in stage.text
        await stage.press("enter")
        await stage.until("13.79 ")
        assert amount_line(stage).split()[1] == "13.79"


async def test_only_what_is_possible_now_is_offered(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED) as stage:
        await stage.press("ctrl+p", "settle")
        await stage.until("No command that is possible now")
        await stage.press("escape")
        await stage.refund("R-1004", "5.00")
        await stage.until("WAITING")
        await stage.press("ctrl+p", "stops", "enter")
        await stage.until("Cancel this refund?")


async def test_escape_does_nothing_and_goes_back_to_where_the_clerk_was(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("5.00", "ctrl+p", "down", "down", "escape")
        await stage.until("of 13.79 EUR left")
        assert "5.00" in stage.text


async def test_a_moved_key_works_and_is_told_wherever_keys_are(tmp_path: Path) -> None:
    async with program(tmp_path, keys={"refund.all": "f6", "refund.card": "f5"}) as stage:
        await stage.open("R-1002")
        assert " F6  All left" in stage.text
        await stage.press("f5")
        assert "13.79 EUR" in stage.text
        assert "(in EUR)" in amount_line(stage)  # the hint is still there, so nothing was filled in
        await stage.press("f6")
        assert amount_line(stage).split()[1] == "13.79"
        await stage.press("f1")
        await stage.until("fills in all that is left")
        [told] = [line.split() for line in stage.text.splitlines() if "fills in all that is left" in line]
        assert told[0] == "F6"
        await stage.press("escape", "ctrl+p", "all left")
        await stage.until("All left       F6")


async def test_the_line_of_keys_follows_the_cursor(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        assert "Space  Mark" not in stage.text
        await stage.press("tab", "tab", "tab")
        await stage.until("Space  Mark")
