"""Every short history keeps every law, and every mutant breaks a law in some history."""

from __future__ import annotations

import pytest

from tests.model.mutant import MUTANTS, Mutant
from tests.model.starts import STARTS, mutant_tally
from tests.model.walk import after, walk
from tests.model.world import World

FLOORS = {
    "a fresh refund": (7, 1_000_000),
    "a refund that awaits an approval, its window closing": (7, 20_000),
}
"""The length of the histories of each start, and the fewest histories that there must be."""


@pytest.mark.parametrize("name", STARTS)
def test_every_history_keeps_every_law(name: str) -> None:
    length, floor = FLOORS.get(name, (5, 5_000))
    tally = walk(STARTS[name], length)
    print(f"{tally.histories:,} histories from {name}")
    assert tally.examples == {}
    assert tally.histories > floor


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.wrong)
def test_a_desk_that_breaks_a_rule_is_detected(mutant: Mutant) -> None:
    tally = mutant_tally(mutant)
    assert mutant.laws & tally.violations.keys(), f"nobody noticed that {mutant.wrong}"


def test_money_moves_twice_only_after_a_person_asked_though_warned() -> None:
    """The warning is true: without the horizon, the model reaches a second payment."""
    asked = ("send", "money moves", "timeout", "stop", "time passes", "time passes")
    twice = after((*asked, "ask again, though warned", "send", "money moves"), World())
    assert twice.moved == 2
    assert twice.warned
