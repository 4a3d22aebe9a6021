"""What is counted of the open refunds."""

from __future__ import annotations

from refund_tui.core.filters import Summary
from refund_tui.core.refunds import State

EACH = {State.QUEUED: 1, State.SENDING: 20, State.WAITING: 300, State.BLOCKED: 4_000, State.UNKNOWN: 50_000}


def test_what_goes_on_by_itself_is_what_is_queued_sent_or_waited_for() -> None:
    assert Summary(EACH, elsewhere=600_000, alarms=7_000_000).going_on == 321
    assert Summary({State.BLOCKED: 1, State.UNKNOWN: 1}).going_on == 0


def test_what_is_still_to_be_sent_is_what_is_queued_or_waits() -> None:
    assert Summary(EACH, elsewhere=600_000).to_send == 301


def test_a_state_that_no_open_refund_is_in_counts_nothing() -> None:
    assert (Summary(EACH)[State.BLOCKED], Summary()[State.BLOCKED]) == (4_000, 0)
