"""Owns how refunds are found: what a filter asks for, and the words it is written with.

Such words are `open clerk:ana card:2142 day:today reason:1 amount:>10 text`. The history's filter line and
`refund-tui history` read them alike. A word with a colon that is not one of these is refused; every other word is text
to be found. Nothing typed is a query language of the store. Reads no clock: today and the zone are handed in.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import partial

from refund_tui.core.days import BACK, days_as_written, read_days
from refund_tui.core.money import DIGITS, AmountError, parse_amount, readings, split_currency
from refund_tui.core.reasons import REASON_DIGITS, ReasonCode
from refund_tui.core.refunds import OPEN_STATES, State
from refund_tui.core.times import unstamp

MOST_TRIPS = 300
"""How many trips one word may find, the newest ones."""


class Part(StrEnum):
    """By what of a trip a word finds it."""

    ANY = ""
    CARD = "card"
    RECEIPT = "receipt"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class TripWord:
    """The beginning of a card's last four digits or brand, of a receipt, or of a word of an article."""

    text: str
    part: Part = Part.ANY

    def __str__(self) -> str:
        return f"{self.part}:{self.text}" if self.part else self.text


@dataclass(frozen=True, slots=True)
class Filter:
    """Which refunds are asked for; an empty field asks for all. Amounts in minor units, days as instants (UTC).

    `endpoint` is the one they were made at, `elsewhere` one that they were not made at.

    Each word of `text` is the beginning of a trip id, an idempotency key or a reconciliation id in any case, an amount,
    a part of the note of one of the newest 10,000 refunds, or a word by which the trip is found. `clerk` is a whole
    name in any case. `of_trip` are further words by which the trip is found. `trips` says which trips (folded ids) each
    of these words finds: it is filled in from the trips file, which knows more than was recorded with the refunds.
    """

    text: str = ""
    states: frozenset[State] = frozenset()
    clerk: str | None = None
    reason: ReasonCode | None = None
    since: datetime | None = None
    until: datetime | None = None
    least: int | None = None
    most: int | None = None
    endpoint: str | None = None
    elsewhere: str | None = None
    currency: str | None = None
    of_trip: tuple[TripWord, ...] = ()
    trips: Mapping[TripWord, tuple[str, ...]] = field(default_factory=dict)

    @property
    def trip_words(self) -> tuple[TripWord, ...]:
        """The words by which trips have to be found before refunds are."""
        return (*self.of_trip, *(TripWord(word) for word in self.text.split()))

    @property
    def narrowed_to(self) -> tuple[str, ...]:
        """The words that find so many trips that only the newest MOST_TRIPS of them are looked at."""
        return tuple(str(word) for word, trips in self.trips.items() if len(trips) >= MOST_TRIPS)


class Order(StrEnum):
    """What comes first in a list of refunds. Amounts are compared in minor units, whatever their currency."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"


OPEN = "open"
"""The word for every state in which something may still become of a refund."""

SHAPES = {
    "state": "state:UNKNOWN,WAITING",
    "clerk": "clerk:ana",
    "card": "card:2142, the last four digits, or card:VISA",
    "receipt": "receipt:R-1001",
    "article": "article:milk",
    "reason": "reason:1",
    "day": "day:today, day:yesterday, day:23.11., day:2026-03-01 or day:2026-03",
    "since": "since:2026-03-01",
    "until": "until:2026-03-31",
    "amount": "amount:12.50, amount:>10, amount:5-20 or amount:500JPY",
}
"""Each word, as it is written."""


_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
"""How a day with a time begins."""


class QueryError(ValueError):
    """A word that cannot be used; its text says how to write it."""


@dataclass(frozen=True, slots=True)
class Query:
    """Reads filter lines; days are those of `zone`, amounts those of `currency` where they do not say their own."""

    zone: tzinfo
    today: date
    currency: str | None

    def read(self, line: str) -> Filter:
        """What the line asks for. Raises QueryError."""
        wanted, texts = Filter(), list[str]()
        for word in line.split():
            name, colon, value = word.partition(":")
            if word.lower() == OPEN:
                wanted = replace(wanted, states=OPEN_STATES)
            elif not colon or name.lower() not in self._readers():
                _refuse_unknown(name, colon)
                _add(texts, word)
            else:
                wanted = self.narrowed(wanted, name.lower(), value)
        return replace(wanted, text=" ".join(texts))

    def narrowed(self, wanted: Filter, name: str, value: str) -> Filter:
        """`wanted` and also what the word `name:value` asks for, all of it for an empty value. Raises QueryError."""
        return self._readers()[name](wanted, value) if value else wanted

    def _readers(self) -> dict[str, Callable[[Filter, str], Filter]]:
        return {
            "state": lambda wanted, value: replace(wanted, states=_states(value)),
            "clerk": lambda wanted, value: replace(wanted, clerk=value),
            "reason": lambda wanted, value: replace(wanted, reason=_reason(value)),
            **{part: partial(_of_trip, part) for part in Part if part},
            "day": self._day,
            "since": lambda wanted, value: replace(wanted, since=_exact(value) or self._days(value)[0]),
            "until": lambda wanted, value: replace(wanted, until=_exact(value) or self._days(value)[1]),
            "amount": self._amount,
        }

    def _day(self, wanted: Filter, value: str) -> Filter:
        since, until = self._days(value)
        return replace(wanted, since=since, until=until)

    def _days(self, value: str) -> tuple[datetime, datetime]:
        """When a day or a month begins and when it is over (UTC); the beginning of `today` is enough for it."""
        word = next((word for word in BACK if word.startswith(value.lower())), value)
        try:
            if days := read_days(word, self.today):
                return days.instants(self.zone)
        except OverflowError:
            pass
        raise QueryError(f"{value} is no day: write {days_as_written(self.today)}")

    def _amount(self, wanted: Filter, value: str) -> Filter:
        """Amounts of one currency alone: 5 EUR and 500 JPY are the same number of minor units, and not the same."""
        typed, code = split_currency(value)
        sign, rest = (typed[0], typed[1:]) if typed[0] in "<>" else ("", typed)
        least, dash, most = rest.partition("-")
        if not (least or most):
            return wanted
        wanted = replace(wanted, currency=code or self.currency)
        lowest, highest = (_minor(each, wanted.currency) for each in (least, most if dash else least))
        if sign == ">" and lowest is not None:
            return replace(wanted, least=lowest + 1)
        if sign == "<" and lowest is not None:
            return replace(wanted, most=lowest - 1)
        return replace(wanted, least=lowest, most=highest)


def _exact(value: str) -> datetime | None:
    """A time with its offset, 2026-03-01T09:00+01:00, or None for what has no time in it. Raises QueryError."""
    if not _TIME.match(value):
        return None
    try:
        return unstamp(value)
    except ValueError:
        raise QueryError("a time is written with its offset: 2026-03-01T09:00+01:00") from None


def _minor(typed: str, currency: str | None) -> int | None:
    """An amount in minor units, None while nothing is typed."""
    if not typed:
        return None
    if currency is None:
        raise QueryError(f"write its currency too: amount:{typed}EUR")
    try:
        return parse_amount(typed, currency).minor
    except AmountError as error:
        raise QueryError(str(error)) from None


def _of_trip(part: Part, wanted: Filter, value: str) -> Filter:
    return replace(wanted, of_trip=(*wanted.of_trip, TripWord(value, part)))


def _add(texts: list[str], word: str) -> None:
    """Add a word of the text; a currency belongs to the amount before it: `97.83 EUR` is one word."""
    if texts and word.upper() in DIGITS and readings(texts[-1] + word):
        texts[-1] += word.upper()
    else:
        texts.append(word)


def _refuse_unknown(name: str, colon: str) -> None:
    """A word with a colon was meant as one of ours. Others than letters before it, as in 17:29, make it a text."""
    if not (colon and name.isalpha()):
        return
    near = difflib.get_close_matches(name.lower(), SHAPES, 1)
    known = f"write {SHAPES[near[0]]}" if near else "help tells the words there are"
    raise QueryError(f"there is no word {name}: here; {known}")


def _states(value: str) -> frozenset[State]:
    """Every state that begins with one of the words, so that what is half typed already narrows."""
    found = set[State]()
    for begun in filter(None, value.upper().split(",")):
        meant = {state for state in State if state.startswith(begun)}
        if not meant:
            raise QueryError(f"{begun} is no state: write one such as UNKNOWN, or open")
        found |= meant
    return frozenset(found)


def _reason(value: str) -> ReasonCode:
    found = ReasonCode.parse(value)
    if found is None:
        raise QueryError(f"{value} is no reason: write a digit from {REASON_DIGITS}, or the code")
    return found


def complete(line: str) -> list[str]:
    """The words that the last one of a line may become; none once it is one of them."""
    word = re.split(r"\s", line)[-1]
    return [one for one in _longer(word) if one != word]


def _longer(word: str) -> list[str]:
    name, colon, value = word.partition(":")
    if not colon:
        known = [*(f"{name}:" for name in SHAPES), OPEN]
        return [one for one in known if word and one.startswith(word.lower())]
    if name.lower() == "state":
        done, comma, begun = value.rpartition(",")
        return [f"{name}:{done}{comma}{state}" for state in State if state.startswith(begun.upper())]
    if name.lower() == "reason":
        return [f"{name}:{code.digit}" for code in ReasonCode if not value]
    if name.lower() in ("day", "since", "until"):
        return [f"{name}:{day}" for day in BACK if day.startswith(value.lower())]
    return []
