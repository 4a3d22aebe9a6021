"""Owns the summary of the open refunds: how many in which state, and how long they wait. Reads no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from refund_tui.core.refunds import GOING_ON_STATES, SENDABLE_STATES, State
from refund_tui.core.times import Instant, Wait
from refund_tui.core.waits import left_of


@dataclass(frozen=True, slots=True)
class Summary:
    """The open refunds at one endpoint, the account's wait (`gate`), and the shortest waits of single refunds.

    `states` counts the open refunds by state; `summary[State.UNKNOWN]` is one of these counts. `damaged` counts the
    records that cannot be read: refunds at any endpoint that are open or may be open, and the account's gate. They are
    in no other count. `elsewhere` counts open refunds at other endpoints. `alarms` counts the alarms of the whole
    ledger.
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
        """How many refunds continue without a person, now or after their wait."""
        return self._count(GOING_ON_STATES)

    @property
    def to_send(self) -> int:
        """How many refunds will be sent without a person, now or after their wait."""
        return self._count(SENDABLE_STATES)

    def left_to_wait(self, now: Instant) -> float:
        """Seconds until the next refund may be sent: the shortest own wait, or the account's wait if that is longer."""
        own = min((wait.remaining(now) for wait in self.waits), default=0.0)
        return max(own, left_of(now, self.gate))

    def _count(self, states: Iterable[State]) -> int:
        return sum(self[state] for state in states)
