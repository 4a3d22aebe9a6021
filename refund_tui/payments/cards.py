"""Owns the possible results of asking the service for a trip's card. Holds only what may be kept of a card."""

from __future__ import annotations

from dataclasses import dataclass

from refund_tui.core.outcomes import Answer
from refund_tui.core.trips import Card


@dataclass(frozen=True, slots=True)
class CardFound:
    """The service knows the trip. `currency` is the currency of the charge, None if the answer did not say."""

    card: Card
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class CardNotFound:
    """The service knows no such trip in that store."""


@dataclass(frozen=True, slots=True)
class CardNotLearnt:
    """The question was not answered. The answer's detail says why; its raw text is always empty."""

    answer: Answer


CardAnswer = CardFound | CardNotFound | CardNotLearnt
