"""The demo's sample trips do what their descriptions say, and their prices add up."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest

from refund_tui.sandbox import SampleTrip, SandboxThread, sample_trips
from tests.support.wire import KEY, everything, look_up, query_body, raw_refund, refund, refund_body

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
TRIPS = {trip.record["receipt"][:6]: trip for trip in sample_trips(NOW)}


def cart(trip: SampleTrip) -> Decimal:
    """The sum of the articles, each line rounded as on a receipt."""
    digits = Decimal(1) if trip.record["captured"]["code"] == "JPY" else Decimal("0.01")
    lines = (Decimal(item["unitPrice"]) * Decimal(item["quantity"]["value"]) for item in trip.record["items"])
    return sum((line.quantize(digits, ROUND_HALF_UP) for line in lines), Decimal(0))


def test_the_sample_trips_are_the_same_for_the_same_instant_and_their_ids_never_change() -> None:
    assert sample_trips(NOW) == sample_trips(NOW)
    later = sample_trips(NOW + timedelta(days=400))
    assert [trip.record["shoppingTripId"] for trip in later] == [
        trip.record["shoppingTripId"] for trip in TRIPS.values()
    ]
    assert len({trip.record["shoppingTripId"][:4] for trip in later}) == len(later) == 14


def test_each_is_a_record_that_can_be_imported_as_json() -> None:
    for trip in TRIPS.values():
        record = json.loads(json.dumps(trip.record))
        assert record["storeId"] == "STORE-001"
        assert datetime.fromisoformat(record["startTime"]) < datetime.fromisoformat(record["endTime"])
        assert trip.description.endswith(".")


@pytest.mark.parametrize("receipt", [name for name in TRIPS if name not in ("R-1003", "R-1012")])
def test_the_articles_add_up_to_what_was_captured(receipt: str) -> None:
    assert cart(TRIPS[receipt]) == Decimal(TRIPS[receipt].record["captured"]["amount"])


def test_some_samples_have_a_cart_above_the_captured_amount_a_weight_yen_or_no_amount() -> None:
    assert cart(TRIPS["R-1003"]) > Decimal(TRIPS["R-1003"].record["captured"]["amount"])
    assert {item["quantity"]["unit"] for item in TRIPS["R-1002"].record["items"]} == {"kg"}
    assert TRIPS["R-1011"].record["captured"]["code"] == "JPY"
    assert "captured" not in TRIPS["R-1012"].record


def test_the_last_day_is_the_seventh_in_the_zone_of_now_even_across_a_clock_change() -> None:
    began = datetime.fromisoformat(TRIPS["R-1013"].record["startTime"]).astimezone(NOW.tzinfo)
    assert began.date() == NOW.date() - timedelta(days=7)
    closed = datetime.fromisoformat(TRIPS["R-1014"].record["startTime"])
    assert NOW.astimezone(UTC) - closed > timedelta(days=9)


@pytest.mark.parametrize(
    ("receipt", "statuses"),
    [
        ("R-1001", [200]),
        ("R-1004", [429, 200]),
        ("R-1005", [503, 200]),
        ("R-1006", [400, 400]),
        ("R-1007", [None, 200]),
        ("R-1008", [500, 500, 200]),
        ("R-1010", [403, 200]),
        ("R-1012", [200]),
    ],
)
def test_the_service_treats_each_as_its_lesson_says(receipt: str, statuses: list[int | None]) -> None:
    body = refund_body(trip=TRIPS[receipt].record["shoppingTripId"], amount="1.00")
    with SandboxThread(trips=[trip.service_trip for trip in TRIPS.values()], any_trip=True) as sandbox:
        for status in statuses:
            if status is None:
                assert everything(sandbox, raw_refund(body)) == b""
            else:
                assert refund(sandbox, body).status == status
    assert sandbox.books.times_executed(KEY) == (0 if receipt == "R-1006" else 1)


def test_the_service_knows_the_card_that_the_record_names() -> None:
    with SandboxThread(trips=[trip.service_trip for trip in TRIPS.values()]) as sandbox:
        told = look_up(sandbox, query_body(TRIPS["R-1004"].record["shoppingTripId"])).json
        assert look_up(sandbox, query_body(TRIPS["R-1006"].record["shoppingTripId"])).status == 400
    assert {"brand": told["brand"], "tail": told["tail"]} == TRIPS["R-1004"].record["card"]
