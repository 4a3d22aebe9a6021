"""Owns the reading of CSV: a heading with the names of the record's fields (`card.brand` if nested), and its rows.

Never guesses a column: a cell belongs to the name in the heading, and an empty cell means that the field is not known.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

from refund_tui.core.text import visible
from refund_tui.errors import UsageError
from refund_tui.store.imports.json_values import FileDamaged, LeftOut, RecordPiece, decode, find_odd, twice
from refund_tui.store.imports.source import LONGEST, TOO_LONG, Source, SourceLine

MOST_LINES = 200
"""The most lines of one row with line breaks in its cells, so that a missing quote damages only its own row."""

_NEEDED = {"storeId", "shoppingTripId"}


def heading(line: str) -> tuple[list[str], str] | None:
    """The column names in a CSV file's first line and its delimiter; None if it is not a heading of trip records.

    Raises UsageError for a column that appears twice: it is not clear which one counts.
    """
    for delimiter in ",;\t":
        try:
            names = [name.strip() for name in _cells(line, delimiter)]
        except FileDamaged:
            continue
        if set(names) >= _NEEDED:
            if name := twice(filter(None, names)):
                raise UsageError(f"its column {name} is there twice: keep one of the two and import it again")
            return names, delimiter
    return None


def read_rows(source: Source, names: list[str], delimiter: str) -> Iterator[RecordPiece | LeftOut]:
    """Each row after the heading."""
    rows = _Rows(source, names, delimiter)
    rows.next_line()
    while line := rows.next_line():
        where = f"line {line.number}"
        try:
            if line.text.strip() or not line.whole:
                yield RecordPiece(where, rows.record(line))
        except FileDamaged as error:
            yield LeftOut(where, str(error))


class _Rows:
    """The lines of a file, joined to one row if quoted cells have line breaks."""

    def __init__(self, source: Source, names: list[str], delimiter: str) -> None:
        self._source, self._names, self._delimiter = source, names, delimiter
        self._returned: deque[SourceLine] = deque()

    def next_line(self) -> SourceLine | None:
        return self._returned.popleft() if self._returned else self._source.line()

    def record(self, line: SourceLine) -> dict[str, object]:
        """The record of the row that begins with `line`. Raises FileDamaged; then only that line is skipped."""
        if not line.whole:
            raise FileDamaged(TOO_LONG)
        taken = [line]
        try:
            return _record(self._names, _cells(self._joined(taken), self._delimiter))
        except FileDamaged:
            if len(taken) == 1:
                raise
            self._returned.extendleft(reversed(taken[1:]))
            raise FileDamaged("a quoted cell does not end") from None

    def _joined(self, taken: list[SourceLine]) -> str:
        """The text of the row. Adds the lines inside its quotes to `taken`."""
        text = taken[0].text
        while text.count('"') % 2:
            more = self.next_line() if len(taken) < MOST_LINES and len(text) <= LONGEST else None
            if more is None:
                raise FileDamaged("a quoted cell does not end")
            taken.append(more)
            text += "\n" + more.text
        return text


def _cells(text: str, delimiter: str) -> list[str]:
    if odd := find_odd(text):
        raise FileDamaged(odd)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise FileDamaged(f"not CSV: {error}") from None


def _record(names: list[str], cells: list[str]) -> dict[str, object]:
    if len(cells) != len(names):
        raise FileDamaged(f"has {len(cells)} cells where the heading has {len(names)}")
    record: dict[str, object] = {}
    for name, cell in zip(names, cells, strict=True):
        if cell.strip():
            _put(record, name, cell.strip())
    return record


def _put(record: dict[str, object], name: str, cell: str) -> None:
    if name == "items":
        record[name] = _items(cell)
        return
    outer, _, inner = name.partition(".")
    if not inner:
        record[name] = cell
        return
    nested = record.setdefault(outer, {})
    if not isinstance(nested, dict):
        raise FileDamaged(f"column {visible(name, 60)} is nested in another column that has a value")
    nested[inner] = cell


def _items(cell: str) -> object:
    try:
        return decode(cell)
    except FileDamaged as error:
        raise FileDamaged(f"items: {error}") from None
