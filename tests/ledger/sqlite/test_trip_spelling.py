"""The ledger's column and core agree on which ids name the same trip."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refund_tui.core.trips import folded_trip
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.schema import LEDGER

BARE = "0123456789abcdef0123456789abcdef"
IDS = st.text("aAfFgG09_-", max_size=12) | st.lists(st.sampled_from([*BARE.upper(), "-", "--"]), max_size=40).map(
    "".join
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(store=IDS, trip=IDS)
def test_the_ledger_folds_a_trip_as_python_does(tmp_path: Path, store: str, trip: str) -> None:
    database = Database.open(tmp_path / "ledger.sqlite3", LEDGER)
    try:
        with database.writing() as transaction:
            values = (store, trip, 1, "EUR", "", "", "")
            transaction.execute("INSERT INTO ceiling (store_id, trip_id, minor, currency, at, who, why)"
                                " VALUES (?, ?, ?, ?, ?, ?, ?)", values)  # fmt: skip
        row = database.row("SELECT folded_trip FROM ceiling ORDER BY id DESC LIMIT 1")
    finally:
        database.close()
    assert row is not None
    assert row["folded_trip"] == folded_trip(store, trip)
