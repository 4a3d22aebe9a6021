"""Owns what a trip is found by, and what a clerk's search text asks for.

Text is never a query language: every character that is typed stands for itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from refund_tui.core.trip_spelling import spellings
from refund_tui.core.trips import Trip
from refund_tui.store.sqlite.trip_schema import first_row

LONGEST = 300
"""Characters of a search text that count: a trip id has at most 255."""

MOST_TERMS = 8

_INNER = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"[0-9]+,[0-9]{0,2}")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{0,2}))?")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{4}|[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class Span:
    """Row ids from `first` up to, not including, `end`: what was dated within a day or a month."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text asks for: `match`, for the word index, or, where one term is a date, `others` within `span`."""

    match: str
    others: str = ""
    span: Span | None = None


def words_of(trip: Trip) -> str:
    """The words that a trip is found by: id, receipt, card, amount, and each article's id and name."""
    words = {trip.trip_id.casefold(): None}
    articles = (text for article in trip.articles for text in (article.id, article.name))
    for text in (trip.receipt, trip.card.brand, trip.card.tail, *articles):
        words.update(dict.fromkeys(_split(text or "")))
    if trip.captured:
        words[trip.captured.digits] = None
    return " ".join(words)


def _split(text: str) -> Iterator[str]:
    """Each word, and where it is of several parts (R-1001), each part."""
    for word in _folded(text).split():
        yield word
        yield from _INNER.findall(word)


def _folded(text: str) -> str:
    """Text without case, accents and what cannot be seen: `Müsli` is found by `musli`."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return "".join(char if char.isprintable() else " " for char in plain.casefold())


def wanted(text: str, zone: tzinfo, today: date | None) -> Wanted | None:
    """What `text` asks for, None for blank text. A date is a day (or a month) of `zone`; `today` completes it."""
    terms = _folded(text[:LONGEST]).split()[:MOST_TERMS]
    if not terms:
        return None
    match = _every(terms)
    for place, term in enumerate(terms):
        if days := _days(term, today):
            return Wanted(match, _every(terms[:place] + terms[place + 1 :]), _span(*days, zone))
    return Wanted(match)


def _every(terms: list[str]) -> str:
    return " AND ".join(_any_of(term) for term in terms)


def _any_of(term: str) -> str:
    """A term as a quoted prefix, in which nothing is syntax; an amount with a decimal comma also with a point.

    A UUID finds its other spelling too.
    """
    forms = [term, term.replace(",", ".")] if _AMOUNT.fullmatch(term) else {term, *spellings(term)}
    quoted = ['"' + form.replace('"', '""') + '" *' for form in forms]
    return f"({' OR '.join(quoted)})"


def _span(first: date, after: date, zone: tzinfo) -> Span:
    begin, end = (datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC) for day in (first, after))
    return Span(first_row(begin), first_row(end))


def _days(term: str, today: date | None) -> tuple[date, date] | None:
    """The days that a term names, from the first to the one after the last."""
    try:
        if found := _ISO.fullmatch(term):
            return _iso(*found.groups())
        day = _one_day(term, today)
        return None if day is None else (day, day + timedelta(days=1))
    except (ValueError, OverflowError):
        return None


def _iso(year: str, month: str, day: str | None) -> tuple[date, date]:
    if day and len(day) == 2:
        one = date(int(year), int(month), int(day))
        return one, one + timedelta(days=1)
    first = date(int(year), int(month), 1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _one_day(term: str, today: date | None) -> date | None:
    """`today`, `yesterday`, `23.11.2026`, `23.11.26`; `23.11` is the last one that has been."""
    if today and term in ("today", "yesterday"):
        return today - timedelta(days=term == "yesterday")
    found = _DOTTED.fullmatch(term)
    if not found:
        return None
    day, month, year = int(found[1]), int(found[2]), found[3]
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    if today is None:
        return None
    this_year = date(today.year, month, day)
    return this_year if this_year <= today else this_year.replace(year=today.year - 1)
