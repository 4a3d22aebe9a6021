"""When two ids name one trip, and what is taken of a pasted one."""

from __future__ import annotations

import pytest

from refund_tui.core.trips import folded, folded_trip, spellings, typed_id

DASHED = "01234567-89ab-cdef-0123-456789abcdef"
BARE = DASHED.replace("-", "")


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


def test_a_store_id_is_folded_as_a_trip_id_is_and_neither_runs_into_the_other() -> None:
    assert folded_trip("STORE-1", DASHED) == folded_trip("store-1", BARE.upper())
    assert folded_trip("STORE-1", "Trip-1") == "store-1 trip-1"
    assert folded_trip("a", "bc") != folded_trip("ab", "c")
