"""Owns the ledger's high-water mark: the number of its newest event, kept beside it in a file of its own.

It is how an older copy of the ledger that was put back is noticed. It decides nothing and may lag behind by a moment.
"""

from __future__ import annotations

import os
from pathlib import Path

from refund_tui.errors import StoreChanged


class HighWater:
    """The mark of the ledger at a path. Whoever loses it loses the notice, never a refund."""

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_suffix(".mark")

    def read(self) -> int:
        """The highest event number that was seen here; 0 where none was, or the mark cannot be read."""
        try:
            return int(self.path.read_text())
        except (OSError, ValueError):
            return 0

    def rise(self, seq: int) -> None:
        """Remember `seq` if it is higher; a mark that cannot be written is left as it is."""
        if seq <= self.read():
            return
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            fresh.write_text(f"{seq}\n")
            fresh.replace(self.path)
        except OSError:
            fresh.unlink(missing_ok=True)

    def check(self, seq: int) -> None:
        """Raise StoreChanged when the ledger's newest event is older than one that was seen here before."""
        missing = self.read() - seq
        if missing > 0:
            raise StoreChanged(
                f"an older copy of the ledger was put back: at least {missing} changes made since are missing from it, "
                "and refunds among them may have been paid. Nothing is sent. Put the newer ledger back; or compare "
                f"with the processor's records, then remove {self.path} to go on"
            )
