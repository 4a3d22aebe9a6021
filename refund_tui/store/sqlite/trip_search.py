"""Owns the word index of the trips: the words of a trip in it, and the search for a text's terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo

from refund_tui.core.filters import Part, TripWord
from refund_tui.core.trip_search import LONGEST, amount_of, folded, forms_of, period_of, terms_of, words_in
from refund_tui.core.trips import Trip
from refund_tui.store.sqlite.trip_rows import first_row


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
        words.update(dict.fromkeys(words_in(text or "")))
    if trip.captured:
        words[trip.captured.digits] = None
    return " ".join(words)


def wanted(text: str, zone: tzinfo, today: date | None) -> Wanted | None:
    """The search for `text`, None for blank text. A date is a day or month in `zone`; `today` gives a missing year."""
    terms = terms_of(text)
    if not terms:
        return None
    match = _every(terms)
    for place, term in enumerate(terms):
        if period := period_of(term, today, zone):
            span = Span(first_row(period.begin), first_row(period.end))
            return Wanted(match, _every(terms[:place] + terms[place + 1 :]), span)
    return Wanted(match)


def word_match(word: str) -> str:
    """The search in the word index for one word, empty if nothing in it can be found."""
    return _every(folded(word[:LONGEST]).split())


def has_part(trip: Trip, word: TripWord) -> bool:
    """Whether the field of the trip that the word names (`word.part`) begins with the word."""
    begun = folded(word.text).strip()
    match word.part:
        case Part.CARD:
            return any(folded(text or "").startswith(begun) for text in (trip.card.tail, trip.card.brand))
        case Part.ARTICLE:
            texts = (text for article in trip.articles for text in (article.id, article.name))
            return any(one.startswith(begun) for text in texts for one in words_in(text or ""))
        case Part.ANY | Part.RECEIPT:
            return True


def _every(terms: list[str]) -> str:
    return " AND ".join(_any_of(term) for term in terms)


def _any_of(term: str) -> str:
    """A term in each of its forms as a quoted prefix without any syntax.

    An amount with a currency (500JPY) finds trips of exactly that amount.
    """
    quoted = [f"{_quoted(form)} *" for form in forms_of(term)]
    if amount := amount_of(term):
        quoted.append(_quoted(amount.digits))
    return f"({' OR '.join(quoted)})"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
