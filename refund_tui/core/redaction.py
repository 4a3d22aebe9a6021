"""Owns what a redaction is: what it removes, up to which age, and what it did. Reads and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RedactionOrder:
    """What a person ordered: redact what is `older_than` a time (UTC), and why."""

    older_than: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class RedactionCounts:
    """How many records a redaction concerns.

    - `refunds`: closed refunds that lose note, articles, card and receipt.
    - `altered`: refunds that are old enough, but differ from their events. They are left as they are.
    - `drafts`, `trips`: those that are deleted.
    - `undated`: trips without a time. They are kept, since their age is not known.
    - `unfinished`: an earlier redaction was stopped, so free parts of the files may still hold texts.
    """

    refunds: int = 0
    altered: int = 0
    drafts: int = 0
    trips: int = 0
    undated: int = 0
    unfinished: bool = False

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.refunds or self.drafts or self.trips or self.unfinished)


@dataclass(frozen=True, slots=True)
class Redacted:
    """What a redaction did, and the older copies in the data folder that still hold the texts."""

    counts: RedactionCounts
    copies: tuple[Path, ...] = ()
