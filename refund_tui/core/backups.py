"""Owns what a backup holds, and what restoring one did. Reads and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from refund_tui.core.evidence import Verification


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: of which ledger (its id), up to which event, made when (UTC), the SHA-256 of its files."""

    program: str
    made_at: str
    ledger: str
    head_seq: int
    head_hash: str
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Backup:
    """A complete backup: its folder, what it holds, and what the check of its ledger found."""

    folder: Path
    contents: Contents
    checked: Verification


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    `accepted`: every refund that the backup lacks is known. Otherwise nothing is sent until a person has accepted it.
    `kept` is where the replaced ledger is now, if there was one. `doubts` refunds that were open in the backup may have
    been paid since. `unknown` refunds only the replaced ledger had; `unreadable` more of its refunds could not be read.
    """

    contents: Contents
    accepted: bool
    kept: Path | None
    doubts: int
    unknown: int
    unreadable: int
