"""Owns when the lease of an attempt is over: another process then ends the attempt, and its request must not leave.

A lease is an open attempt and the process that holds it. Whether that process still runs is found out in `host.lease`.
Reads no clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from refund_tui.core.outcomes import Answer, Doubt, Outcome, Uncertain
from refund_tui.core.times import Instant
from refund_tui.core.waits import Policy


def taken_over(started: Instant, alive: bool | None, now: Instant, policy: Policy) -> bool:
    """Whether another process ends an open attempt begun at `started`; `alive` tells of its sender, None: nobody can.

    A sender that lives is let alone. One that cannot be judged is waited for until no attempt can be that old.
    """
    return alive is False or (alive is None and outlived(started, now, policy))


def outlived(started: Instant, now: Instant, policy: Policy) -> bool:
    """Whether an attempt begun at `started` is older than any can be.

    Within one boot the ticks decide, so that no jump of the wall clock ends an attempt early. Beyond it there is the
    wall clock alone: an attempt that seems to begin so far in the future was recorded under a wrong clock.
    """
    if now.boot == started.boot:
        return now.since(started) >= policy.longest_attempt
    return abs((now.at - started.at).total_seconds()) >= policy.longest_attempt


def over_for_person(started: Instant, alive: bool | None, now: Instant, policy: Policy) -> bool:
    """Whether a person need not wait for the answer of an open attempt: its sender is gone, or the attempt is too old.

    A sender that still runs by then sends nothing any more.
    """
    return alive is False or outlived(started, now, policy)


def latest_end(began: datetime, policy: Policy) -> datetime:
    """The time (UTC) from which on an attempt that began then is older than any can be."""
    return began + timedelta(seconds=policy.longest_attempt)


def too_late_to_send(started: Instant, now: Instant, policy: Policy) -> bool:
    """Whether a request must not leave any more, since its attempt is so old that another may have taken it over."""
    return now.longest_since(started) > policy.to_leave


def process_died(detail: str = "the program ended while the answer was awaited") -> Outcome:
    """What an attempt came to of whose sender nothing more will be heard: its request may have been executed.

    `detail` says how that is known. What follows is decided as for any other outcome.
    """
    return Uncertain(Answer(detail=detail), Doubt.PROCESS_DIED)
