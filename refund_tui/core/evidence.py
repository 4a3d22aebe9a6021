"""Owns the results of a check of the evidence: of one refund, and of a whole ledger. Reads and decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from refund_tui.core.money import Money
from refund_tui.core.refunds import Intent

SHOWN_DIGITS = 16
"""The digits of a hash on paper: few enough to compare by eye, too many to find another event with the same digits."""


BodyOf = Callable[[str, Intent], bytes]
"""A function that builds the request of a refund from its key and its intent. It is in a module. Raises ValueError."""

Progress = Callable[[int, int], None]
"""A function that is called with the number of checked rows and the number of all rows."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """How a refund differs from its events: `what`, without a full stop.

    `of_life`: not only the intent differs, so it is not known whether an attempt moved money.
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
class Witness:
    """A head that was recorded elsewhere: its number, the first digits of its hash, and the place of the record."""

    seq: int
    digits: str
    place: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of all the evidence found.

    `problems` are sentences, the earliest event first; empty if there are none.

    `paid` is the sum of all refunds that count as paid, by currency. `more` is the number of problems not in the list.
    `redacted` is the number of refunds whose personal data were removed, as events say.
    """

    head: Head
    events: int
    refunds: int
    attempts: int
    paid: tuple[Money, ...]
    problems: tuple[str, ...] = field(default=())
    more: int = 0
    redacted: int = 0
