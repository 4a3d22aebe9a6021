"""A record that cannot be read, or was altered: every screen shows it as damaged and offers no action."""

from __future__ import annotations

from pathlib import Path

from refund_tui.host.paths import ledger_path
from tests.flows.stage import program
from tests.support.damage import damage
from tests.support.desks import desk_over, intent
from tests.support.service import ScriptedService

URL = "https://eu-central-1.test.payments.example.com"


async def recorded(folder: Path, trip: str, what: str) -> None:
    """A recorded refund that is damaged now."""
    async with desk_over(folder, ScriptedService(), base_url=URL) as desk:
        await desk.take(intent(trip=trip))
    assert damage(ledger_path(folder), f"UPDATE refund SET {what}") == 1


async def test_a_damaged_refund_is_counted_listed_and_shown_and_no_key_is_offered_for_it(tmp_path: Path) -> None:
    await recorded(tmp_path, "trip-damaged", "reason = 'NONE'")
    async with program(tmp_path) as stage:
        await stage.until("! 1 DAMAGED")
        await stage.press("f4")
        await stage.until("unreadable")
        assert "trip-damaged" in stage.text
        await stage.press("enter")
        await stage.until("reason holds 'NONE'")
        await stage.until("Nothing can be done to it here, and no new refund is taken on its trip.")
        for offered in ("Cancel", "Ask again", "Settle", "Receipt"):
            assert offered not in stage.text
        await stage.press("f9", "f8", "f12")
        assert stage.shows("reason holds 'NONE'")


async def test_a_damaged_refund_that_was_paid_long_ago_is_counted_too(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService(), base_url=URL) as desk:
        desk.begin()
        await desk.take(intent(trip="trip-damaged"))
        await desk.drain()
    assert damage(ledger_path(tmp_path), "UPDATE refund SET reason = 'NONE'") == 1
    async with program(tmp_path) as stage:
        await stage.until("! 1 DAMAGED")
        await stage.until("reason holds 'NONE'")


async def test_an_altered_refund_stands_with_an_alarm_that_says_what_differs(tmp_path: Path) -> None:
    await recorded(tmp_path, "trip-altered", "minor = 125")
    async with program(tmp_path) as stage:
        await stage.until("! 1 ALARM")
        await stage.press("f4")
        await stage.until("BLOCKED !")
        await stage.press("enter")
        await stage.until("the record says 1.25 EUR, the")
        await stage.until("Nothing was sent now")


async def test_no_new_refund_is_offered_on_the_trip_of_a_damaged_one(tmp_path: Path) -> None:
    await recorded(tmp_path, "trip-damaged", "reason = 'NONE'")
    async with program(tmp_path) as stage:
        await stage.press(*"trip-damaged", "enter")
        await stage.until("No refund is possible here: a record of this trip is DAMAGED")
