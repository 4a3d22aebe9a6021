"""Owns what asking for a trip's card can come to. Knows nothing of the card but what may be kept."""

from __future__ import annotations

from dataclasses import dataclass

from refund_tui.core.outcomes import Answer
from refund_tui.core.trips import Card


@dataclass(frozen=True, slots=True)
class CardFound:
    """The service knows the trip; `currency` is the charge's, None where it was not told."""

    card: Card
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class CardNotFound:
    """The service knows no such trip in that store."""


@dataclass(frozen=True, slots=True)
class CardNotLearnt:
    """Nothing was learnt; the answer's detail says why, and its raw text is always empty."""

    answer: Answer


CardAnswer = CardFound | CardNotFound | CardNotLearnt
