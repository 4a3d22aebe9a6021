"""Owns the words by which a trip is found, and the meaning of a clerk's search text.

The text is not a query language: no typed character has a special meaning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, tzinfo

from refund_tui.core.days import read_days
from refund_tui.core.filters import Part, TripWord
from refund_tui.core.money import AmountError, parse_amount, split_currency
from refund_tui.core.trips import Trip, spellings
from refund_tui.store.sqlite.trip_rows import first_row

LONGEST = 300
"""Characters of a search text that are used. A trip id has at most 255."""

MOST_TERMS = 8

_INNER = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"[0-9]+,[0-9]{0,2}")
_HALF_TYPED = re.compile(r"([0-9]{4}-[0-9]{2})-[0-9]?")
"""A month, which is also what a day looks like while it is typed."""


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
    terms = _folded(text[:LONGEST]).split()[:MOST_TERMS]
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
    """Whether it is the word's part of the trip that begins with the word."""
    begun = _folded(word.text).strip()
    match word.part:
        case Part.CARD:
            return any(_folded(text or "").startswith(begun) for text in (trip.card.tail, trip.card.brand))
        case Part.ARTICLE:
            texts = (text for article in trip.articles for text in (article.id, article.name))
            return any(one.startswith(begun) for text in texts for one in _split(text or ""))
        case Part.ANY | Part.RECEIPT:
            return True


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
    """The digits by which a trip of this amount is found, None if the term is not an amount with a currency."""
    digits, code = split_currency(term)
    try:
        return parse_amount(digits, code).digits if code else None
    except AmountError:
        return None


def _span(term: str, today: date | None, zone: tzinfo) -> Span | None:
    """The rows of the day or month that a term names, None if it names none."""
    half = _HALF_TYPED.fullmatch(term)
    days = read_days(half[1] if half else term, today)
    try:
        begin, end = days.instants(zone) if days else (None, None)
    except OverflowError:
        return None
    return Span(first_row(begin), first_row(end)) if begin else None
