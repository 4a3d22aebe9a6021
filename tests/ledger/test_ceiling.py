"""The captured amount of a trip is kept, even if the trips file changes or the id has another spelling."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from refund_tui.core.money import Money
from refund_tui.core.refunds import Action
from refund_tui.core.rules import Refused
from refund_tui.core.trips import Card
from refund_tui.desk.desk import Desk
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.store.sqlite.trips import Trips
from tests.support.clock import NOON, FakeClock
from tests.support.desks import STORE, TRIP, desk_over, intent
from tests.support.ledgers import all_events
from tests.support.records import trip
from tests.support.service import ScriptedService

BARE = TRIP.replace("-", "")


def know(folder: Path, minor: int = 5000, currency: str = "EUR", trip_id: str = TRIP) -> None:
    """Import a trip of today with this captured amount."""
    trips = Trips.open(trips_path(folder))
    trips.put([trip(trip_id, captured=Money(minor, currency), began=NOON, ended=NOON)])
    trips.close()


async def refunded(folder: Path, minor: int, trip_id: str = TRIP) -> None:
    """Refund this amount as another process does."""
    async with desk_over(folder, ScriptedService()) as desk:
        await desk.take(intent(minor, trip=trip_id))


async def left(desk: Desk, trip_id: str = TRIP) -> str:
    return str((await desk.trips.balance(STORE, trip_id)).left)


async def test_what_was_captured_outlives_the_trips_file(tmp_path: Path) -> None:
    know(tmp_path)
    await refunded(tmp_path, 3500)
    trips_path(tmp_path).unlink()
    async with desk_over(tmp_path, ScriptedService()) as desk:
        assert await left(desk) == "15.00 EUR"
        with pytest.raises(Refused, match=r"only 15\.00 EUR is left"):
            await desk.take(intent(5000))
        taken = await desk.take(intent(1500), second_yes=True)
    assert taken.intent.captured == Money(5000, "EUR"), "the next one goes by it too"


async def test_a_larger_amount_of_a_later_import_does_not_count_and_both_are_named(tmp_path: Path) -> None:
    know(tmp_path)
    await refunded(tmp_path, 3500)
    know(tmp_path, 20_000)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        with pytest.raises(Refused) as refused:
            await desk.take(intent(5000))
    told = str(refused.value)
    assert told.startswith("only 15.00 EUR is left to refund")
    for words in ("50.00 EUR", "200.00 EUR", "refund-tui ledger ceiling"):
        assert words in told


async def test_a_smaller_amount_of_a_later_import_counts(tmp_path: Path) -> None:
    know(tmp_path)
    await refunded(tmp_path, 1000)
    know(tmp_path, 2000)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        with pytest.raises(Refused, match=r"only 10\.00 EUR is left"):
            await desk.take(intent(1001))


async def test_an_amount_in_another_currency_stops_the_trip(tmp_path: Path) -> None:
    know(tmp_path)
    await refunded(tmp_path, 1000)
    know(tmp_path, 20_000, "USD")
    async with desk_over(tmp_path, ScriptedService()) as desk:
        for currency in ("EUR", "USD"):
            with pytest.raises(Refused, match=r"50\.00 EUR.*200\.00 USD"):
                await desk.take(intent(100, currency=currency))


@pytest.mark.parametrize("other", ["a" * 32, "A" * 32, "AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA"])
async def test_a_trip_in_another_spelling_is_the_same_trip(tmp_path: Path, other: str) -> None:
    written = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
    know(tmp_path, trip_id=written)
    await refunded(tmp_path, 4000, written)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        assert await left(desk, other) == "10.00 EUR"
        with pytest.raises(Refused, match=f"under the id {written}"):
            await desk.take(intent(500, trip=other))


async def test_a_closed_window_outlives_the_trips_file(tmp_path: Path) -> None:
    know(tmp_path)
    await refunded(tmp_path, 1000)
    trips_path(tmp_path).unlink()
    clock = FakeClock(NOON + timedelta(days=9))
    async with desk_over(tmp_path, ScriptedService(), clock=clock) as desk:
        with pytest.raises(Refused, match="the refund window closed"):
            await desk.take(intent(500))


# A person's word


async def say(folder: Path, minor: int, why: str = "the till's own record") -> None:
    async with desk_over(folder, ScriptedService(), clerk="eve") as desk:
        await desk.set_ceiling(STORE, TRIP, Money(minor, "EUR"), why)


async def test_a_persons_word_counts_until_the_next_one(tmp_path: Path) -> None:
    know(tmp_path)
    await refunded(tmp_path, 3500)
    know(tmp_path, 20_000)
    await say(tmp_path, 20_000)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        assert await left(desk) == "165.00 EUR"
        taken = await desk.take(intent(5000), second_yes=True)
        assert taken.intent.captured == Money(20_000, "EUR")
        [said] = [event for event in all_events(ledger_path(tmp_path)) if event.kind == "ceiling_set"]
    assert (said.key, said.who, said.why) == (None, "eve", "the till's own record")
    assert said.data == {"store_id": STORE, "trip_id": TRIP, "captured": "200.00 EUR"}
    await say(tmp_path, 9000)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        assert await left(desk, BARE) == "5.00 EUR"
        with pytest.raises(Refused, match=r"only 5\.00 EUR is left.*eve said that 90\.00 EUR.*now says 200\.00 EUR"):
            await desk.take(intent(501), second_yes=True)


async def test_a_persons_word_decides_between_two_currencies(tmp_path: Path) -> None:
    know(tmp_path)
    await refunded(tmp_path, 1000)
    know(tmp_path, 20_000, "USD")
    await say(tmp_path, 5000)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        await desk.take(intent(500), second_yes=True)
        with pytest.raises(Refused, match="charged in EUR, not USD"):
            await desk.take(intent(500, currency="USD"))


async def test_the_captured_amount_of_a_rejected_refund_counts_and_its_spelling_does_not(tmp_path: Path) -> None:
    know(tmp_path, trip_id="trip-1")
    async with desk_over(tmp_path, ScriptedService()) as desk:
        refund = await desk.take(intent(1000, trip="TRIP-1"))
        await desk.act(refund.key, Action.CANCEL)
    trips_path(tmp_path).unlink()
    async with desk_over(tmp_path, ScriptedService()) as desk:
        assert await desk.trips.known_as(STORE, "trip-1") == (STORE, "trip-1")
        with pytest.raises(Refused, match=r"only 50\.00 EUR is left"):
            await desk.take(intent(5001, trip="trip-1"))
        await desk.take(intent(5000, trip="trip-1"))


async def test_the_store_in_another_spelling_is_the_same_store(tmp_path: Path) -> None:
    know(tmp_path)
    await refunded(tmp_path, 4000)
    async with desk_over(tmp_path, ScriptedService()) as desk:
        assert await desk.trips.known_as("store-001", BARE) == (STORE, TRIP)
        with pytest.raises(Refused, match=f"in store {STORE}"):
            await desk.take(replace(intent(500), store_id="store-001"))


async def test_two_clerks_at_once_cannot_pass_by_two_spellings(tmp_path: Path) -> None:
    know(tmp_path)
    async with desk_over(tmp_path, ScriptedService()) as one, desk_over(tmp_path, ScriptedService()) as other:
        both = (one.take(intent(3000)), other.take(intent(3000, trip=BARE)))
        ended = await asyncio.gather(*both, return_exceptions=True)
        assert sum(isinstance(each, Refused) for each in ended) == 1


async def test_the_currency_that_the_service_told_is_the_only_one_taken(tmp_path: Path) -> None:
    trips = Trips.open(trips_path(tmp_path))
    trips.remember_card(STORE, TRIP, Card("VISA", "1234"), "JPY")
    trips.close()
    async with desk_over(tmp_path, ScriptedService()) as desk:
        with pytest.raises(Refused, match="charged in JPY, not EUR"):
            await desk.take(intent(500))
        await desk.take(intent(500, currency="JPY"))
