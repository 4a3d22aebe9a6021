"""The currencies and their decimals, against figures that are known from elsewhere."""

from __future__ import annotations

import pytest

from refund_tui.core.currencies import DIGITS


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
