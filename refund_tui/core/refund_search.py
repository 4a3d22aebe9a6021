"""Owns what the words of a filter mean in refunds: by which part of a refund each word finds it. Reads no clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refund_tui.core.money import readings
from refund_tui.core.refunds import Refund
from refund_tui.core.trip_search import Kind, TermMeaning, folded, forms_of, in_common, possible, words_in


def meanings(text: str, refunds: Sequence[Refund]) -> tuple[tuple[TermMeaning, ...], ...]:
    """For each word of a filter's text what it means in the `refunds` that it found, or could mean where it found none.

    A word without any known meaning is left out.
    """
    return tuple(filter(None, (_meanings(folded(word), refunds) for word in text.split())))


def _meanings(term: str, refunds: Sequence[Refund]) -> tuple[TermMeaning, ...]:
    if not refunds:
        return possible(term, None)
    return in_common(term, (next(_matches(term, refund), None) for refund in refunds))


def _matches(term: str, refund: Refund) -> Iterator[TermMeaning]:
    """The parts of a refund that a term finds, the likeliest first."""
    asked, begun = refund.intent, tuple(forms_of(term))
    if asked.card.tail and asked.card.tail.startswith(begun):
        yield TermMeaning(Kind.LAST_FOUR, asked.card.tail)
    if asked.receipt and any(word.startswith(begun) for word in words_in(asked.receipt)):
        yield TermMeaning(Kind.RECEIPT, asked.receipt)
    ids = ((Kind.TRIP, asked.trip_id), (Kind.REQUEST, refund.key), (Kind.RECONCILIATION, refund.life.reconciliation_id))
    for kind, known in ids:
        if known and known.casefold().startswith(begun):
            yield TermMeaning(kind, known)
    if asked.amount.currency in readings(term).get(asked.amount.minor, ()):
        yield TermMeaning(Kind.AMOUNT, str(asked.amount))
    names = [(Kind.BRAND, asked.card.brand), *((Kind.ARTICLE, article.name) for article in asked.articles)]
    for kind, text in names:
        if text and any(word.startswith(begun) for word in words_in(text)):
            yield TermMeaning(kind, text)
    if term in folded(asked.note or ""):
        yield TermMeaning(Kind.NOTE, term)
