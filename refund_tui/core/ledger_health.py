"""Owns what can be told of the health of a ledger or of the trips: damage, and how far a ledger had come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong: with the whole file, so that no row of it can be trusted, and with single rows."""

    whole: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Damage:
    """The same as sentences, empty where nothing is wrong. `whole` forbids all writing, `rows` only those rows."""

    whole: str = ""
    rows: str = ""


@dataclass(frozen=True, slots=True)
class MarkSeen:
    """A record, at `place`, of the number of the newest event that was seen: `seq` is None where there is no record.

    `problem` says why it cannot be read, empty where it can.
    """

    place: str
    seq: int | None = None
    problem: str = ""
