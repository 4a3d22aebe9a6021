"""Currencies and amounts: valid texts, messages for all others, and no digit is lost."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.core.money import (
    DIGITS,
    AmountError,
    Money,
    check_currency,
    from_decimal,
    parse_amount,
    readings,
    split_currency,
    wire_number,
)

CURRENCIES = st.sampled_from(sorted(DIGITS))


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12,50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12", "EUR", 1200),
        (" 12 ", "EUR", 1200),
        ("0.01", "EUR", 1),
        ("007", "EUR", 700),
        ("500", "JPY", 500),
        ("1234", "JPY", 1234),
        ("1.50", "KWD", 1500),
        ("1,5", "KWD", 1500),
        ("1.570", "KWD", 1570),
        ("1.500", "KWD", 1500),
        ("9999999999.99", "EUR", 999_999_999_999),
        ("999999999999", "JPY", 999_999_999_999),
        ("0009999999999.99", "EUR", 999_999_999_999),
    ],
)
def test_an_amount_is_taken_as_it_was_typed(typed: str, currency: str, minor: int) -> None:
    assert parse_amount(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("typed", "currency", "message"),
    [
        ("", "EUR", "type the amount, such as 12.50"),
        ("  ", "JPY", "type the amount, such as 1250"),
        ("", "KWD", "type the amount, such as 12.50"),
        ("0", "EUR", "a refund must be more than 0"),
        ("0,00", "EUR", "a refund must be more than 0"),
        ("-5", "EUR", "a refund must be more than 0: remove the minus"),
        ("12.", "EUR", "digits are missing after the decimal mark"),
        (".50", "EUR", "write a digit before the decimal mark"),
        (",50", "EUR", "write a digit before the decimal mark"),
        ("1.234.567", "EUR", "one decimal mark at most, and no thousands marks, such as 12.50"),
        ("1,234.50", "EUR", "one decimal mark at most, and no thousands marks, such as 12.50"),
        ("1,234,567", "JPY", "one decimal mark at most, and no thousands marks, such as 1250"),
        ("1,234", "EUR", "1,234 can be read in two ways: write 1234 or 1.23"),
        ("1,234", "KWD", "1,234 can be read in two ways: write 1234 or 1.23"),
        ("1,234", "JPY", "1,234 can be read in two ways: write 1234 without the mark"),
        ("12.345", "EUR", "3 decimals: EUR has 2"),
        ("0,123", "EUR", "3 decimals: EUR has 2"),
        ("1234,567", "EUR", "3 decimals: EUR has 2"),
        ("12.5", "JPY", "1 decimal: JPY has no decimals"),
        ("12.50", "JPY", "2 decimals: JPY has no decimals"),
        ("1.234", "KWD", "3 decimals: KWD has 3, but the service takes 2"),
        ("1.5700", "KWD", "4 decimals: KWD has 3, but the service takes 2"),
        ("1e3", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("NaN", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("Infinity", "JPY", "only digits and one decimal mark, such as 1250"),
        ("XX", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("+5", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("1_000", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("1 000", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("０", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("٣", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("१२", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("5\n6", "EUR", "only digits and one decimal mark, such as 12.50"),
        ("10000000000.00", "EUR", "that amount is too long"),
        ("1000000000000", "JPY", "that amount is too long"),
        ("5", "EURO", "a currency is three capital letters, such as EUR"),
        ("5", "XXX", "XXX is not a currency of ISO 4217"),
    ],
)
def test_what_is_wrong_with_an_amount_is_said_in_words(typed: str, currency: str, message: str) -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount(typed, currency)
    assert str(caught.value) == message


@pytest.mark.parametrize("code", ["", "eur", "EU", "EURO", "EUR\n", "ＥＵＲ", "E R"])
def test_a_currency_is_three_ascii_capitals(code: str) -> None:
    assert check_currency(code) == "a currency is three capital letters, such as EUR"


def test_a_currency_is_one_of_iso_4217() -> None:
    assert check_currency("EUR") is None
    assert check_currency("ABC") == "ABC is not a currency of ISO 4217"


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(5000, "EUR"), "50.00 EUR"),
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(-50, "EUR"), "-0.50 EUR"),
        (Money(500, "JPY"), "500 JPY"),
        (Money(-500, "JPY"), "-500 JPY"),
        (Money(1055, "RSD"), "10.55 RSD"),
        (Money(1005, "KWD"), "1.005 KWD"),
        (Money(0, "EUR"), "0.00 EUR"),
    ],
)
def test_an_amount_is_shown_with_exactly_its_decimals(money: Money, shown: str) -> None:
    assert str(money) == shown


@pytest.mark.parametrize(
    ("money", "number"),
    [
        (Money(2599, "USD"), "25.99"),
        (Money(1, "USD"), "0.01"),
        (Money(500, "JPY"), "500"),
        (Money(1500, "KWD"), "1.50"),
        (Money(10, "KWD"), "0.01"),
    ],
)
def test_the_request_has_the_exact_digits_of_the_amount(money: Money, number: str) -> None:
    assert wire_number(money) == number


@pytest.mark.parametrize(
    ("money", "message"),
    [
        (Money(0, "EUR"), "a refund must be more than 0"),
        (Money(-1, "EUR"), "a refund must be more than 0"),
        (Money(1234, "KWD"), "1.234 KWD has more than the 2 decimals that the service takes"),
    ],
)
def test_an_amount_that_the_request_cannot_contain_is_refused(money: Money, message: str) -> None:
    with pytest.raises(AmountError) as caught:
        wire_number(money)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("50.00", "EUR", 5000),
        ("50", "EUR", 5000),
        ("5E+1", "EUR", 5000),
        ("50.000", "EUR", 5000),
        ("0", "EUR", 0),
        ("500.00", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("9999999999.99", "EUR", 999_999_999_999),
        ("999999999999", "JPY", 999_999_999_999),
    ],
)
def test_an_imported_amount_is_read_exactly(value: str, currency: str, minor: int) -> None:
    assert from_decimal(Decimal(value), currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("value", "currency", "message"),
    [
        ("-1", "EUR", "-1 is not an amount of money"),
        ("NaN", "EUR", "NaN is not an amount of money"),
        ("sNaN", "EUR", "sNaN is not an amount of money"),
        ("Infinity", "EUR", "Infinity is not an amount of money"),
        ("1.234", "EUR", "1.234 has more decimals than EUR (2)"),
        ("0.5", "JPY", "0.5 has more decimals than JPY (0)"),
        ("1.00000000000000000000000000000000001", "EUR",
         "1.00000000000000000000000000000000001 has more decimals than EUR (2)"),
        ("1E-999999", "EUR", "1E-999999 has more decimals than EUR (2)"),
        ("10000000000.00", "EUR", "that amount is too long"),
        ("1E+999999", "EUR", "that amount is too long"),
        ("1000000000000", "JPY", "that amount is too long"),
        ("1", "EURO", "a currency is three capital letters, such as EUR"),
    ],
)  # fmt: skip
def test_an_imported_amount_that_cannot_be_held_is_refused(value: str, currency: str, message: str) -> None:
    with pytest.raises(AmountError) as caught:
        from_decimal(Decimal(value), currency)
    assert str(caught.value) == message


@given(minor=st.integers(1, 999_999_999_999), currency=CURRENCIES)
def test_no_digit_is_lost_between_screen_wire_and_ledger(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    try:
        number = wire_number(money)
    except AmountError:
        assert DIGITS[currency] == 3
        assert minor % 10
        return
    assert parse_amount(number, currency) == money
    assert from_decimal(Decimal(money.digits), currency) == money
    assert json.loads(number, parse_float=Decimal, parse_int=Decimal) == Decimal(minor).scaleb(-DIGITS[currency])


@given(typed=st.text(alphabet="0123456789.,-+e _٣NaIf", max_size=20), currency=CURRENCIES)
def test_what_is_taken_is_worth_what_it_reads(typed: str, currency: str) -> None:
    try:
        money = parse_amount(typed, currency)
    except AmountError:
        return
    assert money.minor > 0
    assert Decimal(typed.strip().replace(",", ".")) == Decimal(money.minor).scaleb(-DIGITS[currency])
    assert wire_number(money)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("500JPY", ("500", "JPY")), (" 50.00 eur ", ("50.00", "EUR")), ("50.00", ("50.00", None)),
        ("EUR", ("EUR", None)), ("50 EURO", ("50 EURO", None)), ("", ("", None)),
    ],
)  # fmt: skip
def test_a_currency_may_stand_after_an_amount(text: str, parts: tuple[str, str | None]) -> None:
    assert split_currency(text) == parts


@pytest.mark.parametrize(
    ("digits", "codes"),
    [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
        (2, "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR INR MXN MYR NOK NZD PLN RON RSD SEK SGD THB TRY USD ZAR"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
    ],
)
def test_each_currency_has_the_decimals_of_iso_4217(digits: int, codes: str) -> None:
    assert {DIGITS[code] for code in codes.split()} == {digits}


def test_only_the_listed_currencies_have_none_or_three() -> None:
    assert sum(digits == 0 for digits in DIGITS.values()) == 16
    assert sum(digits == 3 for digits in DIGITS.values()) == 7


def test_no_code_is_listed_that_is_no_currency_of_payment() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in DIGITS)
    assert not DIGITS.keys() & {"XXX", "XTS", "XAU", "XDR", "CLF", "UYW", "CHE", "USN"}


def test_an_amount_with_its_currency_is_meant_in_that_one_and_a_bare_one_in_each_with_such_decimals() -> None:
    assert readings("500JPY") == {500: frozenset({"JPY"})}
    bare = readings("44.39")
    assert "EUR" in bare[4439]
    assert not any("JPY" in codes for codes in bare.values())
    assert readings("5XXQ") == readings("jar") == {}
