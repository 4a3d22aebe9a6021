"""Owns the filter of refunds: its fields, and the words with which a person writes it.

An example: `open clerk:ana card:2142 day:today reason:1 amount:>10 text`. The history's filter line and
`refund-tui history` use the same words. An unknown word with a colon is an error; every other word is text to find.
What a person types never becomes SQL. Reads no clock: the caller passes today's date and the zone.
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
"""The most trips that one word can find. If more match, the newest ones are used."""


class Part(StrEnum):
    """Which field of a trip a word is compared with."""

    ANY = ""
    CARD = "card"
    RECEIPT = "receipt"
    ARTICLE = "article"


@dataclass(frozen=True, slots=True)
class TripWord:
    """A word that finds trips: a prefix of a card's last digits or brand, of a receipt, or of an article's word."""

    text: str
    part: Part = Part.ANY

    def __str__(self) -> str:
        return f"{self.part}:{self.text}" if self.part else self.text


@dataclass(frozen=True, slots=True)
class Filter:
    """Which refunds to find. An empty field matches all.

    `least` and `most` are in minor units, `since` and `until` in UTC.

    `endpoint` finds the refunds made at that endpoint, `elsewhere` those made at any other endpoint.

    Each word of `text` matches a prefix of a trip id, an idempotency key or a reconciliation id (case is ignored), an
    amount, a part of a note (of the newest 10,000 refunds), or a trip that the word finds. `clerk` is a whole name;
    case is ignored. `of_trip` holds more words that find trips. `trips` holds the folded ids of the trips that each
    word finds. They come from the trips file, which has more fields than the refunds recorded.
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
        """The words that must be looked up in the trips file before refunds are searched."""
        return (*self.of_trip, *(TripWord(word) for word in self.text.split()))

    @property
    def narrowed_to(self) -> tuple[str, ...]:
        """The words that find more trips than are used: only the newest MOST_TRIPS count."""
        return tuple(str(word) for word, trips in self.trips.items() if len(trips) >= MOST_TRIPS)


class Order(StrEnum):
    """The order of a list of refunds. Amounts are compared as minor units; the currency is ignored."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"


OPEN = "open"
"""The filter word for all states that are not final."""

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
"""Examples of each filter word, for messages and help."""


_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
"""How a date with a time begins."""


class QueryError(ValueError):
    """A filter word that cannot be used. The text says how to write it."""


@dataclass(frozen=True, slots=True)
class Query:
    """Reads filter lines. Days are in `zone`. An amount without a currency is in `currency`."""

    zone: tzinfo
    today: date
    currency: str | None

    def read(self, line: str) -> Filter:
        """The filter that the line describes. Raises QueryError."""
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
        """`wanted` with the condition `name:value` added. An empty value adds no condition. Raises QueryError."""
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
        """Start and end (UTC) of a day or a month. A prefix of `today` or `yesterday` is enough."""
        word = next((word for word in BACK if word.startswith(value.lower())), value)
        try:
            if days := read_days(word, self.today):
                return days.instants(self.zone)
        except OverflowError:
            pass
        raise QueryError(f"{value} is no day: write {days_as_written(self.today)}")

    def _amount(self, wanted: Filter, value: str) -> Filter:
        """A condition on the amount. It always names a currency: 5 EUR and 500 JPY are both 500 minor units."""
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
    """A time with its offset (2026-03-01T09:00+01:00), or None if `text` has no time. Raises QueryError."""
    if not _TIME.match(value):
        return None
    try:
        return unstamp(value)
    except ValueError:
        raise QueryError("a time is written with its offset: 2026-03-01T09:00+01:00") from None


def _minor(typed: str, currency: str | None) -> int | None:
    """An amount in minor units, None if the text is empty."""
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
    """Add a word to the text. A currency is joined to the amount before it: `97.83 EUR` is one word."""
    if texts and word.upper() in DIGITS and readings(texts[-1] + word):
        texts[-1] += word.upper()
    else:
        texts.append(word)


def _refuse_unknown(name: str, colon: str) -> None:
    """Refuse an unknown filter word: letters before a colon. Other words with a colon, such as 17:29, are text."""
    if not (colon and name.isalpha()):
        return
    near = difflib.get_close_matches(name.lower(), SHAPES, 1)
    known = f"write {SHAPES[near[0]]}" if near else "help lists the filter words"
    raise QueryError(f"there is no filter word {name}: {known}")


def _states(value: str) -> frozenset[State]:
    """The states whose names begin with one of the words, so that a half typed name already filters."""
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
    """Completions of the last word of a line; none if the word is complete."""
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
