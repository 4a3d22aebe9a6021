"""Owns what a trip is found by, and what a clerk's search text asks for.

Text is never a query language: every character that is typed stands for itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo

from refund_tui.core.days import read_days
from refund_tui.core.money import AmountError, parse_amount, split_currency
from refund_tui.core.trip_spelling import spellings
from refund_tui.core.trips import Trip
from refund_tui.store.sqlite.trip_schema import first_row

LONGEST = 300
"""Characters of a search text that count: a trip id has at most 255."""

MOST_TERMS = 8

_INNER = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"[0-9]+,[0-9]{0,2}")
_HALF_TYPED = re.compile(r"([0-9]{4}-[0-9]{2})-[0-9]?")
"""A month, on the way to one of its days."""


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
        if span := _span(term, today, zone):
            return Wanted(match, _every(terms[:place] + terms[place + 1 :]), span)
    return Wanted(match)


def _every(terms: list[str]) -> str:
    return " AND ".join(_any_of(term) for term in terms)


def _any_of(term: str) -> str:
    """A term as a quoted prefix, in which nothing is syntax; an amount with a decimal comma also with a point.

    A UUID finds its other spelling too, an amount with its currency (500JPY) the trips of exactly that amount.
    """
    forms = [term, term.replace(",", ".")] if _AMOUNT.fullmatch(term) else {term, *spellings(term)}
    quoted = [f"{_quoted(form)} *" for form in forms]
    if amount := _amount(term):
        quoted.append(_quoted(amount))
    return f"({' OR '.join(quoted)})"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _amount(term: str) -> str | None:
    """The digits that a trip of this amount is found by, None for what is no amount with a currency."""
    digits, code = split_currency(term)
    try:
        return parse_amount(digits, code).digits if code else None
    except AmountError:
        return None


def _span(term: str, today: date | None, zone: tzinfo) -> Span | None:
    """The rows of the day or the month that a term names, None where it names none."""
    half = _HALF_TYPED.fullmatch(term)
    days = read_days(half[1] if half else term, today)
    try:
        begin, end = days.instants(zone) if days else (None, None)
    except OverflowError:
        return None
    return Span(first_row(begin), first_row(end)) if begin else None
