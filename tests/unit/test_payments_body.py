"""The bytes of a request: exact, compact, in the contract's order, and never with a forbidden value."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.core.money import DIGITS, AmountError, Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent
from refund_tui.payments.body import build_body, build_query

KEY = "550e8400-e29b-41d4-a716-446655440000"


def intent(money: Money, store: str = "VALID_STORE_ID", trip: str = "valid-shopping-trip-uuid") -> Intent:
    return Intent(store, trip, money, ReasonCode.DAMAGED_ITEM, note="stays here")


def test_the_body_is_the_one_that_the_signature_fixtures_were_made_with() -> None:
    assert build_body(KEY, intent(Money(2599, "USD"))) == (
        b'{"storeId":"VALID_STORE_ID","shoppingTripId":"valid-shopping-trip-uuid","amount":{"amount":25.99,"code":"USD"},'
        b'"refundRequestId":"550e8400-e29b-41d4-a716-446655440000","refundReasonCode":"DAMAGED_ITEM"}'
    )


def test_the_query_names_store_and_trip_and_nothing_else() -> None:
    assert build_query("S-1", "T_2") == b'{"storeId":"S-1","shoppingTripId":"T_2"}'


@given(st.integers(1, 10**12 - 1), st.sampled_from(sorted(code for code, digits in DIGITS.items() if digits < 3)))
def test_every_amount_is_a_number_that_reads_back_exactly(minor: int, code: str) -> None:
    amount = json.loads(build_body(KEY, intent(Money(minor, code))), parse_float=Decimal)["amount"]
    assert Decimal(amount["amount"]) == Decimal(minor).scaleb(-DIGITS[code])
    assert amount["code"] == code


def test_a_third_decimal_is_sent_only_where_it_is_nought() -> None:
    assert b'"amount":1.23,' in build_body(KEY, intent(Money(1230, "KWD")))
    with pytest.raises(AmountError, match="2 decimals"):
        build_body(KEY, intent(Money(1234, "KWD")))


@pytest.mark.parametrize(
    ("key", "broken"),
    [
        (KEY.upper(), intent(Money(1, "EUR"))),
        (KEY + "\n", intent(Money(1, "EUR"))),
        (KEY, intent(Money(1, "EUR"), store="")),
        (KEY, intent(Money(1, "EUR"), store='S","amount":1,"x":"')),
        (KEY, intent(Money(1, "EUR"), trip="T\n")),
        (KEY, intent(Money(0, "EUR"))),
        (KEY, intent(Money(-5, "EUR"))),
        (KEY, intent(Money(5, "XYZ"))),
    ],
)
def test_what_the_contract_forbids_is_never_built(key: str, broken: Intent) -> None:
    with pytest.raises(ValueError, match=r"."):
        build_body(key, broken)
