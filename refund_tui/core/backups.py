"""Owns the contents of a backup, and the result of a restore. Reads and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from refund_tui.core.evidence import Verification


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a backup: the ledger's id, the newest event, the time (UTC), the SHA-256 of the files."""

    program: str
    made_at: str
    ledger: str
    head_seq: int
    head_hash: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Backup:
    """A complete backup: its folder, its contents, and the findings of the check of its ledger."""

    folder: Path
    contents: Contents
    checked: Verification


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    - `missing`: why it is not known which refunds the backup lacks; then nothing is sent until a person accepts the
      ledger. Empty if every refund is known.
    - `kept`: the place of the replaced ledger now, if there was one.
    - `doubts`: the number of refunds that are in another state in the replaced ledger.
    - `unknown`: the number of refunds that only the replaced ledger had.
    - `unreadable`: the number of records in the replaced ledger that could not be read.
    - `others`: the number of services, stated amounts and waits that were taken over from the replaced ledger.
    """

    contents: Contents
    missing: str
    kept: Path | None
    doubts: int
    unknown: int
    unreadable: int
    others: int
