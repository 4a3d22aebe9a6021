"""Owns how the values of a row are read, each as what its column must hold. What does not fit is refused, not guessed.

A file that rotted, or that other programs wrote, can hold anything: SQLite checks a value when it is written, not when
it is read.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from refund_tui.core.times import Instant, unstamp

E = TypeVar("E", bound=StrEnum)

STAMP = 24
"""Characters of an instant as `core.times.stamp` writes it."""

SHOWN = 40
"""Characters of a value that cannot be read, as a sentence repeats it."""

_NO_TEXT = re.compile(r"[\ud800-\udfff]")
"""What stands for bytes that were no UTF-8."""


class UnreadableRow(ValueError):
    """A row holds what its column cannot; the text names the column and what is there."""


class Cells:
    """The values of one row. Every method raises UnreadableRow."""

    def __init__(self, row: sqlite3.Row) -> None:
        self.row = row

    def refuse(self, name: str) -> UnreadableRow:
        """What to raise for a column."""
        return UnreadableRow(f"{name} holds {ascii(self.row[name])[:SHOWN]}")

    def empty(self, name: str) -> bool:
        """Whether a column holds nothing."""
        return self.row[name] is None

    def all_empty(self, names: Sequence[str]) -> bool:
        """Whether columns hold nothing in any of them."""
        return [self.row[name] for name in names] == [None] * len(names)

    def text(self, name: str, check: Callable[[str], str | None] | None = None) -> str:
        """Text in UTF-8, in which `check` finds nothing wrong."""
        value = self.row[name]
        if not isinstance(value, str) or (not value.isascii() and _NO_TEXT.search(value)) or (check and check(value)):
            raise self.refuse(name)
        return value

    def text_or_none(self, name: str) -> str | None:
        """The same, or nothing."""
        return None if self.row[name] is None else self.text(name)

    def whole(self, name: str, least: int = 0, most: int = 2**63 - 1) -> int:
        """A whole number between two."""
        value = self.row[name]
        if not isinstance(value, int) or not least <= value <= most:
            raise self.refuse(name)
        return value

    def whole_or_none(self, name: str, least: int = 0, most: int = 2**63 - 1) -> int | None:
        """The same, or nothing."""
        return None if self.row[name] is None else self.whole(name, least, most)

    def seconds(self, name: str) -> float:
        """Seconds, finite and not negative."""
        value = self.row[name]
        if not isinstance(value, float) or not math.isfinite(value) or value < 0:
            raise self.refuse(name)
        return value

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return self.whole(name, 0, 1) == 1

    def blob(self, name: str) -> bytes:
        """Bytes, at least one."""
        value = self.row[name]
        if not isinstance(value, bytes) or not value:
            raise self.refuse(name)
        return value

    def one_of(self, name: str, kind: type[E]) -> E:
        """One of the words of `kind`."""
        try:
            return kind(self.text(name))
        except ValueError as error:
            raise self.refuse(name) from error

    def instant(self, name: str) -> datetime:
        """An instant, exactly as we write one."""
        text = self.text(name)
        try:
            if len(text) == STAMP and text[10] == "T" and text[-1] == "Z":
                return unstamp(text)
        except ValueError:
            pass
        raise self.refuse(name)

    def instant_or_none(self, name: str) -> datetime | None:
        """The same, or nothing."""
        return None if self.row[name] is None else self.instant(name)

    def mark(self, name: str) -> Instant:
        """An instant in three columns: `name` with `_at`, `_boot` and `_ticks`."""
        return Instant(self.instant(f"{name}_at"), self.text(f"{name}_boot"), self.seconds(f"{name}_ticks"))

    def mark_or_none(self, name: str) -> Instant | None:
        """The same, or nothing in all three."""
        if self.all_empty((f"{name}_at", f"{name}_boot", f"{name}_ticks")):
            return None
        return self.mark(name)
