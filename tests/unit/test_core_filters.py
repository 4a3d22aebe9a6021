"""What is counted of the open refunds."""

from __future__ import annotations

from datetime import UTC, datetime

from refund_tui.core.filters import Summary
from refund_tui.core.refunds import State
from refund_tui.core.times import Instant, Wait

EACH = {State.QUEUED: 1, State.SENDING: 20, State.WAITING: 300, State.BLOCKED: 4_000, State.UNKNOWN: 50_000}


def test_what_goes_on_by_itself_is_what_is_queued_sent_or_waited_for() -> None:
    assert Summary(EACH, elsewhere=600_000, alarms=7_000_000).going_on == 321
    assert Summary({State.BLOCKED: 1, State.UNKNOWN: 1}).going_on == 0


def test_what_is_still_to_be_sent_is_what_is_queued_or_waits() -> None:
    assert Summary(EACH, elsewhere=600_000).to_send == 301


def test_a_state_that_no_open_refund_is_in_counts_nothing() -> None:
    assert (Summary(EACH)[State.BLOCKED], Summary()[State.BLOCKED]) == (4_000, 0)


def test_the_next_attempt_waits_for_the_shortest_own_wait_and_for_the_accounts() -> None:
    now = Instant(datetime(2026, 3, 2, 12, 0, tzinfo=UTC), "boot-1", 100.0)
    waits = (Wait(now, 60.0), Wait(now, 20.0))
    assert Summary(EACH, waits=waits).left_to_wait(now) == 20.0
    assert Summary(EACH, waits=waits, gate=Wait(now, 90.0)).left_to_wait(now) == 90.0
    assert Summary(EACH).left_to_wait(now) == 0.0
