"""A filter that matches much of a large ledger is counted from an index alone: reading the rows takes far longer."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.core.filters import Filter
from refund_tui.core.refunds import State
from refund_tui.store.sqlite.filter_sql import where
from tests.support.ledgers import ledger_at

FILTERS = (
    Filter(least=1_000, currency="EUR"),
    Filter(least=4_900, most=4_999, currency="EUR"),
    Filter(least=4_900, most=4_999, currency="EUR", states=frozenset({State.REJECTED})),
    Filter(states=frozenset({State.ACCEPTED})),
)


@pytest.mark.parametrize("wanted", FILTERS)
def test_a_range_of_amounts_is_counted_from_an_index(tmp_path: Path, wanted: Filter) -> None:
    path = tmp_path / "ledger.sqlite3"
    with ledger_at(path):
        plan = planned(path, *where(wanted, lambda _sql, *_values: 0, (), counting=True))
    assert "USING COVERING INDEX refund_" in plan


def planned(path: Path, condition: str, values: Sequence[object]) -> str:
    with closing(sqlite3.connect(path)) as connection:
        sql = f"EXPLAIN QUERY PLAN SELECT count(*) FROM (SELECT 1 FROM refund WHERE {condition} LIMIT 10001)"
        return " ".join(str(row[3]) for row in connection.execute(sql, tuple(values)))
