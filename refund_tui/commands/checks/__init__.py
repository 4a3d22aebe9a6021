"""The checks of `refund-tui doctor`. Each one says what it found, and what to do if something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found. `remedy` is empty if nothing is wrong."""

    level: Level
    name: str
    says: str
    remedy: str = ""


def ok(name: str, says: str) -> Result:
    """Nothing is wrong."""
    return Result(Level.OK, name, says)


def warn(name: str, says: str, remedy: str) -> Result:
    """It works, but a person should look at it."""
    return Result(Level.WARN, name, says, remedy)


def fail(name: str, says: str, remedy: str) -> Result:
    """It does not work."""
    return Result(Level.FAIL, name, says, remedy)
