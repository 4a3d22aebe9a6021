"""Owns where walks begin: a fresh refund, one whose window closes soon, and situations that take long to reach."""

from __future__ import annotations

from datetime import timedelta

from tests.model.mutants import IN_DOUBT, STOPPED, Mutant
from tests.model.walk import Tally, after, walk
from tests.model.world import NOW, PAUSE, World

FRESH = World()
STARTS = {
    "a fresh refund": FRESH,
    "a refund whose window closes soon": World(window=NOW.at + timedelta(seconds=PAUSE)),
    "a refund in doubt, the money moved": after(IN_DOUBT, FRESH),
    "a refund in doubt, the horizon near": after((*IN_DOUBT, "time passes"), FRESH),
    "a stopped refund, the horizon passed": after((*STOPPED, "time passes", "time passes"), FRESH),
    "two requests, one of a sender wrongly taken for dead": after(("send", "taken over", "send"), FRESH),
}


def mutant_tally(mutant: Mutant) -> Tally:
    """What the walk finds with this rule broken."""
    with mutant.alive():
        return walk(after(mutant.begin, FRESH), 5)
