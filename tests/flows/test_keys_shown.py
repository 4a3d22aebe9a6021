"""The line of keys and help show what each key does with the present focus, and that there are more keys."""

from __future__ import annotations

from pathlib import Path

from refund_tui.host.paths import trips_path
from refund_tui.store.sqlite.trips import Trips
from tests.flows.stage import FORBIDDEN, LIMITED, Stage, program
from tests.support.clock import NOON
from tests.support.records import trip


def keys(stage: Stage) -> str:
    return stage.text.splitlines()[-1]


async def test_keys_that_do_not_fit_are_announced_by_help(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("WAITING")
        await stage.press("f2", "R-1002")
        await stage.until("1 trip")
        assert "F1  Help +" in keys(stage)
        assert len(keys(stage)) <= 80
    async with program(tmp_path, size=(200, 50)) as stage:
        await stage.press("R-1002")
        await stage.until("1 trip")
        assert "F1  Help +" not in keys(stage)
        assert "^P  Commands" in keys(stage)


async def test_a_key_that_is_a_character_is_not_offered_in_a_field(tmp_path: Path) -> None:
    async with program(tmp_path, FORBIDDEN, size=(160, 40)) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("BLOCKED")
        await stage.press("f4")
        await stage.until("g  Go on with all")
        await stage.press("/")
        await stage.idle()
        assert "g  Go on with all" not in keys(stage)
        await stage.press("f1")
        await stage.until("You are in the filter")
        assert not stage.shows("goes on with each BLOCKED")


async def test_all_left_is_not_offered_where_the_window_is_closed(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1001")
        assert "F5  All left" in keys(stage)
        stage.clock.advance(20 * 86_400)
        await stage.reread()
        await stage.until("the refund window closed")
        assert "All left" not in keys(stage)


async def test_more_and_less_are_offered_for_pieces_and_not_for_weights(tmp_path: Path) -> None:
    opened = Trips.open(trips_path(tmp_path))
    opened.put([trip("pieces-and-weights", began=NOON, ended=NOON, receipt="R-77")])
    opened.close()
    async with program(tmp_path, size=(140, 40)) as stage:
        await stage.open("R-77")
        await stage.press("tab", "tab", "tab")
        await stage.idle()
        assert "+  One more" in keys(stage)
        await stage.press("down")
        await stage.idle()
        assert "One more" not in keys(stage), "bananas are weighed"
        assert "Space  Mark" in keys(stage)
