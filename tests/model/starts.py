"""Owns the first situations of walks: a new refund, one whose window closes soon, and others far from the start."""

from __future__ import annotations

from datetime import timedelta

from tests.model import mutants, mutants_approval, mutants_around
from tests.model.mutant import AWAITING, CONTAINERS, COPIED, IN_DOUBT, STOPPED, TAKEN_OVER, TWO_SERVICES, Mutant
from tests.model.walk import Tally, after, walk
from tests.model.world import FRESH, NOW, PAUSE, World

STARTS = {
    "a fresh refund": FRESH,
    "a refund whose window closes soon": World(window=NOW.at + timedelta(seconds=PAUSE)),
    "a refund in doubt, the money moved": after(IN_DOUBT, FRESH),
    "a refund in doubt, the horizon near": after((*IN_DOUBT, "time passes"), FRESH),
    "a stopped refund, the horizon passed": after((*STOPPED, "time passes", "time passes"), FRESH),
    "two requests, one of a sender wrongly taken for dead": after(TAKEN_OVER, FRESH),
    "a refund whose senders are in containers": CONTAINERS,
    "a refund beside desks of another service": TWO_SERVICES,
    "a refund that awaits an approval, its window closing": AWAITING,
    "a ledger of which an older copy is put back": COPIED,
}


RULES = (mutants, mutants_around, mutants_approval)
"""The modules that register mutants."""


def mutant_tally(mutant: Mutant) -> Tally:
    """The result of the walk with this mutant."""
    with mutant.alive():
        return walk(after(mutant.begin, mutant.start), 5)
