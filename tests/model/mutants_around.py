"""Owns the mutants around the lifecycle: containers, other services, an older copy, late answers."""

from __future__ import annotations

from refund_tui.core import lease, lifecycle
from refund_tui.core.lifecycle import Decision
from refund_tui.core.outcomes import Outcome
from refund_tui.core.refunds import Life, State
from refund_tui.core.times import Instant
from refund_tui.core.waits import Policy
from tests.model import steps
from tests.model.mutant import CALM, CONTAINERS, COPIED, TAKEN_OVER, TWO_SERVICES, breaks
from tests.model.world import NOW, World

_decide, _decide_late = lifecycle.decide, lifecycle.decide_late


@breaks(
    "a sender in another container is taken for dead",
    "one_at_a_time",
    module=lease,
    name="may_take_over",
    start=CONTAINERS,
)
def _dead(started: Instant, alive: bool | None, now: Instant, policy: Policy) -> bool:
    return True


@breaks(
    "an attempt's age is told by the wall clock alone", "one_at_a_time", module=lease, name="expired", start=CONTAINERS
)
def _old_by_the_wall(started: Instant, now: Instant, policy: Policy) -> bool:
    return (now.at - started.at).total_seconds() >= policy.longest_attempt


@breaks(
    "one that stood still sends what another has ended",
    "what_moved_counts",
    module=lease,
    name="too_late_to_send",
    start=CONTAINERS,
    begin=("send", "time passes", "taken over", "stop"),
)
def _send_late(started: Instant, now: Instant, policy: Policy) -> bool:
    return False


@breaks(
    "an answer to what was taken over decides about the next",
    "newer_stays",
    name="decide_late",
    begin=TAKEN_OVER,
    start=CALM,
)
def _as_if_current(
    life: Life, outcome: Outcome, sent: Instant, now: Instant, policy: Policy, random: float
) -> Decision:
    decide = _decide if life.state is State.SENDING else _decide_late
    return decide(life, outcome, sent, now, policy, random)


@breaks(
    "an older copy of the ledger is believed",
    "doubt_is_told",
    "doubt_stays",
    module=steps,
    name="refused",
    start=COPIED,
)
def _believe_copy(world: World) -> bool:
    return False


@breaks(
    "what is open in an older copy that was accepted goes on by itself",
    "closed_is_not_sent",
    name="older_copy",
    begin=("cancel",),
    start=COPIED,
)
def _goes_on(life: Life, what: str) -> Decision:
    return Decision(lifecycle.mark_maybe_executed(life, NOW), "", "")


@breaks(
    "an older copy that was accepted carries no doubt",
    "what_moved_counts",
    "doubt_is_told",
    name="older_copy",
    begin=("send", "money moves"),
    start=COPIED,
)
def _no_doubt(life: Life, what: str) -> Decision:
    return Decision(life, "", "")


@breaks("a desk of another service sends it", "own_service", module=steps, name="belongs", start=TWO_SERVICES)
def _anywhere(service: int) -> bool:
    return True
