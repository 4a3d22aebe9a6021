"""Owns how a refund is changed that other processes may change too: read, decide, write; repeat if one was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from refund_tui.core.refunds import Refund
from refund_tui.desk.ports import LedgerPort
from refund_tui.errors import StoreBusy, StoreChanged

T = TypeVar("T")

RACES = 8
"""How often a change is tried while other processes keep changing the refund."""


def not_there(key: str) -> StoreChanged:
    """The error for a refund that is not in the ledger any more."""
    return StoreChanged(f"the refund {key} is not in the ledger: was an older copy of it put back?")


def compare_and_swap(ledger: LedgerPort, key: str, write: Callable[[Refund], T | None]) -> T:
    """Call `write` with the present refund and return its result.

    None from `write` means that another process was faster.

    Raises StoreChanged if the refund is not in the ledger any more, StoreBusy after too many tries, RecordUnusable if
    its record cannot be read.
    """
    for _ in range(RACES):
        refund = ledger.get(key)
        if refund is None:
            raise not_there(key)
        written = write(refund)
        if written is not None:
            return written
    raise StoreBusy("other programs keep changing this refund; nothing was written: try again")
