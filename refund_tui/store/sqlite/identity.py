"""Owns what the ledger says of itself: its id, the environment it belongs to, the host that writes it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """One ledger. `environment` and `host` are None until they are known; `made_at` in UTC."""

    id: str
    environment: str | None
    host: str | None
    made_at: str


def identity_of(row: sqlite3.Row) -> Identity:
    """The row of the table `identity`."""
    return Identity(row["id"], row["environment"], row["host"], row["made_at"])
