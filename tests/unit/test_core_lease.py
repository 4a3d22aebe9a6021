"""How long a person waits for the answer of an open attempt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from refund_tui.core.lease import latest_end, person_may_act
from refund_tui.core.times import Instant
from refund_tui.core.waits import Policy

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STARTED = Instant(NOON, "boot-1", 100.0)


@pytest.mark.parametrize(
    ("alive", "seconds", "over"),
    [(True, 899, False), (None, 899, False), (False, 1, True), (True, 901, True), (None, 901, True)],
)
def test_a_person_waits_until_the_sender_is_gone_or_the_attempt_is_too_old(
    alive: bool | None, seconds: float, over: bool
) -> None:
    now = Instant(NOON + timedelta(seconds=seconds), "boot-1", 100.0 + seconds)
    assert person_may_act(STARTED, alive, now, Policy()) is over


def test_no_attempt_is_under_way_after_its_latest_end() -> None:
    assert latest_end(NOON, Policy()) == NOON + timedelta(seconds=900)
