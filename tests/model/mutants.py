"""Owns the mutants of the lifecycle: each is one small wrong change to the real functions or to the model's desk.

The walk must find each of them. If a mutant is not found, its rule is not tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from refund_tui.core import lifecycle, rules, waits
from refund_tui.core.lifecycle import Decision
from refund_tui.core.outcomes import (
    Accepted,
    Doubt,
    NeedsRepair,
    Outcome,
    RateLimited,
    Rejected,
    Uncertain,
    Unreachable,
)
from refund_tui.core.refunds import Action, Life, State
from refund_tui.core.rules import TripBalance
from refund_tui.core.times import Instant, Wait
from refund_tui.core.waits import Policy
from tests.model import steps
from tests.model.mutant import IN_DOUBT, REPAIRED, STOPPED, TOO_LATE, WRONGLY, breaks
from tests.model.steps import ANSWER
from tests.model.world import World

_decide, _late, _possible = lifecycle.decide, lifecycle._late, lifecycle.possible


@breaks("a 400 is believed although an earlier attempt may have been executed", "what_moved_counts", name="_rejected")
def _believe(life: Life, outcome: Rejected) -> Decision:
    return Decision(Life(State.REJECTED), "rejected", "")


@breaks("a restart makes a new key", "paid_once", module=steps, name="key_of_next")
def _new_key_after_restart(world: World, died: bool = False) -> int:
    return world.key + 1 if died else world.key


@breaks("a timeout makes a new key", "paid_once", module=steps, name="_key_after")
def _new_key_after_timeout(world: World, outcome: Outcome) -> int:
    return world.key + 1 if isinstance(outcome, Uncertain) else world.key


def _without_doubt(doubt: Doubt) -> Callable[..., Decision]:
    def decide(life: Life, outcome: Outcome, sent: Instant, now: Instant, policy: Policy, random: float) -> Decision:
        if isinstance(outcome, Uncertain) and outcome.doubt is doubt:
            outcome = Unreachable(ANSWER)
        return _decide(life, outcome, sent, now, policy, random)

    return decide


for _doubt, _words in (
    (Doubt.TIMEOUT, "a timeout raises no doubt"),
    (Doubt.UNAVAILABLE, "a 503 raises no doubt"),
    (Doubt.PROCESS_DIED, "the death of the sender raises no doubt"),
):
    breaks(_words, "doubt_is_told", name="decide")(_without_doubt(_doubt))


_uncertain = lifecycle._uncertain


@breaks("a second doubt ends the asking", "asks_until_the_horizon", name="_uncertain")
def _count(life: Life, outcome: Uncertain, sent: Instant, now: Instant, policy: Policy, random: float) -> Decision:
    decided = _uncertain(life, outcome, sent, now, policy, random)
    return replace(decided, life=lifecycle._given_up(decided.life, "")) if life.maybe_executed else decided


@breaks("a timeout is taken for a no", "what_moved_counts", name="_uncertain")
def _timeout_is_no(life: Life, outcome: Uncertain, *_: object) -> Decision:
    return Decision(Life(State.REJECTED), "rejected", "")


@breaks("the key horizon is ignored", *TOO_LATE, name="before_sending", begin=IN_DOUBT)
def _no_horizon(life: Life, window_closes: datetime | None, now: Instant, policy: Policy) -> Decision | None:
    return None


@breaks("the key horizon is told by the wall clock alone", *TOO_LATE, module=waits, name="horizon_left", begin=IN_DOUBT)
def _wall_clock(life: Life, now: Instant, policy: Policy) -> float:
    if life.first_sent is None:
        return policy.horizon
    return policy.horizon - max(0.0, (now.at - life.first_sent.at).total_seconds())


@breaks("the key horizon is told by the ticks alone", *TOO_LATE, module=waits, name="horizon_left", begin=IN_DOUBT)
def _ticks(life: Life, now: Instant, policy: Policy) -> float:
    if life.first_sent is None or now.contradicts(life.first_sent):
        return 0.0 if life.maybe_executed else policy.horizon
    return policy.horizon - now.since(life.first_sent)


@breaks("a clock set back over a reboot is believed", *TOO_LATE, module=waits, name="horizon_left", begin=IN_DOUBT)
def _believe_clock(life: Life, now: Instant, policy: Policy) -> float:
    return policy.horizon - now.longest_since(life.first_sent) if life.first_sent else policy.horizon


@breaks(
    "the key horizon runs from the latest attempt",
    "paid_once",
    "asked_in_time",
    name="_uncertain",
    begin=(*IN_DOUBT, "time passes", "send"),
)
def _latest(life: Life, outcome: Uncertain, sent: Instant, now: Instant, policy: Policy, random: float) -> Decision:
    wait = Wait(now, policy.least)
    doubted = replace(life, state=State.WAITING, maybe_executed=True, first_sent=sent, wait=wait, doubts=0)
    return Decision(doubted, "again", "")


@breaks("asking again starts the key horizon anew", *TOO_LATE, name="ask_again", begin=STOPPED)
def _ask_anew(life: Life, now: Instant, policy: Policy) -> Decision:
    return Decision(replace(lifecycle._anew(life, "", permitted=False), first_sent=now), "asked_again", "")


@breaks(
    "leave given within the horizon still counts after it",
    "paid_once",
    "asked_in_time",
    name="ask_again",
    begin=STOPPED,
)
def _lasting_leave(life: Life, now: Instant, policy: Policy) -> Decision:
    return Decision(lifecycle._anew(life, "", permitted=True), "asked_again", "")


@breaks(
    "going on after a repair is leave to pay twice",
    "paid_once",
    "asked_in_time",
    name="go_on",
    begin=(*IN_DOUBT, "send", "403"),
)
def _going_on_is_leave(life: Life) -> Decision:
    return Decision(lifecycle._anew(life, "", permitted=True), "went_on", "")


@breaks(
    "one leave is good for every later attempt",
    "asked_in_time",
    name="sending",
    begin=REPAIRED,
)
def _unused_leave(life: Life) -> Life:
    return replace(life, state=State.SENDING, wait=None)


def _clears(kind: type[Outcome]) -> Callable[..., Decision]:
    def decide(life: Life, outcome: Outcome, sent: Instant, now: Instant, policy: Policy, random: float) -> Decision:
        decision = _decide(life, outcome, sent, now, policy, random)
        if isinstance(outcome, kind):
            return replace(decision, life=replace(decision.life, maybe_executed=False))
        return decision

    return decide


for _kind, _words in (
    (RateLimited, "a 429 clears the doubt"),
    (NeedsRepair, "a 403 clears the doubt"),
    (Unreachable, "a dead network clears the doubt"),
):
    breaks(_words, "doubt_stays", name="decide")(_clears(_kind))


@breaks("what may have been executed can be cancelled", "what_moved_counts", "doubt_stays", name="possible")
def _cancel_in_doubt(life: Life, *, under_way: bool = False) -> frozenset[Action]:
    return _possible(life, under_way=under_way) | (frozenset() if life.state.terminal else {Action.CANCEL})


@breaks("what is being sent can be cancelled", "what_moved_counts", name="possible")
def _cancel_sending(life: Life, *, under_way: bool = False) -> frozenset[Action]:
    return frozenset({Action.CANCEL}) if life.state is State.SENDING else _possible(life, under_way=under_way)


@breaks("ending a wait is a leave to ask past the horizon", *TOO_LATE, name="try_now", begin=IN_DOUBT)
def _try_now_with_leave(life: Life) -> Decision:
    return Decision(replace(life, wait=None, asked=True), "wait_ended", "")


@breaks("ending a wait ends the doubt", "doubt_stays", name="try_now")
def _try_now_without_doubt(life: Life) -> Decision:
    return Decision(Life(State.WAITING), "wait_ended", "")


@breaks("stopping raises no doubt", "doubt_is_told", name="stop")
def _stop_without_doubt(life: Life, sent: Instant | None) -> Decision:
    return Decision(lifecycle._given_up(life, ""), "stopped", "")


@breaks("a late yes is ignored", "yes_is_heard", name="_accepted")
def _deaf(life: Life, outcome: Accepted) -> Decision:
    if life.state is not State.SENDING:
        return Decision(life, "late_answer", "")
    return Decision(Life(State.ACCEPTED), "accepted", "")


@breaks("a late yes overwrites what a person settled", "end_is_final", name="_accepted", begin=WRONGLY)
def _overwrite(life: Life, outcome: Accepted) -> Decision:
    return Decision(Life(State.ACCEPTED), "accepted", "")


@breaks("a late doubt about a settled refund is ignored", "what_moved_counts", name="_late", begin=WRONGLY)
def _deaf_to_doubt(life: Life, outcome: Outcome, *_: object) -> Decision:
    return Decision(life, "late_answer", "")


@breaks("a late no ends what waits", "what_moved_counts", "doubt_stays", name="_late")
def _late_no(life: Life, outcome: Outcome, sent: Instant, now: Instant, policy: Policy, random: float) -> Decision:
    if isinstance(outcome, Rejected) and not life.state.terminal:
        return Decision(Life(State.REJECTED), "rejected", "")
    return _late(life, outcome, sent, now, policy, random)


@breaks("a refund can be settled while an attempt of it is under way", "what_moved_counts", name="possible")
def _settle_early(life: Life, *, under_way: bool = False) -> frozenset[Action]:
    return _possible(life)


@breaks("a settled refund can be settled again", "end_is_final", name="possible")
def _settle_again(life: Life, *, under_way: bool = False) -> frozenset[Action]:
    settled = life.state in (State.SETTLED_PAID, State.SETTLED_UNPAID)
    return frozenset({Action.ASK_AGAIN, Action.SETTLE}) if settled else _possible(life, under_way=under_way)


@breaks("a new refund is taken beside an UNKNOWN", "unknown_holds_the_trip", module=rules, name="_check_unknown")
def _take_beside_unknown(balance: TripBalance) -> str | None:
    return None


def _unknown_is_nothing(state: State) -> bool:
    return state not in (State.UNKNOWN, State.REJECTED, State.CANCELLED, State.SETTLED_UNPAID)


breaks("an UNKNOWN does not count", "left_is_honest", "what_moved_counts", module=State, name="counts")(
    property(_unknown_is_nothing)
)


@breaks("a rejected refund counts as accepted", "yes_is_true", name="_rejected")
def _no_is_yes(life: Life, outcome: Rejected) -> Decision:
    return Decision(Life(State.ACCEPTED), "accepted", "")


@breaks("nothing can be done about an UNKNOWN", "nobody_is_stuck", name="possible")
def _stuck(life: Life, *, under_way: bool = False) -> frozenset[Action]:
    return frozenset() if life.state is State.UNKNOWN else _possible(life, under_way=under_way)
