"""Owns the waits of a refund: how long the next wait is, what is left of it, and what is left until the key horizon.

Never reads a clock and never decides a state: `lifecycle` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from refund_tui.core.refunds import Life
from refund_tui.core.times import Instant, Wait


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to wait and when to stop. All values are in seconds. No count of tries ends it.

    - `base`, `cap`: the first and the longest backoff, before jitter. `least`: the shortest wait.
    - `longest`: the longest wait that the service can ask for: the length of the refund window.
    - `horizon`: the time after which nothing is sent automatically. The contract does not say how long the service
      remembers an id.
    - `to_leave`: a request must be sent within this time after its attempt was recorded.
    - `longest_attempt`: no attempt is under way for longer: `to_leave`, the longest request deadline (600 s), and a
      margin.
    """

    base: float = 2.0
    cap: float = 600.0
    least: float = 1.0
    longest: float = 7 * 86_400.0
    horizon: float = 86_400.0
    to_leave: float = 60.0
    longest_attempt: float = 900.0


def left_of(now: Instant, *waits: Wait | None) -> float:
    """Seconds at `now` until all of these waits are over, 0 if there is none."""
    return max((wait.remaining(now) for wait in waits if wait is not None), default=0.0)


def left_to_wait(life: Life, gate: Wait | None, now: Instant) -> float:
    """Seconds until a refund may be sent: its own wait or the account's (`gate`), whichever is longer.

    0 if the desk does not send it by itself.
    """
    return left_of(now, life.wait, gate) if life.state.sendable else 0.0


def next_attempt(life: Life, gate: Wait | None, now: Instant) -> datetime | None:
    """When (UTC) a refund may be sent: the end of its own wait or of the account's (`gate`), whichever is later.

    None if nothing is left to wait, or if the desk does not send it by itself.
    """
    waits = [wait for wait in (life.wait, gate) if wait is not None and not wait.over(now)]
    last = max(waits, key=lambda wait: wait.remaining(now), default=None)
    return last.ends(now) if last and life.state.sendable else None


def horizon_left(life: Life, now: Instant, policy: Policy) -> float:
    """Seconds until the key horizon. Until then the same key can be sent again without the risk of paying twice.

    0 after the horizon, and if the time since the first attempt is not known. If the two clocks differ, the one counts
    that says more time has passed.
    """
    if life.first_sent is None:
        return 0.0 if life.maybe_executed else policy.horizon
    if now.contradicts(life.first_sent):
        return 0.0
    return max(0.0, policy.horizon - now.longest_since(life.first_sent))


def next_wait(life: Life, asked_for: float | None, now: Instant, policy: Policy, random: float) -> Wait:
    """The wait before the next attempt: what the service asked for (seconds), else backoff with full jitter."""
    if asked_for is not None:
        return Wait(now, min(max(asked_for, policy.least), policy.longest))
    ceiling = min(policy.cap, policy.base * 2.0 ** min(life.tries, 30))
    return Wait(now, max(policy.least, random * ceiling))
