"""From the form of a trip one key opens each of its refunds, and what stops a new one; one key comes back."""

from __future__ import annotations

from pathlib import Path

from tests.flows.stage import LOST, MALFORMED, program, unknown
from tests.flows.test_keys_shown import keys


async def test_from_the_form_one_key_settles_what_stops_it_and_one_comes_back(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await stage.open("R-1007")
        await stage.until("F8 asks again, F12 settles it, F11 shows it.")
        assert "F8  Ask again" in keys(stage)
        await stage.press("f12")
        await stage.until("what became of it?")
        await stage.press("1", "tab", "CASE-1", "tab", "bank", "f10")
        await stage.until("Settle this refund for good?")
        await stage.say_yes()
        await stage.until("SETTLED_PAID")
        await stage.press("escape")
        await stage.until("SETTLED_PAID just now")
        await stage.idle()
        assert "No refund is possible" not in stage.text
        await stage.press("1.00", "tab", "1", "f10")
        await stage.until("Refund 1.00 EUR to")


async def test_from_the_form_one_key_asks_again_about_what_stops_it(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await stage.open("R-1007")
        await stage.press("f8")
        await stage.until("Ask the service again?")
        await stage.say_yes()
        await stage.until("ACCEPTED")


async def test_each_refund_of_the_trip_is_opened_from_the_form_which_is_kept(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        for amount in ("1.00", "2.00"):
            await stage.refund("R-1001", amount)
            await stage.until(f"{amount} EUR   ● ACCEPTED")
        await stage.open("R-1001")
        await stage.press("3.00", "f11")
        await stage.until("2.00 EUR   ● ACCEPTED")
        await stage.press("n")
        await stage.until("1.00 EUR   ● ACCEPTED")
        await stage.press("p")
        await stage.until("2.00 EUR   ● ACCEPTED")
        await stage.press("escape")
        await stage.until("of 15.40 EUR left")
        assert "3.00" in stage.text


async def test_a_trip_without_a_refund_offers_none(tmp_path: Path) -> None:
    async with program(tmp_path, size=(160, 40)) as stage:
        await stage.open("R-1001")
        assert "Its refunds" not in keys(stage)
        await stage.press("f11")
        await stage.idle()
        assert "of 18.40 EUR left" in stage.text
