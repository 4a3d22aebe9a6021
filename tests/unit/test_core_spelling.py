"""When two ids name one trip: in Python and in the ledger's own column alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refund_tui.core.trip_spelling import folded, folded_trip, spellings, typed_id
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.schema import LEDGER

DASHED = "01234567-89ab-cdef-0123-456789abcdef"
BARE = DASHED.replace("-", "")
IDS = st.text("aAfFgG09_-", max_size=12) | st.lists(st.sampled_from([*BARE.upper(), "-", "--"]), max_size=40).map(
    "".join
)


@pytest.mark.parametrize("other", [BARE, BARE.upper(), DASHED.upper(), f"-{BARE}-", "0123-4567" + BARE[8:]])
def test_case_and_the_dashes_of_a_uuid_do_not_tell_trips_apart(other: str) -> None:
    assert folded(other) == folded(DASHED) == BARE
    assert spellings(other) == (BARE, DASHED)


@pytest.mark.parametrize(
    ("one", "other"), [("trip-1", "trip1"), (BARE, BARE[:-1]), ("g" + BARE[1:], DASHED), ("", "-")]
)
def test_all_else_does(one: str, other: str) -> None:
    assert folded(one) != folded(other)
    assert spellings(one)[0] == folded(one)


@pytest.mark.parametrize("text", [" trip-1 ", '"trip-1"', "“trip-1”", "{trip-1}", "\t'trip-1',\n", "«trip-1»"])
def test_what_stands_around_a_pasted_id_is_not_a_part_of_it(text: str) -> None:
    assert typed_id(text) == "trip-1"


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
