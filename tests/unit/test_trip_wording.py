"""What a screen says about a trip's time and its refund window."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from refund_tui.core.money import Money
from refund_tui.core.rules import TripBalance, check_window
from refund_tui.core.trips import Trip
from refund_tui.desk.desk import Desk
from refund_tui.tui.wording.trip_facts import trip_in_two_lines, trip_summary
from tests.support.clock import NOON, FakeClock
from tests.support.desks import STORE, TRIP, settings

BALANCE = TripBalance(Money(5000, "EUR"))


def told(folder: Path, age: timedelta) -> str:
    """The words for a trip that is so old, in Berlin."""
    desk = Desk(settings(folder), clock=FakeClock())
    trip = Trip(STORE, TRIP, began=NOON - age)
    parts = [*trip_in_two_lines(desk, trip, BALANCE), *trip_summary(desk, STORE, trip, BALANCE)]
    return " ".join(part if isinstance(part, str) else part[0] for part in parts)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(days=1), "closes in"),
        (timedelta(days=6, hours=23), "last day, closes in"),
        (timedelta(days=7), "last day, may already be closed"),
        (timedelta(days=7, hours=6), "last day, may already be closed"),
        (timedelta(days=8), "CLOSED"),
    ],
)
def test_the_windows_last_hours_are_not_promised(tmp_path: Path, age: timedelta, words: str) -> None:
    assert words in told(tmp_path, age)
    assert ("may already" in told(tmp_path, age)) == ("may already" in words)


@pytest.mark.parametrize(("ahead", "remarked"), [(-60.0, False), (60.0, False), (3_600.0, True)])
def test_a_trip_dated_in_the_future_is_pointed_out(tmp_path: Path, ahead: float, remarked: bool) -> None:
    assert ("IN THE FUTURE" in told(tmp_path, timedelta(seconds=-ahead))) == remarked


def test_a_refusal_tells_the_stores_time(tmp_path: Path) -> None:
    desk, began = Desk(settings(tmp_path)), NOON - timedelta(days=30)
    refused = check_window(desk.window_closes(Trip(STORE, TRIP, began=began)), NOON)
    assert refused is not None
    assert refused.split()[-2:] in (["00:00", "CET"], ["00:00", "CEST"])
