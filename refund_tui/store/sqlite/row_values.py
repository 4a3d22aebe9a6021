"""Owns how the values of a row are read and checked. A value that does not fit its column is an error, never guessed.

A damaged file, or one that another program changed, can contain any value: SQLite checks a value when it is written,
not when it is read.
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
"""The length of a time that `core.times.stamp` wrote."""

SHOWN = 40
"""The most characters of an unreadable value that a message repeats."""

_NO_TEXT = re.compile(r"[\ud800-\udfff]")
"""The characters that replace bytes which are not UTF-8."""


class UnreadableRow(ValueError):
    """A value that does not fit its column. The text names the column and the value."""


class Cells:
    """The values of one row. Every method raises UnreadableRow."""

    def __init__(self, row: sqlite3.Row) -> None:
        self.row = row

    def refuse(self, name: str) -> UnreadableRow:
        """The error for a value that does not fit the column `name`."""
        return UnreadableRow(f"{name} holds {ascii(self.row[name])[:SHOWN]}")

    def value(self, name: str) -> object:
        """Any value."""
        try:
            return self.row[name]
        except IndexError as error:
            raise UnreadableRow(f"the table has no column {name}") from error

    def empty(self, name: str) -> bool:
        """Whether a column is NULL."""
        return self.value(name) is None

    def all_empty(self, names: Sequence[str]) -> bool:
        """Whether all of these columns are NULL."""
        return [self.value(name) for name in names] == [None] * len(names)

    def text(self, name: str, check: Callable[[str], str | None] | None = None) -> str:
        """Text in UTF-8 that passes `check`."""
        value = self.value(name)
        if not isinstance(value, str) or (not value.isascii() and _NO_TEXT.search(value)) or (check and check(value)):
            raise self.refuse(name)
        return value

    def text_or_none(self, name: str) -> str | None:
        """The same, or None."""
        return None if self.value(name) is None else self.text(name)

    def whole(self, name: str, least: int = 0, most: int = 2**63 - 1) -> int:
        """An integer from `least` to `most`."""
        value = self.value(name)
        if not isinstance(value, int) or not least <= value <= most:
            raise self.refuse(name)
        return value

    def whole_or_none(self, name: str, least: int = 0, most: int = 2**63 - 1) -> int | None:
        """The same, or None."""
        return None if self.value(name) is None else self.whole(name, least, most)

    def seconds(self, name: str) -> float:
        """Seconds, finite and not negative."""
        value = self.value(name)
        if not isinstance(value, float) or not math.isfinite(value) or value < 0:
            raise self.refuse(name)
        return value

    def flag(self, name: str) -> bool:
        """A flag: 0 or 1."""
        return self.whole(name, 0, 1) == 1

    def blob(self, name: str) -> bytes:
        """Bytes, at least one."""
        value = self.value(name)
        if not isinstance(value, bytes) or not value:
            raise self.refuse(name)
        return value

    def one_of(self, name: str, kind: type[E]) -> E:
        """A value of the enumeration `kind`."""
        try:
            return kind(self.text(name))
        except ValueError as error:
            raise self.refuse(name) from error

    def instant(self, name: str) -> datetime:
        """A time, exactly in the form in which this program writes it."""
        text = self.text(name)
        try:
            if len(text) == STAMP and text[10] == "T" and text[-1] == "Z":
                return unstamp(text)
        except ValueError:
            pass
        raise self.refuse(name)

    def instant_or_none(self, name: str) -> datetime | None:
        """The same, or None."""
        return None if self.value(name) is None else self.instant(name)

    def mark(self, name: str) -> Instant:
        """An instant in three columns: `name` with `_at`, `_boot` and `_ticks`."""
        return Instant(self.instant(f"{name}_at"), self.text(f"{name}_boot"), self.seconds(f"{name}_ticks"))

    def mark_or_none(self, name: str) -> Instant | None:
        """The same, or None if all three are NULL."""
        if self.all_empty((f"{name}_at", f"{name}_boot", f"{name}_ticks")):
            return None
        return self.mark(name)
