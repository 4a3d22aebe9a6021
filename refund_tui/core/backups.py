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

    - `accepted`: every refund that the backup lacks is known. Otherwise nothing is sent until a person accepts the
      ledger.
    - `kept`: the place of the replaced ledger now, if there was one.
    - `doubts`: the number of refunds that were open in the backup and may have been paid since.
    - `unknown`: the number of refunds that only the replaced ledger had.
    - `unreadable`: the number of refunds in the replaced ledger that could not be read.
    """

    contents: Contents
    accepted: bool
    kept: Path | None
    doubts: int
    unknown: int
    unreadable: int
