"""Owns what the desk announces. News carries no truth: whoever hears it reads the ledger again."""

from __future__ import annotations

from dataclasses import dataclass

from refund_tui.core.refunds import Refund


@dataclass(frozen=True, slots=True)
class Changed:
    """A refund's change, already on disk; `kind` is its event's, `mine` whether this process made it."""

    refund: Refund
    kind: str
    mine: bool = True


@dataclass(frozen=True, slots=True)
class Unsaved:
    """The service answered, but the answer could not be written yet: it is kept here and tried again."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person should see to; no refund changed by it."""

    why: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The ledger or the trips changed by another process."""


News = Changed | Unsaved | Trouble | Elsewhere
