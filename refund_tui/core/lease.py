"""Owns when the lease of an attempt expires.

A lease is an open attempt and the process that holds it. When it has expired, another process may end the attempt, and
the request of the attempt must not be sent any more. `host.lease` finds out whether the holder still runs. Reads no
clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from refund_tui.core.outcomes import Answer, Doubt, Outcome, Uncertain
from refund_tui.core.times import Instant
from refund_tui.core.waits import Policy


def may_take_over(started: Instant, alive: bool | None, now: Instant, policy: Policy) -> bool:
    """Whether another process may end an open attempt that began at `started`.

    `alive` says whether the sending process still runs; None means not known. An attempt whose sender runs is never
    taken over. If it is not known, the attempt is taken over when it is older than any attempt can be.
    """
    return alive is False or (alive is None and expired(started, now, policy))


def expired(started: Instant, now: Instant, policy: Policy) -> bool:
    """Whether an attempt that began at `started` is older than any attempt can be.

    Within one boot the ticks decide, so that a jump of the wall clock ends no attempt early. After a reboot only the
    wall clock is left. An attempt that seems to start far in the future was recorded with a wrong clock, and counts as
    expired.
    """
    if now.boot == started.boot:
        return now.since(started) >= policy.longest_attempt
    return abs((now.at - started.at).total_seconds()) >= policy.longest_attempt


def person_may_act(started: Instant, alive: bool | None, now: Instant, policy: Policy) -> bool:
    """Whether a person can act on an open attempt without waiting for its answer: its sender is gone, or it is too old.

    A sender that still runs sends nothing for an attempt that is too old.
    """
    return alive is False or expired(started, now, policy)


def latest_end(began: datetime, policy: Policy) -> datetime:
    """The time (UTC) at which an attempt that began at `began` expires."""
    return began + timedelta(seconds=policy.longest_attempt)


def too_late_to_send(started: Instant, now: Instant, policy: Policy) -> bool:
    """Whether it is too late to send an attempt's request: another process may have ended the attempt."""
    return now.longest_since(started) > policy.to_leave


def process_died(detail: str = "the program ended while the answer was awaited") -> Outcome:
    """The outcome of an attempt whose sender died: its request may have been executed.

    `detail` says how that is known. `core.lifecycle` decides what follows, as for any other outcome.
    """
    return Uncertain(Answer(detail=detail), Doubt.PROCESS_DIED)
