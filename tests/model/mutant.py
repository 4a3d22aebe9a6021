"""Owns the definition of a mutant (a rule broken on purpose), its registration, and where its walk begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any
from unittest.mock import patch

from refund_tui.core import lifecycle
from refund_tui.core.refunds import Life, State
from tests.model.world import FRESH, NOW, PAUSE, World


@dataclass(frozen=True)
class Mutant:
    """The wrong behaviour in words, and the laws of which at least one must break within 5 steps after `begin`."""

    wrong: str
    laws: frozenset[str]
    module: ModuleType | type
    name: str
    instead: Any
    begin: tuple[str, ...] = ()
    start: World = FRESH

    @contextmanager
    def alive(self) -> Iterator[None]:
        """The rule is broken within this block."""
        with patch.object(self.module, self.name, self.instead):
            yield


MUTANTS: list[Mutant] = []

TOO_LATE = ("paid_once", "asked_in_time")
IN_DOUBT = ("send", "money moves", "timeout")
STOPPED = ("send", "money moves", "stop", "timeout")
TAKEN_OVER = ("send", "taken over", "send")
WRONGLY = ("send", "taken over", "stop", "settle as unpaid")
REPAIRED = ("send", "403", "go on", "send", "money moves")
"""The first steps of walks that would otherwise be too long."""

CONTAINERS, TWO_SERVICES, COPIED = World(apart=True), World(services=2), World(copies=1)
AWAITING = World(
    life=Life(State.AWAITING_APPROVAL), approved=False, limits=1, window=NOW.at + timedelta(seconds=PAUSE), clocks=0
)
"""A refund that needs an approval, whose window closes soon."""
CALM = World(clocks=0, pauses=0)
"""First situations: processes in containers, desks of another service, a ledger with an older copy, no passing time."""


def breaks(
    wrong: str,
    *laws: str,
    name: str,
    module: ModuleType | type = lifecycle,
    begin: tuple[str, ...] = (),
    start: World = FRESH,
) -> Callable[[Any], Any]:
    """Register the decorated function as the replacement of `module.name`."""

    def register(instead: Any) -> Any:
        MUTANTS.append(Mutant(wrong, frozenset(laws), module, name, instead, begin, start))
        return instead

    return register
