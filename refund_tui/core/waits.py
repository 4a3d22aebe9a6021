"""Owns the waits of a refund: how long the next one is, what is left of it, how long the same key is safe to ask.

Reads no clock. Decides no state: `lifecycle` does.
"""

from __future__ import annotations

from dataclasses import dataclass

from refund_tui.core.refunds import Life
from refund_tui.core.times import Instant, Wait


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to wait and when to stop; all in seconds but `most_doubts`, a count of attempts.

    `longest`: a wait that the service asks for is kept up to the refund window's length, and cut to it beyond.
    `horizon`: nobody documents how long the service remembers an id, so after it nothing is sent automatically.
    `to_leave`: a request that has not left so long after its attempt was recorded is not sent any more.
    `longest_attempt`: so old no attempt can be under way: `to_leave`, a request's longest deadline (600 s), and room.
    """

    base: float = 2.0
    cap: float = 60.0
    least: float = 1.0
    longest: float = 7 * 86_400.0
    horizon: float = 86_400.0
    most_doubts: int = 8
    to_leave: float = 60.0
    longest_attempt: float = 900.0


def left_of(now: Instant, *waits: Wait | None) -> float:
    """Seconds at `now` until the last of several waits is over, 0 where there is none."""
    return max((wait.remaining(now) for wait in waits if wait is not None), default=0.0)


def left_to_wait(life: Life, gate: Wait | None, now: Instant) -> float:
    """Seconds until a refund may be sent: its own wait or the account's (`gate`), whichever is longer.

    0 where it is not the desk's turn to send it.
    """
    return left_of(now, life.wait, gate) if life.state.sendable else 0.0


def safe_to_ask(life: Life, now: Instant, policy: Policy) -> float:
    """Seconds for which the same key can still be asked again without the risk of paying twice; 0 when that is over.

    Of two clocks the later counts; where nobody can tell how long ago it was first sent, it is over.
    """
    if life.first_sent is None:
        return 0.0 if life.maybe_executed else policy.horizon
    if now.contradicts(life.first_sent):
        return 0.0
    return max(0.0, policy.horizon - now.longest_since(life.first_sent))


def next_wait(life: Life, asked_for: float | None, now: Instant, policy: Policy, random: float) -> Wait:
    """The wait before the next attempt. What the service asks for is a minimum; else backoff with full jitter."""
    if asked_for is not None:
        return Wait(now, min(max(asked_for, policy.least), policy.longest))
    ceiling = min(policy.cap, policy.base * 2.0 ** min(life.tries, 30))
    return Wait(now, max(policy.least, random * ceiling))
