"""Owns the possible outcomes of a request to the service. `payments` creates them; `core.lifecycle` decides by them.

Never says what follows from an outcome. `word` is the outcome's name in the ledger. An outcome holds only what may be
kept of a card.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from refund_tui.core.trips import Card

LONGEST_RAW = 4_000
"""The most characters of an answer's raw text that are kept and shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: HTTP status, a sentence for the clerk, raw text (cut at LONGEST_RAW), the service's clock (UTC)."""

    status: int | None = None
    detail: str = ""
    raw: str = ""
    server_date: datetime | None = None


class Repair(StrEnum):
    """What a person must repair before the refund can continue."""

    CREDENTIALS = "credentials"
    TLS = "tls"
    CONFIGURATION = "configuration"
    REDIRECT = "redirect"


class Doubt(StrEnum):
    """Why it is not known whether an attempt was executed."""

    UNAVAILABLE = "unavailable"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    CONNECTION_LOST = "connection_lost"
    UNREADABLE = "unreadable"
    ODD_STATUS = "odd_status"
    PROCESS_DIED = "process_died"


@dataclass(frozen=True, slots=True)
class Accepted:
    """200: the refund was initiated. The service may give a reconciliation id."""

    word: ClassVar[str] = "accepted"
    answer: Answer
    reconciliation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """400: the service refused this attempt. `error` is its errorMsg, unchanged."""

    word: ClassVar[str] = "rejected"
    answer: Answer
    error: str = ""


@dataclass(frozen=True, slots=True)
class RateLimited:
    """429: not processed. `retry_after` in seconds, None if the service did not say."""

    word: ClassVar[str] = "rate_limited"
    answer: Answer
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class NeedsRepair:
    """Not processed. A retry does not help until a person has repaired something."""

    answer: Answer
    repair: Repair

    @property
    def word(self) -> str:
        """How the ledger names it."""
        return f"blocked_{self.repair}"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No byte of the request left this host: name lookup or connect failed."""

    word: ClassVar[str] = "unreachable"
    answer: Answer


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The money may have moved. `retry_after` in seconds if the service asked for a wait (503), else None."""

    answer: Answer
    doubt: Doubt
    retry_after: float | None = None

    @property
    def word(self) -> str:
        """How the ledger names it."""
        return str(self.doubt)


Outcome = Accepted | Rejected | RateLimited | NeedsRepair | Unreachable | Uncertain


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
    """The service did not answer. The answer's detail says why; its raw text is always empty."""

    answer: Answer


CardAnswer = CardFound | CardNotFound | CardNotLearnt
