"""Several clerks, threads and processes at one ledger at the same time: exactly one of them succeeds."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from refund_tui.core import lifecycle
from refund_tui.core.outcomes import Accepted, Answer, Doubt, RateLimited, Uncertain
from refund_tui.core.refunds import State
from refund_tui.core.waits import Policy
from refund_tui.desk.ports import LedgerPort
from tests.ledger.implementations import Kept
from tests.support.ledgers import ENDPOINT, HOLDER, NOW, new_refund, sending, sound
from tests.support.program import environment, limited

ACCEPTED = Accepted(Answer(200, "accepted", "{}"), "REC1")
LIMITED = RateLimited(Answer(429, "asked to wait"), 60.0)
CUT = Uncertain(Answer(None, "no answer came"), Doubt.TIMEOUT)


def at_once(kept: Kept, act: Callable[[LedgerPort, int], bool], number: int = 4) -> list[bool]:
    """The results of `act` in several threads, each with its own ledger, started at the same time."""
    barrier, said = threading.Barrier(number, timeout=20), [False] * number

    def run(place: int) -> None:
        with kept.ledger() as mine:
            barrier.wait()
            said[place] = act(mine, place)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return said


@pytest.mark.parametrize("round_", range(5))
def test_one_alone_claims_a_refund(ledger: LedgerPort, kept: Kept, round_: int) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    said = at_once(kept, lambda mine, place: mine.begin(refund, replace(HOLDER, pid=place), NOW) is not None)
    assert said.count(True) == 1
    [attempt] = sound(each for _, each in ledger.under_way(ENDPOINT))
    assert attempt.holder.pid == said.index(True)


@pytest.mark.parametrize("round_", range(5))
def test_only_one_process_writes_the_outcome_of_an_attempt(ledger: LedgerPort, kept: Kept, round_: int) -> None:
    current, attempt = sending(ledger, ledger.record(new_refund(), NOW, second_yes=False))
    outcomes = (ACCEPTED, LIMITED, CUT, ACCEPTED)

    def finish(mine: LedgerPort, place: int) -> bool:
        decision = lifecycle.decide(current.life, outcomes[place], attempt.started, NOW, Policy(), 0.5)
        return mine.finish(current, attempt, outcomes[place], decision, "the desk", NOW) is not None

    said = at_once(kept, finish)
    assert said.count(True) == 1
    with kept.history() as history:
        assert [done.outcome for done in sound(history.attempts(current.key))] == [outcomes[said.index(True)].word]
        assert len(history.events(current.key)) == 3


@pytest.mark.parametrize("round_", range(5))
def test_cancelled_or_sent_but_never_both(ledger: LedgerPort, kept: Kept, round_: int) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)

    def race(mine: LedgerPort, place: int) -> bool:
        if place % 2:
            return mine.change(refund, lifecycle.cancel(refund.life), "ana", NOW) is not None
        return mine.begin(refund, HOLDER, NOW) is not None

    said = at_once(kept, race)
    done = ledger.get(refund.key)
    assert said.count(True) == 1
    assert done is not None
    assert done.state is (State.CANCELLED if said.index(True) % 2 else State.SENDING)


_CLERK = """
import sys
from pathlib import Path
from refund_tui.core.rules import Refused
from tests.ledger.implementations import Kept
from tests.support.ledgers import NOW, new_refund
ledger = Kept(sys.argv[1], Path(sys.argv[2])).around.storage.open_ledger()
for trip in sys.stdin:
    try:
        ledger.record(new_refund(3_000, trip.strip(), captured=5_000), NOW, second_yes=True)
        print("taken", flush=True)
    except Refused:
        print("refused", flush=True)
"""


def test_two_clerks_at_60_percent_in_the_same_instant_one_passes(kept: Kept) -> None:
    with kept.ledger():
        pass  # created, with its endpoints, before both write
    rounds, pipe = 60, subprocess.PIPE
    start = [sys.executable, "-c", _CLERK, kept.kind, str(kept.folder)]
    clerks = [subprocess.Popen(start, env=environment(), stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    said: list[list[str]] = []
    try:
        with limited(*clerks):
            for number in range(rounds):
                for clerk in clerks:
                    assert clerk.stdin is not None
                    clerk.stdin.write(f"trip-{number}\n")
                    clerk.stdin.flush()
                said.append(sorted(clerk.stdout.readline().strip() for clerk in clerks if clerk.stdout is not None))
    finally:
        for clerk in clerks:
            clerk.communicate(timeout=20)
    assert said == [["refused", "taken"]] * rounds
