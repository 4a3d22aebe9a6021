"""How many keys an errand takes, beside the amount."""

from __future__ import annotations

from pathlib import Path

from tests.flows.stage import program


async def test_a_known_trip_takes_at_most_ten_keys_and_the_amount(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        find, rest = [*"4242", "enter"], ["tab", "1", "f10"]
        await stage.press(*find)
        await stage.until("Amount")
        await stage.press("5.00", *rest)
        await stage.until("go back")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")
        assert len([*find, *rest, "y"]) <= 10


async def test_a_refund_is_found_by_its_card_with_at_most_eight_keys(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("ACCEPTED")
        await stage.refund("R-1004", "4.00")
        await stage.until("4.00 EUR")
        stage.clock.advance(5 * 86_400)
        await stage.press("f2")
        keys = ["f4", "f7", *"4242", "enter", "enter"]
        await stage.press(*keys[:-1])
        await stage.until("1 of 1 refund")
        await stage.press(keys[-1])
        await stage.until("5.00 EUR   ● ACCEPTED")
        await stage.until("R-1001")
        assert len(keys) <= 8
