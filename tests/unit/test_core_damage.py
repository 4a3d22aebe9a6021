"""The message for a row that cannot be read."""

from __future__ import annotations

from refund_tui.core.damage import Damaged


def test_what_stands_in_a_damaged_row_is_told_as_it_is() -> None:
    row = Damaged("refund", "7", "state is 'PAID'", {"key": "key-1", "trip_id": "trip-1"})
    assert (row.key, row.trip_id) == ("key-1", "trip-1")
    assert row.sentence == (
        "the record of refund 7 cannot be read (state is 'PAID'): it is left as it is and nothing is sent for it. "
        "Put a good copy of the file in its place, or ask for help"
    )


def test_what_does_not_stand_in_a_damaged_row_is_empty() -> None:
    row = Damaged("refund", "7", "it is not a row")
    assert (row.key, row.trip_id) == ("", "")
