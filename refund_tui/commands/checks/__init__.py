"""The doctor's checks: each says how one thing is, and what to do if it is not well."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How one thing is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found; `remedy` is empty where all is well."""

    level: Level
    name: str
    says: str
    remedy: str = ""


def ok(name: str, says: str) -> Result:
    """All is well."""
    return Result(Level.OK, name, says)


def warn(name: str, says: str, remedy: str) -> Result:
    """It works, but a person should look at it."""
    return Result(Level.WARN, name, says, remedy)


def fail(name: str, says: str, remedy: str) -> Result:
    """It does not work."""
    return Result(Level.FAIL, name, says, remedy)
