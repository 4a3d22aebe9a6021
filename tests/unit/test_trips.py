"""A trip is found by every fact that a shopper may know, and its facts are never lost and never guessed."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refund_tui.core.filters import Part, TripWord
from refund_tui.core.money import Money
from refund_tui.core.trips import Article, Card, Trip
from refund_tui.errors import StoreError
from refund_tui.store.sqlite.trips import FEW, Trips
from tests.support.damage import damage
from tests.support.records import trip

NEW_YORK = ZoneInfo("America/New_York")
DAY = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def trips(tmp_path: Path) -> Iterator[Trips]:
    opened = Trips.open(tmp_path / "trips.sqlite3")
    yield opened
    opened.close()


def found(trips: Trips, text: str, *, today: date | None = None) -> list[str]:
    """The ids found, in the order in which they are shown; counted the same."""
    ids = [each.trip_id for each in trips.find(text, 0, 100, today=today)]
    assert trips.count(text, 1000, today=today) == len(ids)
    return ids


def test_a_trip_comes_back_exactly_as_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "trips.sqlite3"
    told = [trip(), Trip("STORE-001", "bare"), trip("yen", captured=Money(500, "JPY"), card=Card(None, "0007"))]
    opened = Trips.open(path)
    assert opened.put(told) == (3, 0, 0)
    opened.close()
    again = Trips.open(path)
    assert [again.get("STORE-001", each.trip_id) for each in told] == told
    assert again.get("STORE-002", "trip-1") is None
    again.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_id_in_two_stores_is_two_trips(trips: Trips) -> None:
    other = replace(trip(), store_id="STORE-002", captured=Money(1, "EUR"))
    trips.put([trip(), other])
    assert [trips.get(store, "trip-1") for store in ("STORE-001", "STORE-002")] == [trip(), other]
    assert trips.get("STORE-002", "trip") is None


def test_a_trip_is_known_in_whichever_spelling_of_its_ids(trips: Trips) -> None:
    told = trip("AAAAAAAA-BBBB-cccc-dddd-eeeeeeeeeeee")
    trips.put([told, trip("Trip-1")])
    for name in ("aaaaaaaabbbbccccddddeeeeeeeeeeee", told.trip_id.lower(), told.trip_id.replace("-", "")):
        assert trips.get("store-001", name) == told
        assert found(trips, name) == [told.trip_id]
    assert trips.get("STORE-001", "trip-1") == trip("Trip-1")
    assert trips.get("STORE-001", "trip1") is None, "only a UUID has dashes that do not count"


def test_of_two_spellings_the_given_one_is_meant_and_the_smallest_amount_counts(trips: Trips) -> None:
    trips.put([trip("Trip-1", captured=Money(2000, "EUR"), receipt="R-1"), trip("TRIP-1", receipt="R-2")])
    for name, receipt in (("Trip-1", "R-1"), ("TRIP-1", "R-2")):
        known = trips.get("STORE-001", name)
        assert known is not None
        assert (known.receipt, known.captured) == (receipt, Money(2000, "EUR"))


def test_importing_again_changes_nothing_but_what_changed(trips: Trips) -> None:
    microseconds = trip("trip-2", began=datetime(2026, 1, 1, 1, 1, 1, 123456, tzinfo=UTC))
    assert trips.put([trip(), microseconds]) == (2, 0, 0)
    assert trips.put([trip(), microseconds, trip()]) == (0, 0, 3)
    assert trips.put([trip(captured=Money(4000, "EUR")), microseconds]) == (0, 1, 1)
    known = trips.get("STORE-001", "trip-1")
    assert known is not None
    assert known.captured == Money(4000, "EUR")
    assert found(trips, "50.00") == ["trip-2"]
    assert found(trips, "40.00") == ["trip-1"]


BODY = Trip(
    "STORE-001",
    "trip-1",
    began=datetime(2026, 11, 23, 16, 0, tzinfo=UTC),
    articles=(Article("SKU-2", None, Decimal("0.345"), "kg", None, "line-2"), Article("SKU-1", quantity=Decimal(2))),
)


@pytest.mark.parametrize("order", [(trip(), BODY), (BODY, trip())])
def test_a_purchase_and_a_retailers_record_complete_each_other_in_any_order(
    trips: Trips, order: tuple[Trip, Trip]
) -> None:
    for told in order:
        trips.put([told])
    known = trips.get("STORE-001", "trip-1")
    assert known is not None
    assert (known.captured, known.card, known.receipt) == (trip().captured, trip().card, trip().receipt)
    assert {article.id: article.name for article in known.articles} == {"SKU-1": "Müsli Riegel", "SKU-2": "Bananas"}
    assert all(article.unit_price for article in known.articles)


def test_another_card_never_inherits_the_brand_of_the_first(trips: Trips) -> None:
    trips.put([trip(card=Card("VISA", "1234")), trip(card=Card(None, "9999"))])
    known = trips.get("STORE-001", "trip-1")
    assert known is not None
    assert known.card == Card(None, "9999")


def test_what_the_service_tells_of_a_card_is_kept_also_for_a_trip_unknown_here(trips: Trips) -> None:
    trips.put([trip("known", card=Card(), captured=None)])
    for name in ("known", "unknown"):
        trips.remember_card("STORE-001", name, Card("VISA", "4321"), "EUR")
        trips.remember_card("STORE-001", name, Card(None, None), None)
        assert (told := trips.get("STORE-001", name)) is not None
        assert told.currency == "EUR"
    assert found(trips, "4321") == ["known", "unknown"]
    trips.put([trip("unknown", card=Card(), captured=Money(700, "CHF"))])
    known = trips.get("STORE-001", "unknown")
    assert known is not None
    assert (known.card, known.currency, known.captured) == (Card("VISA", "4321"), "EUR", Money(700, "CHF"))


def test_the_newest_stands_first_and_the_undated_last(trips: Trips) -> None:
    days = {"b": 1, "c": 5, "a": 3}
    trips.put([Trip("S", "undated"), *(trip(name, began=DAY + timedelta(days=day)) for name, day in days.items())])
    trips.put([Trip("S", "ended", ended=DAY), trip("old", began=datetime(1, 1, 1, tzinfo=UTC))])
    assert found(trips, "") == found(trips, "  ") == ["c", "a", "b", "ended", "old", "undated"]
    assert [each.trip_id for each in trips.find("", 2, 2)] == ["b", "ended"]
    assert found(trips, "visa") == ["c", "a", "b", "old"]
    trips.put([Trip("S", "undated", began=DAY + timedelta(days=9))])
    assert found(trips, "")[0] == "undated"
    assert found(trips, "undat") == ["undated"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "trip-1",
            "TRIP",
            "R-1001",
            "r-10",
            "1001",
            " r-1001\n",
            "1234",
            "50",
            "50.0",
            "50,00",
            "50.00",
            "50EUR",
            "50,00eur",
        ),
        *("sku-1", "müsli", "MUSLI", "mu\u0308sli", "riegel", "visa 1234", "1234 banan 50"),
        *("2026-11-23", "2026-11", "2026-11-2", "23.11.2026", "23.11.26", "23.11", "23.11.", "today"),
        *("visa 23.11.", "today riegel"),
    ],
)
def test_it_is_found_by(trips: Trips, text: str) -> None:
    long_ago = DAY - timedelta(days=90)
    other = trip("other", began=long_ago, captured=None, card=Card("AMEX", "0005"), receipt="Q-7", articles=())
    trips.put([trip(), other])
    assert found(trips, text, today=date(2026, 11, 23)) == ["trip-1"]


@pytest.mark.parametrize(
    "text",
    [
        *("*", "%", "_", "R-1*", "R-1%", "r_1001", "t?ip", "[tT]rip", "^trip", "(", "-", '"', '"trip-1"', "'"),
        *("'; DROP TABLE trip", "trip-1 OR 1", "NOT zebra", "NEAR(trip riegel)", "words:trip", "trip-1 zebra"),
        *("trip\x1b[31m", "\u202etrip-9", "trip\udc80x", "\U0001f4a9", "x" * 5000),
        *(
            "24.11.",
            "99.99.2026",
            "2026-13",
            "0000-00-00",
            "9999-12-31",
            "31.12.9999",
            "yesterday",
            "50JPY",
            "5EUR",
            "50JPX",
        ),
    ],
)
def test_typed_wildcards_are_searched_literally(trips: Trips, text: str) -> None:
    trips.put([trip()])
    assert found(trips, text, today=date(2026, 11, 23)) == []


def test_an_id_that_holds_the_text_as_typed_comes_before_newer_trips(trips: Trips) -> None:
    trips.put(trip(f"abc{n}", began=DAY + timedelta(days=n), receipt=f"R-{n}") for n in range(FEW + 5))
    trips.put([trip("abc", began=DAY - timedelta(days=9), receipt=None)])
    trips.put([trip("new", began=DAY + timedelta(days=99), receipt=None, articles=(Article("abc3"),))])
    assert found(trips, "abc")[:3] == ["abc", "new", f"abc{FEW + 4}"]
    assert found(trips, "ABC3") == ["abc3", "new"]
    assert found(trips, "r-3")[0] == "abc3"


def test_pages_are_the_list_cut_in_pieces(trips: Trips) -> None:
    trips.put(trip(f"abc{n:03d}", began=DAY + timedelta(days=n % 7), receipt="R-7") for n in range(57))
    for text in ("", "abc", "abc00", "visa", "visa 23.11.2026", "24.11.2026"):
        whole = found(trips, text)
        pages = [trips.find(text, start, 5) for start in range(0, len(whole) + 5, 5)]
        assert [each.trip_id for page in pages for each in page] == whole
        assert trips.count(text, 3) == min(3, len(whole))


def test_a_day_is_the_stores_day(trips: Trips) -> None:
    evening = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    trips.put([trip(began=evening)])
    assert [each.trip_id for each in trips.find("23.11.2026", 0, 9, zone=NEW_YORK)] == ["trip-1"]
    assert trips.find("24.11.2026", 0, 9, zone=NEW_YORK) == []


def test_a_day_without_its_year_is_the_last_one_that_has_been(trips: Trips) -> None:
    trips.put([trip("old", began=DAY.replace(year=2025)), trip("new", began=DAY)])
    assert found(trips, "23.11.", today=date(2026, 11, 22)) == ["old"]
    assert found(trips, "23.11.", today=date(2026, 11, 23)) == ["new"]


@pytest.mark.parametrize(
    "text", ["23 Nov", "23 nov 17:29", "23 Nov 17:29:05", "17:29", "17:29:05", "97.83 EUR", "97,83 eur", "17:29 visa"]
)
def test_what_the_list_shows_finds_its_row(trips: Trips, text: str) -> None:
    shown = datetime(2026, 11, 23, 17, 29, 5, tzinfo=UTC)
    trips.put([
        trip("shown", began=shown, captured=Money(9783, "EUR")),
        trip("other", began=datetime(2026, 11, 22, 18, 0, tzinfo=UTC), captured=Money(9784, "EUR")),
        trip("minutes-later", began=shown + timedelta(minutes=2), captured=Money(9785, "EUR")),
    ])  # fmt: skip
    expected = ["minutes-later", "shown"] if text == "23 Nov" else ["shown"]
    assert found(trips, text, today=date(2026, 11, 23)) == expected


def test_a_time_is_the_stores_time(trips: Trips) -> None:
    trips.put([trip("evening", began=datetime(2026, 11, 23, 22, 29, tzinfo=UTC))])
    [evening] = trips.find("23 Nov 17:29", 0, 9, zone=NEW_YORK, today=date(2026, 11, 25))
    assert evening.trip_id == "evening"


def test_another_terminals_import_is_noticed_and_seen(tmp_path: Path, trips: Trips) -> None:
    other = Trips.open(tmp_path / "trips.sqlite3")
    before = trips.changes_seen()
    other.put([trip()])
    other.close()
    assert trips.changes_seen() != before
    assert found(trips, "") == ["trip-1"]


def test_a_batch_is_taken_whole_or_not_at_all(trips: Trips) -> None:
    def broken() -> Iterator[Trip]:
        yield trip()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trips.put(broken())
    assert found(trips, "") == []
    assert trips.put([trip()]) == (1, 0, 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_no_search_text_is_interpreted_as_a_query(trips: Trips, text: str) -> None:
    trips.put([trip()])
    for each in trips.find(text, 0, 10, today=date(2026, 11, 23)):
        assert each == trip()


def test_a_card_number_that_an_older_version_kept_as_a_brand_is_not_shown(trips: Trips) -> None:
    trips.remember_card("STORE-001", "trip-1", Card("4111111111111111", "1111"), "EUR")
    told = trips.get("STORE-001", "trip-1")
    assert told is not None
    assert told.card == Card(None, "1111")


@pytest.mark.parametrize(
    "what",
    [
        "began = 'yesterday'", "ended = '2026-11-23'", "minor = 'abc'", "minor = -1", "currency = 'EUP'",
        "currency = NULL", "articles = '['", "articles = '[1]'",
        "articles = '[[\"a\",null,\"x\",null,null,null,null]]'",
        "articles = '[[\"a\",null,null,null,5,\"EUP\",null]]'", "receipt = CAST(x'ff' AS TEXT)",
    ],
)  # fmt: skip
def test_a_trip_that_cannot_be_read_is_listed_as_damaged_not_used_and_repaired_by_its_import(
    tmp_path: Path, what: str
) -> None:
    path = tmp_path / "trips.sqlite3"
    opened = Trips.open(path)
    opened.put([trip("trip-1"), trip("trip-2")])
    opened.close()
    assert damage(path, f"UPDATE trip SET {what} WHERE trip_id = 'trip-2'") == 1
    again = Trips.open(path)
    assert [(each.trip_id, bool(each.damage)) for each in again.find("", 0, 9)] == [("trip-2", True), ("trip-1", False)]
    assert again.get("STORE-001", "trip-1") == trip("trip-1")
    with pytest.raises(StoreError, match="import it again"):
        again.get("STORE-001", "trip-2")
    with pytest.raises(StoreError, match="import it again"):
        again.remember_card("STORE-001", "trip-2", Card("VISA", "1234"), "EUR")
    assert again.put([trip("trip-2")]) == (0, 1, 0)
    assert again.get("STORE-001", "trip-2") == trip("trip-2")
    again.close()


def test_a_word_finds_trips_by_the_part_that_it_names(trips: Trips) -> None:
    other = trip("2142-trip", card=Card("Maestro", "0007"), receipt="R-7", articles=())
    trips.put([trip(card=Card("VISA", "2142")), other])
    asked = {
        TripWord("2142", Part.CARD): ["trip-1"], TripWord("mae", Part.CARD): ["2142-trip"],
        TripWord("2142"): ["2142-trip", "trip-1"], TripWord("r-7", Part.RECEIPT): ["2142-trip"],
        TripWord("MUSLI", Part.ARTICLE): ["trip-1"], TripWord("visa", Part.ARTICLE): [],
        TripWord('"*', Part.CARD): [], TripWord("\x1b"): [], TripWord("%", Part.RECEIPT): [],
    }  # fmt: skip
    for word, ids in asked.items():
        assert sorted(trips.of_word(word, 9)) == [f"store-001 {name}" for name in ids]
    assert len(trips.of_word(TripWord("2142"), 1)) == 1
