"""Owns the laws: each one must be true after every step of every history."""

from __future__ import annotations

from collections.abc import Callable

from refund_tui.core import lifecycle, rules, waits
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Accepted, Uncertain
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent, Life, Refund, State
from tests.model import steps
from tests.model.steps import ModelStep
from tests.model.world import BOOT, NOW, PAUSE, POLICY, SentRequest, World

Law = Callable[[World, ModelStep], bool]

INTENT = Intent("STORE-001", "trip-1", Money(3000, "EUR"), ReasonCode.DAMAGED_ITEM, captured=Money(5000, "EUR"))


def paid_once(_before: World, step: ModelStep) -> bool:
    """Money moves at most once for an intent, unless a person asked again after the horizon, despite the warning."""
    return step.world.moved <= 1 or step.world.warned


def asked_in_time(before: World, step: ModelStep) -> bool:
    """Nothing is sent after the service forgot the execution, except once with a permission given after the warning."""
    return step.sent is None or before.leave or not step.world.forgot(step.sent.key)


def one_at_a_time(before: World, step: ModelStep) -> bool:
    """Nothing is sent while a living process of another container may still send or wait for an earlier request."""
    if step.sent is None or not before.apart:
        return True
    return not any(request.awaited and _young(request) for request in before.requests)


def _young(request: SentRequest) -> bool:
    """Whether a request is so new that its sender may still be within its deadlines. Clock jumps do not count."""
    return request.sent.boot == BOOT and NOW.ticks - request.sent.ticks < PAUSE


def own_service(_before: World, step: ModelStep) -> bool:
    """Nothing is sent to another service than that of the refund, whatever the settings of a desk are."""
    return step.sent is None or step.sent.service == 0


def closed_is_not_sent(before: World, step: ModelStep) -> bool:
    """What a newer ledger had closed as not paid is not sent from an older copy, unless a person asks again."""
    return step.sent is None or not before.replaced


def newer_stays(before: World, step: ModelStep) -> bool:
    """The answer to an attempt that another process ended decides nothing about a newer attempt, unless it accepts."""
    late_no = step.late and not isinstance(step.outcome, Accepted)
    return not late_no or step.world.life.state is before.life.state


def doubt_stays(before: World, step: ModelStep) -> bool:
    """`maybe_executed` becomes false only if the service accepted or a person settled."""
    after = step.world.life
    ended = (State.ACCEPTED, State.SETTLED_PAID, State.SETTLED_UNPAID)
    return not before.life.maybe_executed or after.maybe_executed or after.state in ended


def doubt_is_told(_before: World, step: ModelStep) -> bool:
    """If money may move or has moved, the ledger says so in every state that is not final."""
    life, world = step.world.life, step.world
    if not (world.moved or world.may_still_move) or life.state.terminal:
        return True
    return life.maybe_executed or life.state is State.SENDING


def end_is_final(before: World, step: ModelStep) -> bool:
    """A terminal state never changes."""
    return not before.life.state.terminal or step.world.life.state is before.life.state


def what_moved_counts(_before: World, step: ModelStep) -> bool:
    """Money that moved counts against what is left on the trip.

    If a person settled too early, the answer raises an alarm.
    """
    world = step.world
    if not world.moved or world.life.state.counts:
        return True
    unheard = step.outcome is None or any(request.awaited for request in world.requests)
    return world.early and (world.life.alarm or unheard)


def yes_is_true(_before: World, step: ModelStep) -> bool:
    """A refund is ACCEPTED only if its money moved."""
    return step.world.life.state is not State.ACCEPTED or step.world.moved > 0


def yes_is_heard(_before: World, step: ModelStep) -> bool:
    """An acceptance is never lost: the refund is ACCEPTED, or a closed refund gets an alarm."""
    return not isinstance(step.outcome, Accepted) or step.world.life.state is State.ACCEPTED or step.world.life.alarm


def unknown_holds_the_trip(before: World, step: ModelStep) -> bool:
    """A new refund on the trip is refused while one is UNKNOWN, and asks for a second yes while one is open."""
    life = step.world.life
    if life.state is before.life.state:
        return True
    balance = rules.TripBalance(INTENT.captured, (_refund(life),))
    new = Intent("STORE-001", "trip-1", Money(100, "EUR"), ReasonCode.OTHER, captured=INTENT.captured)
    try:
        rules.check_intent(new, balance, NOW.at, second_yes=False)
    except rules.Refused:
        return life.state is State.UNKNOWN
    except rules.NeedsSecondYes:
        return not life.state.terminal and life.state is not State.UNKNOWN
    return life.state.terminal


def left_is_honest(before: World, step: ModelStep) -> bool:
    """What is left on the trip is less by the amount, unless the refund certainly did not move money."""
    life = step.world.life
    if life.state is before.life.state:
        return True
    left = rules.TripBalance(INTENT.captured, (_refund(life),)).left
    nothing = (State.REJECTED, State.CANCELLED, State.SETTLED_UNPAID)
    return left == Money(5000 if life.state in nothing else 2000, "EUR")


def nobody_is_stuck(_before: World, step: ModelStep) -> bool:
    """A refund that is not final continues by itself, or a person can do something."""
    life = step.world.life
    return life.state.terminal or life.state.sendable or life.state is State.SENDING or bool(lifecycle.possible(life))


def approved_first(before: World, step: ModelStep) -> bool:
    """Nothing is sent, and nothing goes on by itself, before another person approved what needs an approval."""
    return step.world.approved or not (step.sent or step.world.life.state.goes_on)


def in_its_window(before: World, step: ModelStep) -> bool:
    """The first request leaves within the refund window, unless a person let the refund go on after it closed."""
    closes = step.world.window
    if step.sent is None or closes is None or before.life.maybe_executed:
        return True
    return NOW.at < closes or before.went_on


def asks_until_the_horizon(before: World, step: ModelStep) -> bool:
    """However often an attempt ends in doubt, asking goes on by itself, until the key horizon would pass before it."""
    outcome, life = step.outcome, step.world.life
    if not isinstance(outcome, Uncertain) or before.life.state is not State.SENDING or life.state is not State.UNKNOWN:
        return True
    return waits.horizon_left(life, NOW, POLICY) <= max(outcome.retry_after or 0.0, POLICY.cap)


LAWS: tuple[Law, ...] = (
    paid_once, asked_in_time, one_at_a_time, own_service, closed_is_not_sent, newer_stays, doubt_stays, doubt_is_told,
    end_is_final, what_moved_counts, yes_is_true, yes_is_heard, unknown_holds_the_trip, left_is_honest, nobody_is_stuck,
    approved_first, in_its_window, asks_until_the_horizon,
)  # fmt: skip


def broken(before: World, step: ModelStep) -> tuple[str, ...]:
    """The names of the laws that `step` breaks; none for a ledger that the program refuses."""
    if steps.refused(step.world):
        return ()
    return tuple(law.__name__ for law in LAWS if not law(before, step))


def _refund(life: Life) -> Refund:
    return Refund("key", "endpoint", INTENT, "clerk", b"{}", NOW.at, NOW.at, life)
