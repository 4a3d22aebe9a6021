"""Owns the SQL of a filter. Each condition is written so that SQLite uses the best index for it.

What a person typed is always the value of a placeholder, never a part of the SQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from refund_tui.core.filters import Filter, Part, TripWord
from refund_tui.core.money import readings
from refund_tui.core.times import stamp

NOTES = 10_000
"""How many of the newest refunds are searched by a part of their note. Ids are found at any age."""

UUID = 36
"""The length of an id. A word of this length is not searched in notes."""

LONGEST_AMOUNT = 20
"""The most characters of an amount with its currency."""

COMMON = 10_000
"""A word is common if so many ids begin with it. It is also the cap of a filtered count."""

NEWEST = "SELECT coalesce(max(id), 0) FROM refund"
"""The row number of the newest refund, which is also the number of refunds."""

_Condition = tuple[str, tuple[object, ...]]
_OF_TRIPS = "SELECT id FROM refund WHERE folded_trip IN (SELECT value FROM json_each(?))"
_MOST = 2**63 - 1


class NumberQuery(Protocol):
    """A function that runs a query and returns its one number."""

    def __call__(self, sql: str, *values: object) -> int:
        """Run the query. Raises StoreError."""
        ...


def where(
    wanted: Filter, number: NumberQuery, clerks: Sequence[str], *, counting: bool = False
) -> tuple[str, tuple[object, ...]]:
    """The SQL conditions of a filter, empty if it has none, and the values of their placeholders.

    `clerks` holds all spellings of the wanted clerk's name in the ledger.
    """
    pairs = [
        *(_word(word, wanted, number) for word in wanted.trip_words),
        *_fields(wanted, clerks, counting=counting),
    ]
    conditions = " AND ".join(condition for condition, _ in pairs)
    return conditions, tuple(value for _, values in pairs for value in values)


def _word(word: TripWord, wanted: Filter, number: NumberQuery) -> _Condition:
    """The condition for one word: it matches values recorded with the refund, or the trips that the word finds."""
    ranges = _ranges(sqlite_text(word.text), word.part)
    bounds = tuple(end for _, start in ranges for end in (start, start + "\U0010ffff"))
    by_id = [f"SELECT id FROM refund WHERE {column} >= ? AND {column} < ?" for column, _ in ranges]
    others = list(_trips(_listed(wanted, word)))
    if word.part is Part.ANY:
        others += (*_amounts(sqlite_text(word.text)), *_noted(sqlite_text(word.text), number(NEWEST) - NOTES))
    values = (*bounds, *(value for _, given in others for value in given))
    queries = [query for query, _ in others]
    if by_id and _is_common(by_id, bounds, number):
        ids = [f"(+{column} >= ? AND +{column} < ?)" for column, _ in ranges]
        return f"({' OR '.join([*ids, *(f'id IN ({query})' for query in queries)])})", values
    return f"id IN ({' UNION ALL '.join([*by_id, *queries]) or 'SELECT 0'})", values


def _is_common(by_id: Sequence[str], bounds: tuple[object, ...], number: NumberQuery) -> bool:
    """Whether so many ids begin with the word that reading from the newest refund is faster than sorting them."""
    ids = " UNION ALL ".join(by_id)
    return number(f"SELECT count(*) FROM (SELECT 1 FROM ({ids}) LIMIT ?)", *bounds, COMMON) >= COMMON


def _fields(wanted: Filter, clerks: Sequence[str], *, counting: bool) -> Iterator[_Condition]:
    """The conditions on single columns. A "+" before a column keeps SQLite from using a worse index.

    A trip, a day or an exact amount is always found by its own index. A range of amounts matches too many refunds to
    sort them by age, so its index is used only for counting.
    """
    exact = wanted.least is not None and wanted.least == wanted.most
    few = "+" if exact or (wanted.since and wanted.until) or wanted.of_trip else ""
    many = "" if exact or counting else "+"
    if wanted.states:
        marks = ", ".join("?" * len(wanted.states))
        yield f"{few}state IN ({marks})", tuple(sorted(str(state) for state in wanted.states))
    if clerks:
        yield f"{few}clerk IN ({', '.join('?' * len(clerks))})", tuple(clerks)
    simple: tuple[tuple[str, object], ...] = (
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


def _ranges(text: str, part: Part) -> list[tuple[str, str]]:
    """The columns that a word of this `part` can match, and the spelling of the word in each.

    Idempotency keys are in lower case. Reconciliation ids are as the service wrote them, mostly in a single case.
    """
    ranges: list[tuple[str, str]] = []
    if part is Part.ANY:
        spelled = dict.fromkeys((text, text.upper(), text.lower()))
        ranges += [("trip_id COLLATE NOCASE", text), ("key", text.lower())]
        ranges += (("reconciliation_id", start) for start in spelled)
    if part in (Part.ANY, Part.CARD) and re.fullmatch("[0-9]{1,4}", text):
        ranges.append(("tail", text))
    if part in (Part.ANY, Part.RECEIPT):
        ranges.append(("receipt COLLATE NOCASE", text))
    return ranges


def _amounts(text: str) -> Iterator[_Condition]:
    """The queries for refunds of the amount `text`, one for each currency that it may have."""
    found = readings(text) if len(text) <= LONGEST_AMOUNT else {}
    for minor, currencies in found.items():
        query = "SELECT id FROM refund WHERE minor = ? AND currency IN (SELECT value FROM json_each(?))"
        yield query, (minor, json.dumps(sorted(currencies)))


def _noted(text: str, older: int) -> Iterator[_Condition]:
    """The query for refunds whose note contains `text`, in rows after `older`."""
    if len(text) < UUID:
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        yield "SELECT id FROM refund WHERE id > ? AND note LIKE ? ESCAPE '\\'", (older, f"%{escaped}%")


def _trips(listed: str) -> Iterator[_Condition]:
    """The query for refunds of the listed trips, if there are any."""
    if listed != "[]":
        yield _OF_TRIPS, (listed,)


def _listed(wanted: Filter, word: TripWord) -> str:
    """The trips that a word finds, as JSON."""
    return json.dumps(wanted.trips.get(word, ()))


def sqlite_text(text: str) -> str:
    """`text` in a form that SQLite accepts. An argument with bytes that are not UTF-8 finds nothing."""
    return text.encode(errors="replace").decode()
