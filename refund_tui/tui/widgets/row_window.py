"""Owns what a long list knows of its rows: which are here, which to ask for, and where the cursor is.

Pure. It reads nothing, and its cost does not depend on how many rows there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

KEPT = 400
"""Rows kept on either side of what is shown."""


class Ask(NamedTuple):
    """Rows that are wanted: `limit` of them from `start` on, for the `edition` of the question now asked."""

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
        """The row under the cursor; None where it is not here."""
        return self.rows.get(self.cursor)

    def move_to(self, place: int) -> None:
        """Put the cursor there, or as near as rows go, and bring it into view."""
        self._sought = None
        self.cursor = place
        self._bring_into_view()

    def resize(self, height: int) -> None:
        """Show so many lines."""
        self.height = height
        self._bring_into_view()

    def reload(self) -> None:
        """Take what is here for old: it is shown until the answer to the next question replaces it."""
        self.edition += 1
        self._stale, self._asked = True, None

    def restart(self) -> None:
        """The same, and the question is another one: the cursor begins at the first row of its answer."""
        self.reload()
        self._restarting = True

    def wanted(self) -> Ask | None:
        """What to ask for now, once: what is shown, with a page before and after it to walk into."""
        span = self._span()
        if span is None or span == self._asked:
            return None
        self._asked = span
        return Ask(*span, self.edition)

    def take(self, start: int, rows: Sequence[T], total: int, *, fresh: bool = False) -> None:
        """Rows from `start` on, among `total`; `fresh` (or after a reload) they replace all others."""
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
        """Keep the cursor on the row it was on, and the screen still, when rows came in before it."""
        place = next((place for place, row in self.rows.items() if self._key(row) == known), None)
        self._sought = known if place is None and grown > 0 else None
        moved = (max(0, grown) if place is None and self.cursor else 0) if place is None else place - self.cursor
        self.cursor += moved
        self.top += moved if self.top else 0

    def _span(self) -> tuple[int, int] | None:
        high, first = self.height, max(0, self.top - self.height)
        if not high or self.total is None or self._stale:
            return (0 if self._restarting else first, 3 * high) if high else None
        near = range(max(0, self.top - high // 2), min(self.total, self.top + high + high // 2))
        if all(place in self.rows for place in near):
            return None
        missing = [place for place in range(first, min(self.total, self.top + 2 * high)) if place not in self.rows]
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
            self.rows = {place: row for place, row in self.rows.items() if place in near}
