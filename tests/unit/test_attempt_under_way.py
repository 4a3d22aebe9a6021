"""The facts about an open attempt: whether its sender runs, and until when a clerk must wait."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refund_tui.core.refunds import Attempt, Holder
from refund_tui.core.waits import Policy
from refund_tui.desk.attempt_end import Terms, UnderWay, under_way
from tests.support.clock import FakeClock
from tests.support.ledgers import ENDPOINT, HOLDER, NOW, later

OTHER = Holder("test-host", "boot-1", 50_002, "start-2")
LATEST = NOW.at + timedelta(seconds=Policy().longest_attempt)


def terms(alive: bool | None) -> Terms:
    """The terms of HOLDER. `alive` is the result for OTHER; every other holder counts as dead."""
    return Terms(
        ENDPOINT, "ana", HOLDER, lambda holder: alive if holder == OTHER else False, FakeClock(), Policy(), lambda: 0.5
    )


@pytest.mark.parametrize(
    ("alive", "seconds", "over"),
    [(True, 1, False), (None, 1, False), (False, 1, True), (True, 901, True), (None, 901, True)],
)
def test_a_person_waits_for_another_process_unless_it_is_gone_or_the_attempt_too_old(
    alive: bool | None, seconds: float, over: bool
) -> None:
    attempt = Attempt("key", 1, NOW, OTHER)
    assert under_way(attempt, terms(alive), later(seconds)) == UnderWay(attempt, alive, LATEST, over)


@pytest.mark.parametrize("seconds", [1, 901])
def test_an_attempt_of_this_process_runs_until_its_answer_is_here(seconds: float) -> None:
    attempt = Attempt("key", 1, NOW, HOLDER)
    assert under_way(attempt, terms(False), later(seconds)) == UnderWay(attempt, True, LATEST, False)
