"""Owns what a check of the evidence found: in one refund, and in a whole ledger. Reads nothing and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from refund_tui.core.money import Money

SHOWN_DIGITS = 16
"""Digits of a hash that paper shows: enough to compare by eye, and nobody makes another event that has them."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """How a refund differs from what its events say: `what`, without a full stop.

    `of_life`: more than what was asked for differs, so it is not known whether an attempt moved money.
    """

    what: str
    of_life: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event of a ledger: its number, and the hash that covers it and all events before it."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq} {self.hash}"

    @property
    def short(self) -> str:
        """The head for paper and screens."""
        return f"{self.seq} {self.hash[:SHOWN_DIGITS]}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of all the evidence found. `problems` are sentences, the earliest event first; empty: all fits.

    `paid` is the sum of all refunds that count as paid, by currency; `more` problems are not named.
    """

    head: Head
    events: int
    refunds: int
    attempts: int
    paid: tuple[Money, ...]
    problems: tuple[str, ...] = field(default=())
    more: int = 0
