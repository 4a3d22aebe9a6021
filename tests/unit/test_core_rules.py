"""The rules across fields and refunds: what is left, the window, similar refunds, UNKNOWN refunds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.core.damage import Damaged
from refund_tui.core.ledger_identity import Environment
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Ceiling, Intent, Life, Refund, State
from refund_tui.core.rules import (
    NeedsSecondYes,
    Problem,
    Refused,
    TripBalance,
    check_intent,
    check_left,
    check_trip,
    check_window,
    complete,
    known_as,
    must_be_typed_twice,
    problems,
    require_readable,
)
from refund_tui.core.trips import Trip

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FIFTY = Money(5000, "EUR")
INTENT = Intent("STORE-001", "trip-1", Money(3000, "EUR"), ReasonCode.DAMAGED_ITEM)


def earlier(minor: int, state: State, currency: str = "EUR") -> Refund:
    intent = replace(INTENT, amount=Money(minor, currency))
    return Refund("key", "endpoint", intent, "anna", b"{}", NOON, NOON, Life(state))


@pytest.mark.parametrize("state", State)
def test_what_is_left_is_less_by_what_may_have_moved(state: State) -> None:
    balance = TripBalance(FIFTY, (earlier(2000, state), earlier(500, State.ACCEPTED)))
    nothing = state in (State.REJECTED, State.CANCELLED, State.SETTLED_UNPAID)
    assert balance.refunded == (500 if nothing else 2500)
    assert balance.left == Money(4500 if nothing else 2500, "EUR")


def test_what_is_left_is_never_below_nothing_and_not_known_without_the_captured_amount() -> None:
    assert TripBalance(FIFTY, (earlier(9000, State.ACCEPTED),)).left == Money(0, "EUR")
    assert TripBalance(None, (earlier(9000, State.ACCEPTED),)).left is None


@pytest.mark.parametrize(
    ("minor", "balance", "message"),
    [
        (5000, TripBalance(FIFTY), None),
        (5001, TripBalance(FIFTY), "only 50.00 EUR is left to refund"),
        (2000, TripBalance(FIFTY, (earlier(3000, State.SENDING),)), None),
        (2001, TripBalance(FIFTY, (earlier(3000, State.SENDING),)), "only 20.00 EUR is left to refund"),
        (1, TripBalance(FIFTY, (earlier(4999, State.UNKNOWN),)), None),
        (1, TripBalance(FIFTY, (earlier(5000, State.ACCEPTED),)), "nothing is left to refund of 50.00 EUR"),
        (9_999_999, TripBalance(None), None),
        (100, TripBalance(Money(5000, "USD")), "this trip was charged in USD, not EUR"),
        (100, TripBalance(None, (earlier(1, State.ACCEPTED, "USD"),)), "this trip's refunds are in USD, not EUR"),
        (100, TripBalance(None, (earlier(1, State.REJECTED, "USD"), earlier(1, State.ACCEPTED))), None),
    ],
)
def test_no_more_than_is_left_is_refunded(minor: int, balance: TripBalance, message: str | None) -> None:
    assert check_left(Money(minor, "EUR"), balance) == message


@given(captured=st.integers(0, 10_000), amounts=st.lists(st.integers(1, 4_000), max_size=8))
def test_admitted_refunds_never_add_up_to_more_than_was_captured(captured: int, amounts: list[int]) -> None:
    balance = TripBalance(Money(captured, "EUR"))
    for minor in amounts:
        if check_left(Money(minor, "EUR"), balance) is None:
            balance = TripBalance(balance.captured, (*balance.refunds, earlier(minor, State.QUEUED)))
    assert balance.refunded <= captured


def test_the_window_is_open_until_the_very_instant_it_closes() -> None:
    assert check_window(None, NOON) is None
    assert check_window(NOON, NOON - timedelta(microseconds=1)) is None
    assert check_window(NOON, NOON) == f"the refund window closed {NOON:%Y-%m-%d} 12:00 UTC"
    store = NOON.astimezone(ZoneInfo("Asia/Tokyo"))
    assert check_window(store, NOON + timedelta(days=1)) == f"the refund window closed {NOON:%Y-%m-%d} 21:00 JST"


@pytest.mark.parametrize(
    ("change", "balance", "problem"),
    [
        ({"store_id": ""}, TripBalance(None), Problem("store", "type the store id")),
        ({"trip_id": ""}, TripBalance(None), Problem("trip", "type the trip id")),
        ({}, TripBalance(None, (earlier(100, State.UNKNOWN),)),
         Problem("trip", "a refund of 1.00 EUR on this trip is UNKNOWN: ask it again or settle it first")),
        ({"window_closes": NOON}, TripBalance(None),
         Problem("trip", f"the refund window closed {NOON:%Y-%m-%d} 12:00 UTC")),
        ({"amount": Money(1, "XXX")}, TripBalance(None), Problem("amount", "XXX is not a currency of ISO 4217")),
        ({"amount": Money(0, "EUR")}, TripBalance(None), Problem("amount", "a refund must be more than 0")),
        ({"amount": Money(1001, "KWD")}, TripBalance(None),
         Problem("amount", "1.001 KWD has more than the 2 decimals that the service takes")),
        ({}, TripBalance(Money(2999, "EUR")), Problem("amount", "only 29.99 EUR is left to refund")),
        ({"note": "x" * 201}, TripBalance(None), Problem("note", "201 characters: a note has at most 200")),
    ],
)  # fmt: skip
def test_each_problem_is_told_at_its_field(change: dict[str, object], balance: TripBalance, problem: Problem) -> None:
    intent = replace(INTENT, **change)  # type: ignore[arg-type]
    assert problems(intent, balance, NOON) == (problem,)
    with pytest.raises(Refused) as caught:
        check_intent(intent, balance, NOON, second_yes=True)
    assert caught.value.problems == (problem,)
    assert str(caught.value) == problem.message


def test_all_problems_come_in_the_order_of_the_form() -> None:
    intent = replace(INTENT, store_id="", trip_id="", amount=Money(0, "EUR"), window_closes=NOON, note="x" * 201)
    balance = TripBalance(None, (earlier(100, State.UNKNOWN),))
    with pytest.raises(Refused) as caught:
        check_intent(intent, balance, NOON, second_yes=False)
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["store", "trip", "trip", "trip", "trip", "amount", "note"]
    assert str(caught.value).startswith("type the store id; type the trip id; a refund of 1.00 EUR on this trip is")


def test_an_unknown_is_found_behind_others() -> None:
    unknown = earlier(100, State.UNKNOWN)
    assert TripBalance(None, (earlier(1, State.ACCEPTED), unknown)).unknown is unknown
    assert TripBalance(None, (earlier(1, State.WAITING),)).unknown is None


@pytest.mark.parametrize(
    ("minor", "state", "second_look"),
    [
        (3000, State.ACCEPTED, True),
        (3000, State.SETTLED_PAID, True),
        (3000, State.REJECTED, False),
        (3000, State.CANCELLED, False),
        (3000, State.SETTLED_UNPAID, False),
        (2000, State.ACCEPTED, False),
        (2000, State.QUEUED, True),
        (2000, State.SENDING, True),
        (2000, State.WAITING, True),
        (2000, State.BLOCKED, True),
    ],
)
def test_a_twin_or_anything_open_asks_for_a_second_yes(minor: int, state: State, second_look: bool) -> None:
    other = earlier(minor, state)
    balance = TripBalance(None, (other,))
    check_intent(INTENT, balance, NOON, second_yes=True)
    if not second_look:
        check_intent(INTENT, balance, NOON, second_yes=False)
        return
    with pytest.raises(NeedsSecondYes) as caught:
        check_intent(INTENT, balance, NOON, second_yes=False)
    assert caught.value.alike == (other,)
    assert str(caught.value) == f"this trip already has {other.intent.amount} {state}"


def test_all_similar_refunds_are_listed() -> None:
    balance = TripBalance(None, (earlier(3000, State.ACCEPTED), earlier(1000, State.WAITING)))
    with pytest.raises(NeedsSecondYes, match=r"^this trip already has 30.00 EUR ACCEPTED, 10.00 EUR WAITING$"):
        check_intent(INTENT, balance, NOON, second_yes=False)


def test_several_partial_refunds_of_the_same_amount_stay_possible() -> None:
    intent = replace(INTENT, amount=Money(1000, "EUR"))
    balance = TripBalance(FIFTY, tuple(earlier(1000, State.ACCEPTED) for _ in range(4)))
    check_intent(intent, balance, NOON, second_yes=True)
    with pytest.raises(Refused, match="nothing is left"):
        check_intent(
            intent, TripBalance(FIFTY, (*balance.refunds, earlier(1000, State.ACCEPTED))), NOON, second_yes=True
        )


# What was captured


def recorded(captured: Money | None, state: State = State.ACCEPTED, trip: str = "trip-1") -> Refund:
    """A refund of 1.00 that was recorded with a captured amount."""
    intent = replace(INTENT, trip_id=trip, amount=Money(100, "EUR"), captured=captured)
    return replace(earlier(100, state), intent=intent)


HUNDRED = Money(10_000, "EUR")
WORD = Ceiling("STORE-001", "trip-1", Money(8000, "EUR"), NOON, "eve\x1b", "the till")


@pytest.mark.parametrize(
    ("balance", "captured", "told", "disagreement"),
    [
        (TripBalance(None), None, "not known here", None),
        (TripBalance(FIFTY), FIFTY, "50.00 EUR", None),
        (TripBalance(FIFTY, (recorded(FIFTY),)), FIFTY, "50.00 EUR", None),
        (TripBalance(FIFTY, (recorded(HUNDRED),)), FIFTY, "50.00 EUR", None),
        (TripBalance(None, (recorded(None), recorded(HUNDRED), recorded(FIFTY))), FIFTY,
         "50.00 EUR, by the ledger", None),
        (TripBalance(None, (recorded(FIFTY, State.REJECTED),)), FIFTY, "50.00 EUR, by the ledger", None),
        (TripBalance(HUNDRED, (recorded(FIFTY),)), FIFTY, "50.00 EUR, by the ledger",
         "the ledger recorded that 50.00 EUR was captured, the trips file now says 100.00 EUR"),
        (TripBalance(HUNDRED, (recorded(FIFTY),), WORD), WORD.amount, "80.00 EUR, said by eve␛",
         "eve␛ said that 80.00 EUR was captured, the trips file now says 100.00 EUR"),
        (TripBalance(None, (), WORD), WORD.amount, "80.00 EUR, said by eve␛", None),
    ],
)  # fmt: skip
def test_the_smallest_amount_ever_known_counts_as_captured_until_a_person_says_otherwise(
    balance: TripBalance, captured: Money | None, told: str, disagreement: str | None
) -> None:
    assert (balance.captured, balance.captured_words, balance.disagreement) == (captured, told, disagreement)
    assert complete(INTENT, balance).captured == captured


def test_amounts_in_two_currencies_stop_the_trip_until_a_person_says_which() -> None:
    balance = TripBalance(Money(10_000, "USD"), (recorded(FIFTY),))
    told = check_trip(balance, None, NOON)
    assert told is not None
    assert told.startswith("the ledger recorded that 50.00 EUR was captured, the trips file now says 100.00 USD")
    assert problems(INTENT, balance, NOON)[0] == Problem("trip", told)
    assert check_trip(replace(balance, ceiling=WORD), None, NOON) is None
    assert check_trip(TripBalance(HUNDRED, (recorded(FIFTY),)), None, NOON) is None


def test_the_currency_of_the_charge_is_told_by_whatever_knows_it() -> None:
    assert TripBalance(None).currency is None
    assert TripBalance(None, (earlier(1, State.REJECTED, "USD"),)).currency is None
    assert TripBalance(None, (earlier(1, State.ACCEPTED, "USD"),)).currency == "USD"
    assert TripBalance(None, (), None, "JPY").currency == "JPY"
    assert TripBalance(FIFTY, (), None, "JPY").currency == "EUR"
    assert check_left(FIFTY, TripBalance(None, (), None, "JPY")) == "this trip was charged in JPY, not EUR"


def test_what_the_ledger_alone_says_was_captured_leaves_the_trips_file_out() -> None:
    recorded = replace(earlier(100, State.ACCEPTED), intent=replace(INTENT, captured=Money(6000, "EUR")))
    assert TripBalance(FIFTY).by_ledger is None
    assert TripBalance(FIFTY, (recorded,)).by_ledger == Money(6000, "EUR")
    assert TripBalance(FIFTY, (recorded,), WORD).by_ledger == Money(8000, "EUR")


def test_what_is_left_is_not_known_where_a_record_of_the_trip_cannot_be_read() -> None:
    assert TripBalance(FIFTY).left == FIFTY
    assert TripBalance(FIFTY, damaged=("refund 2 cannot be read",)).left is None


def test_the_window_of_a_trip_unknown_here_is_the_earliest_that_was_recorded() -> None:
    later, sooner = (replace(INTENT, window_closes=NOON + timedelta(days=day)) for day in (3, 2))
    balance = TripBalance(None, tuple(replace(recorded(None), intent=intent) for intent in (later, sooner, INTENT)))
    assert complete(INTENT, balance).window_closes == sooner.window_closes
    assert complete(later, balance).window_closes == later.window_closes
    assert TripBalance(None).window_closes is None


def test_a_trip_is_written_as_a_refund_that_counts_wrote_it_or_else_the_trips_file() -> None:
    trip, given = Trip("STORE-001", "Trip-1"), ("STORE-001", "TRIP-1")
    assert known_as(*given, (), None) == given
    assert known_as(*given, (), trip) == ("STORE-001", "Trip-1")
    assert known_as(*given, (recorded(None, State.REJECTED),), trip) == ("STORE-001", "Trip-1")
    assert known_as(*given, (recorded(None),), trip) == ("STORE-001", "trip-1")
    assert known_as(*given, (recorded(None), recorded(None, trip="TRIP-1")), trip) == given


def test_another_spelling_than_that_of_a_refund_which_counts_is_refused() -> None:
    intent = replace(INTENT, trip_id="TRIP-1")
    with pytest.raises(Refused, match="under the id trip-1 in store STORE-001: write it that way"):
        check_intent(intent, TripBalance(FIFTY, (recorded(FIFTY),)), NOON, second_yes=True)
    check_intent(intent, TripBalance(FIFTY, (recorded(FIFTY, State.REJECTED),)), NOON, second_yes=True)


# What cannot be read

DAMAGED_REFUND = Damaged("refund", "7", "state is 'PAID'")
DAMAGED_WORD = Damaged("ceiling", "2", "the amount is not a number")


def test_the_balance_of_a_trip_keeps_its_sound_rows_and_a_sentence_for_each_damaged_one() -> None:
    sound = earlier(100, State.ACCEPTED)
    balance = TripBalance.of(FIFTY, iter((sound, DAMAGED_REFUND)), DAMAGED_WORD, "EUR")
    assert balance == TripBalance(FIFTY, (sound,), None, "EUR", (DAMAGED_REFUND.sentence, DAMAGED_WORD.sentence))
    assert TripBalance.of(None, (), WORD, None) == TripBalance(None, (), WORD)
    assert TripBalance.of(None, (), None, None) == TripBalance(None)


def test_no_refund_is_taken_on_a_trip_with_a_damaged_record() -> None:
    balance = TripBalance.of(FIFTY, (DAMAGED_REFUND,), None, None)
    said = f"a record of this trip is DAMAGED, so that what is left is not known: {DAMAGED_REFUND.sentence}"
    assert problems(INTENT, balance, NOON) == (Problem("trip", said),)
    assert check_trip(balance, None, NOON) == said
    with pytest.raises(Refused) as caught:
        require_readable(balance)
    assert caught.value.problems == (Problem("trip", said),)
    require_readable(TripBalance(FIFTY))


# What stops a trip whatever the amount


def test_an_open_unknown_stops_its_trip() -> None:
    said = check_trip(TripBalance(FIFTY, (earlier(100, State.UNKNOWN),)), None, NOON)
    assert said == "a refund of 1.00 EUR on this trip is UNKNOWN: ask it again or settle it first"


def test_a_closed_window_stops_its_trip_and_an_open_one_does_not() -> None:
    assert check_trip(TripBalance(FIFTY), NOON, NOON) == f"the refund window closed {NOON:%Y-%m-%d} 12:00 UTC"
    assert check_trip(TripBalance(FIFTY), NOON + timedelta(seconds=1), NOON) is None
    assert check_trip(TripBalance(FIFTY), None, NOON) is None


def test_if_several_things_stop_a_trip_the_most_serious_is_shown() -> None:
    balance = TripBalance(
        Money(10_000, "USD"), (recorded(FIFTY), earlier(100, State.UNKNOWN)), damaged=(DAMAGED_REFUND.sentence,)
    )
    told = []
    for sound in (balance, replace(balance, damaged=()), replace(balance, damaged=(), refunds=(recorded(FIFTY),))):
        told.append((check_trip(sound, NOON, NOON) or "").split(" ", 3)[:3])
    assert told == [["a", "record", "of"], ["a", "refund", "of"], ["the", "ledger", "recorded"]]


def test_where_the_records_disagree_an_amount_that_is_too_high_says_who_can_change_it() -> None:
    balance = TripBalance(HUNDRED, (recorded(FIFTY),))
    found = problems(replace(INTENT, amount=Money(4901, "EUR")), balance, NOON)
    assert found == (
        Problem(
            "amount",
            "only 49.00 EUR is left to refund: the ledger recorded that 50.00 EUR was captured, the trips file now "
            "says 100.00 EUR; if you know the right amount, state it with "
            "refund-tui ledger ceiling TRIP AMOUNT --because WHY",
        ),
    )
    assert problems(replace(INTENT, amount=Money(4900, "EUR")), balance, NOON) == ()


@pytest.mark.parametrize(
    ("minor", "environment", "above", "twice"),
    [
        (10000, "PRODUCTION", Decimal(100), False),
        (10001, "PRODUCTION", Decimal(100), True),
        (10**9, "PRODUCTION", None, False),
        (10001, "TEST", Decimal(100), False),
        (10001, "DEMO", Decimal(100), False),
    ],
)
def test_only_large_amounts_of_real_money_are_typed_twice(
    minor: int, environment: Environment, above: Decimal | None, twice: bool
) -> None:
    assert must_be_typed_twice(Money(minor, "EUR"), environment, above) is twice
