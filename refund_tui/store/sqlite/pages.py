"""Owns where the next page of a read begins. A damaged order of the rows is reported, so that no read goes round."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from refund_tui.errors import StoreDamaged
from refund_tui.store.sqlite.database import Database


def next_start(
    database: Database, rows: Sequence[sqlite3.Row], names: Sequence[str], start: Sequence[object]
) -> tuple[object, ...]:
    """The key of the last of these rows, after which the next page begins. `names` are the columns of the key.

    `start` is the key after which this page began, empty if it is the first. Raises StoreDamaged if the last row
    belongs before it: then the next page would be this one again.
    """
    end = tuple(rows[-1][name] for name in names)
    if start and not _is_after(database, end, start):
        raise StoreDamaged(
            f"the {database.kind.name} at {database.path} is damaged (rows are out of order by their "
            f"{', '.join(names)}): {database.kind.damaged}"
        )
    return end


def _is_after(database: Database, end: Sequence[object], start: Sequence[object]) -> bool:
    marks = ", ".join("?" * len(end))
    row = database.row(f"SELECT ({marks}) > ({marks})", *end, *start)
    return row is not None and row[0] == 1
