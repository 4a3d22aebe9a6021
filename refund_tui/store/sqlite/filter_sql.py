"""Owns the SQL of a filter: its conditions, written so that each is found by the index that serves best.

Whatever a person typed is a value of a placeholder, never a part of the SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from refund_tui.core.filters import Filter
from refund_tui.core.times import stamp

NOTES = 10_000
"""How many of the newest refunds are searched for a part of their note. Ids are found at any age."""

UUID = 36
"""Characters of an id. A word of this length is not searched in notes."""

COMMON = 10_000
"""A word with which this many ids begin is a common one. It is also the cap of a filtered count."""

NEWEST = "SELECT coalesce(max(id), 0) FROM refund"
"""The row number of the newest refund, which is also the number of refunds."""

_Condition = tuple[str, tuple[object, ...]]
_IDS = ("trip_id COLLATE NOCASE", "key", "reconciliation_id")
_RANGES = [f"{column} >= ? AND {column} < ?" for column in _IDS]
_MOST = 2**63 - 1


class NumberQuery(Protocol):
    """A function that runs a query and returns its one number."""

    def __call__(self, sql: str, *values: object) -> int:
        """Run the query. Raises StoreError."""
        ...


def where(wanted: Filter, number: NumberQuery, *, counting: bool = False) -> tuple[str, tuple[object, ...]]:
    """The SQL conditions of a filter, empty if it has none, and the values of their placeholders."""
    pairs = [*(_word(word, number) for word in wanted.text.split()), *_fields(wanted, counting=counting)]
    conditions = " AND ".join(condition for condition, _ in pairs)
    return conditions, tuple(value for _, values in pairs for value in values)


def _word(word: str, number: NumberQuery) -> _Condition:
    """The condition for one word of the text, in ids and in the newest notes."""
    text = _sayable(word)
    bounds = tuple(end for column in _IDS for end in _between(text, column))
    noted, note = _noted(text, number(NEWEST) - NOTES)
    if _is_common(bounds, number):
        ids = (f"(+{column} >= ? AND +{column} < ?)" for column in _IDS)
        return f"({' OR '.join(ids)} OR {noted})", (*bounds, *note)
    found = " UNION ALL ".join(f"SELECT id FROM refund WHERE {where}" for where in (*_RANGES, noted))
    return f"id IN ({found})", (*bounds, *note)


def _is_common(bounds: tuple[object, ...], number: NumberQuery) -> bool:
    """Whether so many ids begin with it that reading from the newest on finds a page sooner than sorting them."""
    ids = " UNION ALL ".join(f"SELECT 1 FROM refund WHERE {where}" for where in _RANGES)
    return number(f"SELECT count(*) FROM (SELECT 1 FROM ({ids}) LIMIT ?)", *bounds, COMMON) >= COMMON


def _fields(wanted: Filter, *, counting: bool) -> Iterator[_Condition]:
    """The conditions on single columns; a "+" keeps SQLite, which knows no numbers, from an index that serves worse.

    A day or an exact amount is found by its own index, whatever else is asked for. A range of amounts holds too many
    refunds to sort them by age; to count them it serves well.
    """
    exact = wanted.least is not None and wanted.least == wanted.most
    few = "+" if exact or (wanted.since and wanted.until) else ""
    many = "" if exact or counting else "+"
    if wanted.states:
        marks = ", ".join("?" * len(wanted.states))
        yield f"{few}state IN ({marks})", tuple(sorted(str(state) for state in wanted.states))
    simple: tuple[tuple[str, object], ...] = (
        (f"{few}clerk = ?", None if wanted.clerk is None else _sayable(wanted.clerk)),
        (f"{few}reason = ?", str(wanted.reason) if wanted.reason else None),
        (f"{few}endpoint = ?", wanted.endpoint),
        (f"{few}endpoint <> ?", wanted.elsewhere),
        ("currency = ?", wanted.currency),
        ("created_at >= ?", stamp(wanted.since) if wanted.since else None),
        ("created_at < ?", stamp(wanted.until) if wanted.until else None),
        (f"{many}minor >= ?", None if wanted.least is None else min(wanted.least, _MOST)),
        (f"{many}minor <= ?", None if wanted.most is None else min(wanted.most, _MOST)),
    )
    yield from ((condition, (value,)) for condition, value in simple if value is not None)


def _between(text: str, column: str) -> tuple[str, str]:
    """The range of ids that begin with `text`. Idempotency keys are in lower case."""
    start = text.lower() if column == "key" else text
    return start, start + "\U0010ffff"


def _noted(text: str, older: int) -> _Condition:
    """The condition that a note contains `text`, in rows after `older`."""
    if len(text) >= UUID:
        return "0", ()
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return "id > ? AND note LIKE ? ESCAPE '\\'", (older, f"%{escaped}%")


def _sayable(text: str) -> str:
    """`text` in a form that SQLite accepts. Bytes of an argument that are not UTF-8 find nothing."""
    return text.encode(errors="replace").decode()
