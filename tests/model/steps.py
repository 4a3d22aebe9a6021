"""Owns all that can happen next in a situation: sending, the service, the wire, dying, clerks and clocks.

Every decision about the refund is made by the real `core.lifecycle`, called through the module, so that a mutant there
is used. Nothing here checks laws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from refund_tui.core import lease, lifecycle, waits
from refund_tui.core.outcomes import (
    Accepted,
    Answer,
    Doubt,
    NeedsRepair,
    Outcome,
    RateLimited,
    Rejected,
    Repair,
    Uncertain,
    Unreachable,
)
from refund_tui.core.refunds import Action, Life, State
from tests.model.world import JUMP, NOW, PAUSE, POLICY, SentRequest, World

ANSWER = Answer()
SHORT, LONG = 10.0, PAUSE
RANDOM = 0.0


@dataclass(frozen=True, slots=True)
class ModelStep:
    """What happened, in words, and the world after it. `outcome`: a request was answered; `sent`: a request began.

    `late`: the answer belongs to an attempt that another process ended.
    """

    name: str
    world: World
    outcome: Outcome | None = None
    sent: SentRequest | None = None
    late: bool = False


NOT_EXECUTED: tuple[tuple[str, Outcome], ...] = (
    ("unreachable", Unreachable(ANSWER)),
    ("429", RateLimited(ANSWER, SHORT)),
    ("429 for long", RateLimited(ANSWER, LONG)),
    ("400", Rejected(ANSWER)),
    ("403", NeedsRepair(ANSWER, Repair.CREDENTIALS)),
)
EXECUTED: tuple[tuple[str, Outcome], ...] = (("200", Accepted(ANSWER)),)
NOT_KNOWN: tuple[tuple[str, Outcome], ...] = (
    ("timeout", Uncertain(ANSWER, Doubt.TIMEOUT)),
    ("503", Uncertain(ANSWER, Doubt.UNAVAILABLE, SHORT)),
    ("503 for long", Uncertain(ANSWER, Doubt.UNAVAILABLE, LONG)),
)


def key_of_next(world: World, died: bool = False) -> int:
    """The idempotency key of the next attempt: always that of the intent."""
    return world.key


def refused(world: World) -> bool:
    """Whether every process refuses the ledger, because it lacks an event that they or the marks have seen."""
    return world.behind


def belongs(service: int) -> bool:
    """Whether desks of this service send the refund. Only those of its own service do."""
    return service == 0


def limit_changed(life: Life) -> Life:
    """What a changed limit makes of a refund that was asked for before: nothing."""
    return life


def steps(world: World) -> Iterator[ModelStep]:
    """Everything that can happen next. The program does nothing with a ledger that it refuses."""
    for request in world.requests:
        if request.pending:
            yield _executes(world, request)
    if not refused(world):
        yield from _program(world)
        yield from _acts(world)
    if world.copies and world.life.state is not State.QUEUED:
        yield ModelStep("an older copy is put back", world.copied_back())
    if world.behind:
        accepted = lifecycle.older_copy(world.life, "")
        yield ModelStep("the older copy is accepted", world.accepted(accepted.life))
    if world.limits:
        changed = replace(world, limits=world.limits - 1)
        yield ModelStep("the limit changes", changed.with_life(limit_changed(world.life)))
    yield from _passes(world)


def _program(world: World) -> Iterator[ModelStep]:
    """What processes do by themselves, and how they end."""
    for service in range(world.services):
        if belongs(service):
            yield from _sends(world, service)
    for request in world.requests:
        if request.awaited and request.left:
            yield from _answers(world, request)
        elif request.awaited:
            yield from _leaves(world, request)
        if request.awaited and request.open and world.apart:
            yield ModelStep("the sender dies", world.put(request, replace(request, awaited=False)))
        if request.open and (not world.apart or lease.may_take_over(request.sent, None, NOW, POLICY)):
            yield _is_taken_over(world, request)


def _sends(world: World, service: int) -> Iterator[ModelStep]:
    """The desk sends the refund after its wait, unless something forbids it."""
    if not world.life.state.sendable or any(request.open for request in world.requests):
        return
    wait = world.life.wait
    now = world.later(wait.remaining(NOW)) if wait else world
    forbidden = lifecycle.before_sending(now.life, now.window, NOW, POLICY)
    if forbidden is not None:
        yield ModelStep(forbidden.kind, now.with_life(forbidden.life))
        return
    request = SentRequest(key_of_next(now), NOW, left=not world.apart, service=service)
    begun = replace(now, requests=(*now.requests, request), key=request.key, leave=False, went_on=False)
    name = "send to another service" if service else "send"
    yield ModelStep(name, begun.with_life(lifecycle.sending(now.life)), sent=request)


def _leaves(world: World, request: SentRequest) -> Iterator[ModelStep]:
    """The sender sends the request, unless it is too late. It may have been suspended before."""
    if not lease.too_late_to_send(request.sent, NOW, POLICY):
        yield ModelStep("the request leaves", world.put(request, replace(request, left=True)))
        return
    yield _answered(world, request, "not sent, too late", Unreachable(ANSWER))


def _executes(world: World, request: SentRequest) -> ModelStep:
    """The service takes the request: money moves unless it remembers the id."""
    after = world.put(request, replace(request, executed=True))
    if world.remembers(request.key) and not request.service:
        return ModelStep("the service knows the id", after)
    memory = world.memory if request.service else tuple(sorted({**dict(world.memory), request.key: 0.0}.items()))
    return ModelStep("money moves", replace(after, memory=memory, moved=world.moved + 1))


def _answers(world: World, request: SentRequest) -> Iterator[ModelStep]:
    """Every answer that the service or the network can give to a request that was executed, refused or is under way."""
    for name, outcome in (*(EXECUTED if request.executed else NOT_EXECUTED), *NOT_KNOWN):
        yield _answered(world, request, name, outcome)


def _answered(world: World, request: SentRequest, name: str, outcome: Outcome) -> ModelStep:
    """The sender writes the outcome of its request and does not wait any more."""
    definite = not request.executed and not isinstance(outcome, Uncertain)
    answered = replace(request, open=False, awaited=False, refused=request.refused or definite)
    decide = lifecycle.decide if request.open else lifecycle.decide_late
    decision = decide(world.life, outcome, request.sent, NOW, POLICY, RANDOM)
    key = key_of_next(world) if isinstance(outcome, Accepted) else _key_after(world, outcome)
    late = "" if request.open else "late "
    after = replace(world.put(request, answered), key=key)
    return ModelStep(late + name, after.with_life(decision.life), outcome=outcome, late=not request.open)


def _key_after(world: World, outcome: Outcome) -> int:
    """The key after an answer that does not accept: the same (a mutant makes a new one)."""
    return world.key


def _is_taken_over(world: World, request: SentRequest) -> ModelStep:
    """Another process ends the attempt: its sender seems dead. The request may still be executed and answered."""
    decision = lifecycle.decide(world.life, lease.process_died(), request.sent, NOW, POLICY, RANDOM)
    after = replace(world.put(request, replace(request, open=False)), key=key_of_next(world, died=True))
    return ModelStep("taken over", after.with_life(decision.life))


def _acts(world: World) -> Iterator[ModelStep]:
    """What a person does if `possible` allows it. Evidence is true."""
    life = world.life
    allowed = lifecycle.possible(life, under_way=any(request.open for request in world.requests))
    if Action.APPROVE in allowed:
        approved = replace(world, approved=True)
        yield ModelStep("approve", approved.with_life(lifecycle.approve(life, "ben", "seen").life))
    if Action.DECLINE in allowed:
        yield ModelStep("decline", world.with_life(lifecycle.decline(life, "ben", "no").life))
    if Action.CANCEL in allowed:
        yield ModelStep("cancel", world.with_life(lifecycle.cancel(life).life))
    if Action.STOP in allowed:
        sent = next((request.sent for request in world.requests if request.open), None)
        yield ModelStep("stop", world.with_life(lifecycle.stop(life, sent).life))
    if Action.GO_ON in allowed:
        went_on = replace(world, went_on=world.window is not None)
        yield ModelStep("go on", went_on.with_life(lifecycle.go_on(life).life))
    if Action.TRY_NOW in allowed:
        yield ModelStep("try now", world.with_life(lifecycle.try_now(life).life))
    if Action.ASK_AGAIN in allowed:
        over = waits.horizon_left(life, NOW, POLICY) <= 0
        asked = replace(world, leave=over, warned=world.warned or over, replaced=False)
        name = "ask again, though warned" if over else "ask again"
        yield ModelStep(name, asked.with_life(lifecycle.ask_again(life, NOW, POLICY).life))
    if Action.SETTLE in allowed:
        yield from _settles(world)


def _settles(world: World) -> Iterator[ModelStep]:
    """A person settles as paid if money moved, else as unpaid.

    "Unpaid" is too early if the sender of an ended request is still alive and will get its answer."""
    if world.moved:
        yield ModelStep("settle as paid", world.with_life(lifecycle.settle(world.life, paid=True).life))
        return
    ended = [request for request in world.requests if request.pending and not request.open]
    if all(request.awaited for request in ended):
        settled = replace(world, early=bool(ended))
        yield ModelStep("settle as unpaid", settled.with_life(lifecycle.settle(world.life, paid=False).life))


def _passes(world: World) -> Iterator[ModelStep]:
    """Time passes, the host is paused or reboots, or the wall clock is set wrong."""
    if world.pauses:
        yield ModelStep("time passes", replace(world.later(PAUSE), pauses=world.pauses - 1))
    if not world.clocks:
        return
    turned = replace(world, clocks=world.clocks - 1)
    yield ModelStep("reboot", turned.reboots())
    if not world.set_wrong:
        yield ModelStep("the host is paused", turned.later(PAUSE, paused=True))
    if world.paused:
        return
    for name, seconds in (("forward", JUMP), ("back", -JUMP)):
        yield ModelStep(f"the clock jumps {name}", turned.wall_jumps(seconds))
        yield ModelStep(f"reboot with the clock {name}", turned.wall_jumps(seconds).reboots())
