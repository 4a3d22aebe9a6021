"""Owns what a person must know of open refunds at one look: how many, in which states, and how long they wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from refund_tui.core.refunds import GOING_ON_STATES, SENDABLE_STATES, State
from refund_tui.core.times import Instant, Wait
from refund_tui.core.waits import left_of


@dataclass(frozen=True, slots=True)
class Summary:
    """What is open at one endpoint, the gate that holds it, and its shortest waits.

    `states` counts the open refunds by their state; `summary[State.UNKNOWN]` is one of its numbers.
    `damaged` counts what cannot be read: refunds of all accounts that are open or may be, and the account's gate. They
    are counted nowhere else. `elsewhere` counts what is open at other endpoints; `alarms` are the whole ledger's.
    """

    states: Mapping[State, int] = field(default_factory=dict)
    elsewhere: int = 0
    alarms: int = 0
    damaged: int = 0
    gate: Wait | None = None
    waits: tuple[Wait, ...] = ()

    def __getitem__(self, state: State) -> int:
        return self.states.get(state, 0)

    @property
    def going_on(self) -> int:
        """How many refunds go on by themselves, now or after their wait."""
        return self._count(GOING_ON_STATES)

    @property
    def to_send(self) -> int:
        """How many refunds are still to be sent, now or after their wait."""
        return self._count(SENDABLE_STATES)

    def left_to_wait(self, now: Instant) -> float:
        """Seconds until the next refund may be sent: the shortest own wait, or the account's where that is longer."""
        own = min((wait.remaining(now) for wait in self.waits), default=0.0)
        return max(own, left_of(now, self.gate))

    def _count(self, states: Iterable[State]) -> int:
        return sum(self[state] for state in states)
