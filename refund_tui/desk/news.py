"""Owns what the desk announces. News only says that something changed: a listener reads the ledger again."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from refund_tui.core.refunds import Refund
from refund_tui.errors import RefundTuiError


@dataclass(frozen=True, slots=True)
class Changed:
    """A refund was changed by this process, and that is on disk; `kind` is the kind of the change's event."""

    refund: Refund
    kind: str


@dataclass(frozen=True, slots=True)
class Unsaved:
    """The service answered, but the answer could not be written yet: it is kept in memory and written again.

    `fault` is the traceback where that failed by a fault of this program.
    """

    key: str
    why: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person should see to; no refund changed by it.

    `fault` is the traceback where it is a fault of this program: the desk has it written to a file for support.
    """

    why: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another process has changed the ledger or the trips."""


def fault_of(error: Exception) -> str:
    """The traceback of a fault of this program; empty for an error that a person can act on."""
    return "" if isinstance(error, RefundTuiError) else "".join(traceback.format_exception(error))


News = Changed | Unsaved | Trouble | Elsewhere
