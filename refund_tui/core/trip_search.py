"""Owns what a search text for trips means: its terms, and by which part of a trip each of them finds it.

The text is not a query language: no typed character has a special meaning. Reads no clock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from refund_tui.core.days import Days, read_days
from refund_tui.core.money import DIGITS, AmountError, Money, parse_amount, split_currency
from refund_tui.core.trips import Trip, spellings

LONGEST = 300
"""The most characters of a search text that are used. A trip id has at most 255."""

MOST_TERMS = 8
MOST_KINDS = 2
"""The most parts of trips that are named as the meaning of one term."""

_INNER = re.compile(r"[^\W_]+")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]{0,2}")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_FIGURES = re.compile(r"[0-9]+([.,][0-9]+)?")
_LAST_FOUR = re.compile(r"[0-9]{4}")
_DAY = re.compile(r"[0-9]{1,2}")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_HALF_TYPED = re.compile(r"([0-9]{4}-[0-9]{2})-[0-9]?")
"""A month. A half typed day looks the same."""


class Kind(StrEnum):
    """The part of a trip or refund by which a term finds it, in words; a time speaks for itself."""

    LAST_FOUR = "last four"
    RECEIPT = "receipt"
    TRIP = "trip id"
    REQUEST = "request id"
    RECONCILIATION = "reconciliation id"
    AMOUNT = "amount"
    TIME = ""
    BRAND = "card"
    ARTICLE = "article"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class TermMeaning:
    """What a term means: a part of trips, and its value there, or the beginning of several values."""

    kind: Kind
    text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Period:
    """A time that a term names, from `begin` up to `end` (UTC), without `end`; `words` as lists show it."""

    begin: datetime
    end: datetime
    words: str


def terms_of(text: str) -> list[str]:
    """The terms of a search text, folded. A moment (`23 Nov 17:29`) and an amount (`97.83 EUR`) are one term each."""
    joined: list[str] = []
    for term in folded(text[:LONGEST]).split()[:MOST_TERMS]:
        before = joined[-1] if joined else ""
        if term in _MONTHS and _DAY.fullmatch(before):
            joined[-1] = f"{before}.{_MONTHS.index(term) + 1}."
        elif term.upper() in DIGITS and _FIGURES.fullmatch(before):
            joined[-1] = before + term
        elif _TIME.fullmatch(term) and before.endswith(".") and read_days(before, date.max):
            joined[-1] = f"{before}t{term}"
        else:
            joined.append(term)
    return joined


def folded(text: str) -> str:
    """Text without case, accents and invisible characters: `musli` finds `Müsli`."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return "".join(char if char.isprintable() else " " for char in plain.casefold())


def words_in(text: str) -> Iterator[str]:
    """Each folded word, and each of its parts if it has several (R-1001)."""
    for word in folded(text).split():
        yield word
        yield from _INNER.findall(word)


def forms_of(term: str) -> list[str]:
    """The spellings of a term: a decimal comma is also a point, and a UUID is the same with and without dashes."""
    if _DECIMAL_COMMA.fullmatch(term):
        return [term, term.replace(",", ".")]
    return list(dict.fromkeys((term, *spellings(term))))


def amount_of(term: str) -> Money | None:
    """The amount that a term names with its currency (500JPY), or None."""
    digits, code = split_currency(term)
    try:
        return parse_amount(digits, code) if code else None
    except AmountError:
        return None


def period_of(term: str, today: date | None, zone: tzinfo) -> Period | None:
    """The day, month, minute or second that a term names, None if it names none.

    A time without a day (`17:29`) means today; `today` gives a missing year.
    """
    day, _, hour = term.rpartition("t")
    if today and (clock := _TIME.fullmatch(hour)):
        named = read_days(day, today) if day else Days(today, today)
        return _moment(named.first, clock, zone) if named else None
    half = _HALF_TYPED.fullmatch(term)
    days = read_days(half[1] if half else term, today)
    try:
        begin, end = days.instants(zone) if days else (None, None)
    except OverflowError:
        return None
    return Period(begin, end, _days_words(days, today)) if days and begin and end else None


def _moment(day: date, clock: re.Match[str], zone: tzinfo) -> Period:
    hour, minute, second = (int(part or 0) for part in clock.groups())
    local = datetime.combine(day, time(hour, minute, second), zone)
    begin = local.astimezone(UTC)
    words = f"{local:%d %b %H:%M:%S}" if clock[3] else f"{local:%d %b %H:%M}"
    return Period(begin, begin + timedelta(seconds=1 if clock[3] else 60), words)


def _days_words(days: Days, today: date | None) -> str:
    if (days.end - days.first).days > 1:
        return f"{days.first:%b %Y}"
    return f"{days.first:%d %b}" if today and days.first.year == today.year else f"{days.first:%d %b %Y}"


def meanings(text: str, trips: Sequence[Trip], zone: tzinfo, today: date | None) -> tuple[tuple[TermMeaning, ...], ...]:
    """For each term of a search text what it means in the `trips` that it found, or could mean where it found none.

    A term may mean several parts of trips; a term without any known meaning is left out.
    """
    found = (_meanings(term, trips, period_of(term, today, zone)) for term in terms_of(text))
    return tuple(filter(None, found))


def _meanings(term: str, trips: Sequence[Trip], period: Period | None) -> tuple[TermMeaning, ...]:
    if not trips:
        return possible(term, period)
    return in_common(term, (next(_matches(term, trip, period), None) for trip in trips))


def in_common(term: str, matches: Iterable[TermMeaning | None]) -> tuple[TermMeaning, ...]:
    """The meanings of a term that finds several things, each of them by a match; None for one by an unknown part."""
    values: dict[Kind, list[str]] = {}
    for match in filter(None, matches):
        values.setdefault(match.kind, []).append(match.text)
    known = [TermMeaning(kind, _told(term, values[kind])) for kind in Kind if kind in values]
    return tuple(known[:MOST_KINDS])


def _matches(term: str, trip: Trip, period: Period | None) -> Iterator[TermMeaning]:
    """The parts of a trip that begin with a term, the likeliest first."""
    begun = tuple(forms_of(term))
    for kind, text in ((Kind.LAST_FOUR, trip.card.tail), (Kind.RECEIPT, trip.receipt)):
        if text and any(word.startswith(begun) for word in words_in(text)):
            yield TermMeaning(kind, text)
    if trip.trip_id.casefold().startswith(begun):
        yield TermMeaning(Kind.TRIP, trip.trip_id)
    if trip.captured and (trip.captured == amount_of(term) or trip.captured.digits.startswith(begun)):
        yield TermMeaning(Kind.AMOUNT, str(trip.captured))
    if period and trip.dated and period.begin <= trip.dated < period.end:
        yield TermMeaning(Kind.TIME, period.words)
    texts = [(Kind.BRAND, trip.card.brand)]
    texts += [(Kind.ARTICLE, name) for article in trip.articles for name in (article.name, article.id)]
    for kind, text in texts:
        if text and any(word.startswith(begun) for word in words_in(text)):
            yield TermMeaning(kind, text)


def possible(term: str, period: Period | None) -> tuple[TermMeaning, ...]:
    """What a term that found nothing was taken for."""
    if _LAST_FOUR.fullmatch(term):
        return (TermMeaning(Kind.LAST_FOUR, term),)
    if amount := amount_of(term):
        return (TermMeaning(Kind.AMOUNT, str(amount)),)
    return (TermMeaning(Kind.TIME, period.words),) if period else ()


def _told(term: str, values: Sequence[str]) -> str:
    """The value, or what several values have in common, as it is written in the first of them."""
    if len(set(values)) == 1:
        return values[0]
    return f"{values[0][: len(term)] if folded(values[0]).startswith(term) else term}…"
