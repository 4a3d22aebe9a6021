"""Owns amounts of money and their currencies (ISO 4217). Amounts are exact integers of minor units, never a float.

Never guesses the number of decimals: a currency that is not in the list is refused.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from decimal import Decimal

_NONE = """
BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF
""".split()

_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD
HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS
UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
""".split()

_THREE = """
BHD IQD JOD KWD LYD OMR TND
""".split()

DIGITS: dict[str, int] = dict.fromkeys(_NONE, 0) | dict.fromkeys(_TWO, 2) | dict.fromkeys(_THREE, 3)
"""How many decimals a currency has: `DIGITS["EUR"]` is 2, `DIGITS["JPY"]` 0, `DIGITS["KWD"]` 3."""


WIRE_DECIMALS = 2
"""The service takes a JSON number with at most two decimals (contract page: amount.amount)."""

MOST_DIGITS = 12
"""The most digits of an amount in minor units. A longer amount is a typing error."""

_CODE = re.compile(r"[A-Z]{3}")
_PLAIN = re.compile(r"([0-9]+)(?:[.,]([0-9]*))?")
_WITH_CODE = re.compile(r"(.*[0-9.,-]) ?([A-Za-z]{3})")
_GROUPED = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")
"""Ambiguous: `1,234` can mean thousands or three decimals."""


class AmountError(ValueError):
    """An amount or a currency that cannot be used. The text tells the clerk why."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor` minor units of `currency`: Money(5000, "EUR") is 50.00 EUR, Money(500, "JPY") is 500 JPY."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{self.digits} {self.currency}"

    @property
    def digits(self) -> str:
        """The amount alone, with exactly the currency's decimals: `50.00`, `500`, `-0.50`, `1.500`."""
        places = DIGITS[self.currency]
        sign, whole = ("-" if self.minor < 0 else ""), abs(self.minor)
        if places == 0:
            return f"{sign}{whole}"
        return f"{sign}{whole // 10**places}.{whole % 10**places:0{places}d}"


def check_currency(code: str) -> str | None:
    """What is wrong with a currency code, or None if it is valid (contract page: amount.code)."""
    if not _CODE.fullmatch(code):
        return "a currency is three capital letters, such as EUR"
    if code not in DIGITS:
        return f"{code} is not a currency of ISO 4217"
    return None


def parse_amount(text: str, currency: str) -> Money:
    """The amount that a clerk typed; it is more than zero. Raises AmountError.

    It consists of ASCII digits with at most one `.` or `,`, and not more decimals than the currency has and the service
    takes.
    """
    _refuse_currency(currency)
    typed = text.strip()
    if not typed:
        raise AmountError(f"type the amount, such as {_example(currency)}")
    match = _PLAIN.fullmatch(typed)
    if match is None:
        raise AmountError(_what_is_odd(typed, currency))
    whole, decimals = match[1], match[2]
    if decimals == "":
        raise AmountError("digits are missing after the decimal mark")
    return _positive(_exact(typed, whole, decimals or "", currency))


def split_currency(text: str) -> tuple[str, str | None]:
    """Split a typed amount from the currency after it, if there is one: `500JPY`, `50.00 eur`."""
    match = _WITH_CODE.fullmatch(text.strip())
    return (match[1], match[2].upper()) if match else (text, None)


_SAMPLES = {0: "JPY", 2: "EUR", 3: "KWD"}
"""One example currency for each number of decimals."""


def readings(text: str) -> dict[int, frozenset[str]]:
    """What an amount may mean: minor units, and the currencies in which it has that value. Empty for any other text.

    `500JPY` names its currency. A bare `44.39` may be in any currency with that many decimals.
    """
    digits, code = split_currency(text)
    found: dict[int, frozenset[str]] = {}
    if code is None:
        codes = {places: frozenset(one for one, has in DIGITS.items() if has == places) for places in _SAMPLES}
    else:
        codes = {DIGITS[code]: frozenset({code})} if code in DIGITS else {}
    for places, currencies in codes.items():
        with contextlib.suppress(AmountError):
            found[parse_amount(digits, _SAMPLES[places]).minor] = currencies
    return found


def _example(currency: str) -> str:
    return "12.50" if DIGITS[currency] else "1250"


def _what_is_odd(typed: str, currency: str) -> str:
    if typed.startswith("-"):
        return "a refund must be more than 0: remove the minus"
    if sum(typed.count(mark) for mark in ".,") > 1:
        return f"one decimal mark at most, and no thousands marks, such as {_example(currency)}"
    if typed[0] in ".,":
        return "write a digit before the decimal mark"
    return f"only digits and one decimal mark, such as {_example(currency)}"


def _exact(typed: str, whole: str, decimals: str, currency: str) -> Money:
    places = DIGITS[currency]
    allowed = min(places, WIRE_DECIMALS)
    if _GROUPED.fullmatch(typed):
        smaller = f" or {whole}.{decimals[:allowed]}" if allowed else " without the mark"
        raise AmountError(f"{typed} can be read in two ways: write {whole}{decimals}{smaller}")
    sent = decimals.rstrip("0") if len(decimals) == places else decimals  # `1.570 KWD` goes as 1.57
    if len(sent) > allowed:
        raise AmountError(_too_many(len(decimals), currency, places))
    if len(whole.lstrip("0")) + places > MOST_DIGITS:
        raise AmountError("that amount is too long")
    return Money(int(whole + decimals.ljust(places, "0")), currency)


def _too_many(given: int, currency: str, places: int) -> str:
    have = {0: "no decimals", 3: f"3, but the service takes {WIRE_DECIMALS}"}.get(places, str(places))
    noun = "decimal" if given == 1 else "decimals"
    return f"{given} {noun}: {currency} has {have}"


def _positive(money: Money) -> Money:
    if money.minor <= 0:
        raise AmountError("a refund must be more than 0")
    return money


def from_decimal(value: Decimal, currency: str) -> Money:
    """Money from an exact decimal (0 or more). Raises AmountError if the currency has fewer decimals."""
    _refuse_currency(currency)
    if not value.is_finite() or value < 0:
        raise AmountError(f"{value} is not an amount of money")
    if value.adjusted() >= MOST_DIGITS:
        raise AmountError("that amount is too long")
    places = DIGITS[currency]
    minor = int(value.scaleb(places))
    if Decimal(minor).scaleb(-places) != value:
        raise AmountError(f"{value} has more decimals than {currency} ({places})")
    if len(str(minor)) > MOST_DIGITS:
        raise AmountError("that amount is too long")
    return Money(minor, currency)


def wire_number(money: Money) -> str:
    """The JSON number for a request: `25.99`, `500`. Raises AmountError if two decimals cannot express it."""
    _positive(money)
    extra = max(0, DIGITS[money.currency] - WIRE_DECIMALS)
    if money.minor % 10**extra:
        raise AmountError(f"{money} has more than the {WIRE_DECIMALS} decimals that the service takes")
    return money.digits[: len(money.digits) - extra]


def _refuse_currency(currency: str) -> None:
    if problem := check_currency(currency):
        raise AmountError(problem)
