"""Owns the words by which a trip is found, and the meaning of a clerk's search text.

The text is not a query language: no typed character has a special meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from refund_tui.core.days import Days, read_days
from refund_tui.core.filters import Part, TripWord
from refund_tui.core.money import DIGITS, AmountError, parse_amount, split_currency
from refund_tui.core.trips import Trip, spellings
from refund_tui.store.sqlite.trip_rows import first_row

LONGEST = 300
"""The most characters of a search text that are used. A trip id has at most 255."""

MOST_TERMS = 8

_INNER = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"[0-9]+,[0-9]{0,2}")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_FIGURES = re.compile(r"[0-9]+([.,][0-9]+)?")
_DAY = re.compile(r"[0-9]{1,2}")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_HALF_TYPED = re.compile(r"([0-9]{4}-[0-9]{2})-[0-9]?")
"""A month. A half typed day looks the same."""


@dataclass(frozen=True, slots=True)
class Span:
    """The row ids of a day or a month: from `first` up to `end`, without `end`."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search: `match` is for the word index; if one term is a date, `others` are searched within `span`."""

    match: str
    others: str = ""
    span: Span | None = None


def words_of(trip: Trip) -> str:
    """The words of a trip for the index: id, receipt, card, amount, and each article's id and name."""
    words = {trip.trip_id.casefold(): None}
    articles = (text for article in trip.articles for text in (article.id, article.name))
    for text in (trip.receipt, trip.card.brand, trip.card.tail, *articles):
        words.update(dict.fromkeys(_split(text or "")))
    if trip.captured:
        words[trip.captured.digits] = None
    return " ".join(words)


def _split(text: str) -> Iterator[str]:
    """Each word, and each of its parts if it has several (R-1001)."""
    for word in _folded(text).split():
        yield word
        yield from _INNER.findall(word)


def _folded(text: str) -> str:
    """Text without case, accents and invisible characters: `musli` finds `Müsli`."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return "".join(char if char.isprintable() else " " for char in plain.casefold())


def wanted(text: str, zone: tzinfo, today: date | None) -> Wanted | None:
    """The search for `text`, None for blank text. A date is a day or month in `zone`; `today` gives a missing year."""
    terms = _joined(_folded(text[:LONGEST]).split()[:MOST_TERMS])
    if not terms:
        return None
    match = _every(terms)
    for place, term in enumerate(terms):
        if span := _span(term, today, zone):
            return Wanted(match, _every(terms[:place] + terms[place + 1 :]), span)
    return Wanted(match)


def word_match(word: str) -> str:
    """The search in the word index for one word, empty if nothing in it can be found."""
    return _every(_folded(word[:LONGEST]).split())


def has_part(trip: Trip, word: TripWord) -> bool:
    """Whether the field of the trip that the word names (`word.part`) begins with the word."""
    begun = _folded(word.text).strip()
    match word.part:
        case Part.CARD:
            return any(_folded(text or "").startswith(begun) for text in (trip.card.tail, trip.card.brand))
        case Part.ARTICLE:
            texts = (text for article in trip.articles for text in (article.id, article.name))
            return any(one.startswith(begun) for text in texts for one in _split(text or ""))
        case Part.ANY | Part.RECEIPT:
            return True


def _joined(terms: list[str]) -> list[str]:
    """The terms. A moment (`23 Nov 17:29`) and an amount (`97.83 EUR`) as in the list become one term each."""
    joined: list[str] = []
    for term in terms:
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


def _every(terms: list[str]) -> str:
    return " AND ".join(_any_of(term) for term in terms)


def _any_of(term: str) -> str:
    """A term as a quoted prefix without any syntax. A decimal comma also matches a decimal point.

    A UUID also finds its other spelling. An amount with a currency (500JPY) finds trips of exactly that amount.
    """
    forms = [term, term.replace(",", ".")] if _AMOUNT.fullmatch(term) else {term, *spellings(term)}
    quoted = [f"{_quoted(form)} *" for form in forms]
    if amount := _amount(term):
        quoted.append(_quoted(amount))
    return f"({' OR '.join(quoted)})"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _amount(term: str) -> str | None:
    """The word of the index for this amount, None if the term is not an amount with a currency."""
    digits, code = split_currency(term)
    try:
        return parse_amount(digits, code).digits if code else None
    except AmountError:
        return None


def _moment(day: date, clock: re.Match[str], zone: tzinfo) -> Span:
    """The row ids of a minute or a second of a day."""
    hour, minute, second = (int(part or 0) for part in clock.groups())
    begin = datetime.combine(day, time(hour, minute, second), zone).astimezone(UTC)
    return Span(first_row(begin), first_row(begin + timedelta(seconds=1 if clock[3] else 60)))


def _span(term: str, today: date | None, zone: tzinfo) -> Span | None:
    """The row ids of the day, month, minute or second that a term names, None if it names none.

    A time without a day (`17:29`) means today.
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
    return Span(first_row(begin), first_row(end)) if begin else None
