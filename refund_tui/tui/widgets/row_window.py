"""Owns which rows of a long list are in memory, which rows to ask for, and where the cursor is.

Never reads anything. Its cost does not depend on the number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

KEPT = 400
"""The rows that are kept before and after the shown ones."""


class Ask(NamedTuple):
    """A request for `limit` rows from `start` on. `edition` is the number of the query."""

    start: int
    limit: int
    edition: int


class Window(Generic[T]):
    """`height` lines over `total` rows, the first of them `top`, with the cursor on one."""

    def __init__(self, key: Callable[[T], object]) -> None:
        self._key = key
        self.rows: dict[int, T] = {}
        self.total: int | None = None
        self.cursor = self.top = self.height = self.edition = 0
        self._stale = self._restarting = False
        self._asked: tuple[int, int] | None = None
        self._sought: object = None

    @property
    def current(self) -> T | None:
        """The row under the cursor; None if it is not loaded."""
        return self.rows.get(self.cursor)

    def move_to(self, index: int) -> None:
        """Move the cursor to this row, or to the nearest one, and bring it into view."""
        self._sought = None
        self.cursor = index
        self._bring_into_view()

    def resize(self, height: int) -> None:
        """Change the number of shown lines."""
        self.height = height
        self._bring_into_view()

    def reload(self) -> None:
        """Treat the rows as outdated. They are shown until new rows replace them."""
        self.edition += 1
        self._stale, self._asked = True, None

    def restart(self) -> None:
        """Treat the rows as outdated, because the query changed. The cursor goes to the first new row."""
        self.reload()
        self._restarting = True

    def wanted(self) -> Ask | None:
        """The request to make now: the rows on the screen and a page before and after. None if it was made already."""
        span = self._span()
        if span is None or span == self._asked:
            return None
        self._asked = span
        return Ask(*span, self.edition)

    def take(self, start: int, rows: Sequence[T], total: int, *, fresh: bool = False) -> None:
        """Take rows from `start` on, of `total`. With `fresh`, or after a reload, they replace all others."""
        fresh = fresh or self._stale
        grown = total - (self.total or 0)
        known = self._key(self.current) if self.current is not None else self._sought
        if fresh:
            self.rows.clear()
        self.rows.update(enumerate(rows[: max(0, total - start)], start))
        self.total, self._asked, self._stale = total, (None if rows else self._asked), False
        if self._restarting:
            self.cursor = self.top = 0
            self._restarting, self._sought = False, None
        elif fresh or self._sought is not None:
            self._follow(known, grown if fresh else 0)
        self._forget_far_rows()
        self._bring_into_view()

    def _follow(self, known: object, grown: int) -> None:
        """Keep the cursor on its row, and the screen unmoved, when rows were added before it."""
        index = next((index for index, row in self.rows.items() if self._key(row) == known), None)
        self._sought = known if index is None and grown > 0 else None
        moved = (max(0, grown) if index is None and self.cursor else 0) if index is None else index - self.cursor
        self.cursor += moved
        self.top += moved if self.top else 0

    def _span(self) -> tuple[int, int] | None:
        high, first = self.height, max(0, self.top - self.height)
        if not high or self.total is None or self._stale:
            return (0 if self._restarting else first, 3 * high) if high else None
        near = range(max(0, self.top - high // 2), min(self.total, self.top + high + high // 2))
        if all(index in self.rows for index in near):
            return None
        missing = [index for index in range(first, min(self.total, self.top + 2 * high)) if index not in self.rows]
        return missing[0], missing[-1] - missing[0] + 1

    def _bring_into_view(self) -> None:
        last = max(0, (self.total or 0) - 1)
        self.cursor = max(0, min(self.cursor, last))
        lowest = max(0, last + 1 - self.height)
        self.top = max(0, min(self.top, self.cursor, lowest))
        if self.height and self.cursor >= self.top + self.height:
            self.top = self.cursor - self.height + 1

    def _forget_far_rows(self) -> None:
        if len(self.rows) > 4 * KEPT:
            near = range(self.top - KEPT, self.top + self.height + KEPT)
            self.rows = {index: row for index, row in self.rows.items() if index in near}
