"""The ledger's transactions: what is admitted, who sends, what is kept, however many write at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from refund_tui.core import lifecycle
from refund_tui.core.lifecycle import Decision, Policy
from refund_tui.core.outcomes import Accepted, Answer, Doubt, RateLimited, Uncertain
from refund_tui.core.refunds import Draft, Life, State
from refund_tui.core.rules import NeedsSecondYes, Refused
from refund_tui.core.times import Wait
from refund_tui.errors import StoreUnusable
from refund_tui.store.ledger import RAW_CAP, Ledger
from tests.support.clock import FakeClock
from tests.support.ledgers import (
    ENDPOINT,
    HOLDER,
    NOW,
    STORE,
    TRIP,
    answered,
    history_at,
    later,
    ledger_at,
    new_refund,
    other_boot,
    sending,
)
from tests.support.program import environment

ACCEPTED = Accepted(Answer(200, "accepted", "{}"), "REC1")
LIMITED = RateLimited(Answer(429, "asked to wait"), 60.0)
CUT = Uncertain(Answer(None, "no answer came"), Doubt.TIMEOUT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with ledger_at(path) as opened:
        yield opened


def record(ledger: Ledger, minor: int = 1250, trip: str = TRIP, captured: int | None = None) -> str:
    return ledger.record(new_refund(minor, trip, captured=captured), NOW, second_yes=True).key


def test_what_is_recorded_is_there_with_its_event(ledger: Ledger, path: Path) -> None:
    refund = new_refund()
    assert ledger.record(refund, NOW, second_yes=False) == refund
    with history_at(path) as history:
        assert history.get(refund.key) == refund
        [event] = history.events(refund.key)
    assert (event.kind, event.who, event.before, event.after) == ("recorded", "ana", None, State.QUEUED)
    assert event.at == NOW.at


def test_what_the_trip_does_not_admit_is_not_written(ledger: Ledger, path: Path) -> None:
    record(ledger, 4_000, captured=5_000)
    with pytest.raises(Refused, match=r"only 10\.00 EUR is left"):
        ledger.record(new_refund(1_001, captured=5_000), NOW, second_yes=True)
    with pytest.raises(NeedsSecondYes):
        ledger.record(new_refund(1_000, captured=5_000), NOW, second_yes=False)
    record(ledger, 1_000, captured=5_000)
    with history_at(path) as history:
        assert [refund.intent.amount.minor for refund in history.of_trip(STORE, TRIP)] == [1_000, 4_000]
        assert history.last_seq() == 2


def test_a_key_is_taken_once(ledger: Ledger) -> None:
    refund = new_refund()
    ledger.record(refund, NOW, second_yes=False)
    with pytest.raises(StoreUnusable, match="not taken"):
        ledger.record(replace(refund, clerk="ben"), NOW, second_yes=True)
    assert ledger.get(refund.key) == refund


def test_an_attempt_is_on_disk_before_anything_is_sent(ledger: Ledger, path: Path) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    current, attempt = sending(ledger, refund)
    with history_at(path) as history:
        assert history.attempts(refund.key) == (attempt,)
    assert (current.state, current.version) == (State.SENDING, 1)
    assert (attempt.number, attempt.holder, attempt.started, attempt.ended_at) == (1, HOLDER, NOW, None)
    assert ledger.under_way(ENDPOINT) == [(current, attempt)]
    assert ledger.under_way("another account") == []


def test_a_refund_seen_too_long_ago_is_neither_sent_nor_changed(ledger: Ledger) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    current, attempt = sending(ledger, refund)
    assert ledger.begin(refund, HOLDER, NOW) is None
    assert ledger.begin(current, HOLDER, NOW) is None
    assert ledger.change(refund, lifecycle.cancel(refund.life), "ana", NOW) is None
    decision = lifecycle.decide(current.life, ACCEPTED, attempt.started, NOW, Policy(), 0.5)
    assert ledger.finish(refund, attempt, ACCEPTED, decision, "the desk", NOW) is None
    assert ledger.get(refund.key) == current


def test_a_late_answer_to_a_closed_attempt_is_kept_in_its_event(ledger: Ledger, path: Path) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    current, attempt = sending(ledger, refund)
    died = lifecycle.process_died(current.life, attempt.started, NOW, Policy(), 0.5)
    taken_over = ledger.finish(current, attempt, CUT, died, "the desk", NOW)
    assert taken_over is not None
    late = lifecycle.decide(taken_over.life, ACCEPTED, attempt.started, NOW, Policy(), 0.5)
    done = ledger.finish(taken_over, attempt, ACCEPTED, late, "the desk", NOW)
    assert done is not None
    assert (done.state, done.life.reconciliation_id) == (State.ACCEPTED, "REC1")
    with history_at(path) as history:
        assert [known.outcome for known in history.attempts(refund.key)] == [CUT.word]
        assert history.events(refund.key)[-1].data["http_status"] == "200"


def test_a_raw_answer_is_kept_up_to_its_cap(ledger: Ledger, path: Path) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    answered(ledger, refund, Accepted(Answer(200, "accepted", "ü" * 100_000), "REC1"))
    with history_at(path) as history:
        [attempt] = history.attempts(refund.key)
    assert attempt.raw == "ü" * RAW_CAP


def test_what_is_sendable_comes_oldest_first_and_only_of_the_account(ledger: Ledger) -> None:
    first, second, third = (record(ledger, 100, f"trip-{number}") for number in range(3))
    ledger.record(new_refund(trip="trip-9", endpoint="another account"), NOW, second_yes=False)
    refund = ledger.get(second)
    assert refund is not None
    answered(ledger, refund, ACCEPTED)
    assert [refund.key for refund in ledger.sendable(ENDPOINT)] == [first, third]


# The account's gate


def test_a_rate_limit_closes_the_gate_for_the_account_until_it_is_over(ledger: Ledger) -> None:
    answered(ledger, ledger.record(new_refund(), NOW, second_yes=False), LIMITED)
    other = ledger.record(new_refund(trip="trip-2"), NOW, second_yes=False)
    elsewhere = ledger.record(new_refund(trip="trip-3", endpoint="another account"), NOW, second_yes=False)
    assert ledger.begin(other, HOLDER, later(59.9)) is None
    assert ledger.get(other.key) == other
    assert ledger.begin(elsewhere, HOLDER, NOW) is not None
    assert ledger.begin(other, HOLDER, later(60)) is not None


def test_a_shorter_wait_never_shortens_the_gate_and_a_longer_one_does_lengthen_it(ledger: Ledger) -> None:
    flights = []
    for number in range(3):
        refund = ledger.record(new_refund(trip=f"trip-{number}"), NOW, second_yes=False)
        flights.append(sending(ledger, refund))
    for (current, attempt), seconds in zip(flights, (60.0, 10.0, 90.0), strict=True):
        outcome = RateLimited(Answer(429, "asked to wait"), seconds)
        decision = lifecycle.decide(current.life, outcome, attempt.started, later(5), Policy(), 0.5)
        assert ledger.finish(current, attempt, outcome, decision, "the desk", later(5)) is not None
        gate = ledger.gate(ENDPOINT)
        assert gate is not None
        assert gate.remaining(later(5)) == max(60.0, seconds)


def test_after_a_reboot_waits_are_told_in_its_ticks_and_never_get_longer(ledger: Ledger) -> None:
    refund = answered(ledger, ledger.record(new_refund(), NOW, second_yes=False), LIMITED)
    booted = other_boot(20)
    ledger.anchor(booted)
    gate, anchored = ledger.gate(ENDPOINT), ledger.get(refund.key)
    assert gate is not None
    assert anchored is not None
    assert anchored.life.wait == gate == Wait(booted, 40.0)
    clock = FakeClock(booted.at, booted.ticks, booted.boot)
    clock.jump(-86_400)
    clock.ticks += 10
    ledger.anchor(clock.mark())
    assert ledger.gate(ENDPOINT) == gate
    assert gate.remaining(clock.mark()) == 30.0


# Drafts


def test_a_draft_is_each_clerks_own_and_is_forgotten_when_emptied(ledger: Ledger, path: Path) -> None:
    typed = Draft(STORE, TRIP, "12,", "EUR", "1", "brok")
    ledger.save_draft("ana", typed, NOW)
    ledger.save_draft("ben", replace(typed, amount="1"), NOW)
    ledger.save_draft("ana", replace(typed, trip_id="trip-2"), later(1))
    ledger.save_draft("ana", replace(typed, amount="12,5"), later(2))
    with history_at(path) as history:
        assert history.draft("ana", STORE, TRIP) == history.last_draft("ana") == replace(typed, amount="12,5")
        assert history.draft("ben", STORE, TRIP) == replace(typed, amount="1")
        assert history.draft("eva", STORE, TRIP) is history.last_draft("eva") is None
        ledger.save_draft("ana", Draft(STORE, TRIP), later(3))
        assert history.draft("ana", STORE, TRIP) is None
        assert history.last_draft("ana") == replace(typed, trip_id="trip-2")


# What the tables refuse, whoever writes


@pytest.fixture
def books(ledger: Ledger, path: Path) -> Iterator[sqlite3.Connection]:
    """A connection like the program's own to a ledger with a refund ACCEPTED, one in doubt, one being sent."""
    answered(ledger, ledger.record(new_refund(trip="accepted"), NOW, second_yes=False), ACCEPTED)
    answered(ledger, ledger.record(new_refund(trip="doubtful"), NOW, second_yes=False), CUT)
    sending(ledger, ledger.record(new_refund(trip="sending"), NOW, second_yes=False))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA recursive_triggers = 1")
        connection.execute("PRAGMA foreign_keys = 1")
        yield connection


_INTENT = (
    "key endpoint store_id trip_id minor currency reason note captured window_closes clerk body created_at".split()
)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET why = 'another'",
        "DELETE FROM event",
        "INSERT OR REPLACE INTO event SELECT seq, key, at, who, kind, before, after, 'another', data FROM event",
        "DELETE FROM attempt",
        "UPDATE attempt SET outcome = 'accepted' WHERE ended_at IS NOT NULL",
        "UPDATE attempt SET ended_at = NULL, outcome = NULL WHERE ended_at IS NOT NULL",
        "UPDATE attempt SET started_ticks = 0, ended_at = started_at, outcome = 'x' WHERE ended_at IS NULL",
        "UPDATE attempt SET pid = 1, ended_at = started_at, outcome = 'accepted' WHERE ended_at IS NULL",
        "INSERT OR REPLACE INTO attempt SELECT * FROM attempt",
        "DELETE FROM refund",
        "INSERT OR REPLACE INTO refund SELECT * FROM refund",
        "UPDATE refund SET state = 'WAITING' WHERE trip_id = 'accepted'",
        "UPDATE refund SET state = 'SETTLED_UNPAID' WHERE trip_id = 'accepted'",
        "UPDATE refund SET maybe_executed = 0 WHERE trip_id = 'doubtful'",
        "UPDATE refund SET state = 'REJECTED' WHERE trip_id = 'doubtful'",
        "UPDATE refund SET state = 'CANCELLED', maybe_executed = 0 WHERE trip_id = 'doubtful'",
        "UPDATE refund SET state = 'PAID'",
        "UPDATE refund SET minor = 0",
        "UPDATE refund SET minor = '12.50'",
        "INSERT INTO event (key, at, who, kind, after, why, data) VALUES ('nobody', '', '', '', '', '', '')",
        *(f"UPDATE refund SET {column} = 'another'" for column in _INTENT),
    ],
)
def test_the_tables_refuse_what_would_falsify_the_books(books: sqlite3.Connection, sql: str) -> None:
    before = list(books.iterdump())
    with pytest.raises(sqlite3.IntegrityError):
        books.execute(sql)
    assert list(books.iterdump()) == before


def test_a_lifecycle_gone_wrong_cannot_reach_the_disk(ledger: Ledger) -> None:
    doubtful = answered(ledger, ledger.record(new_refund(), NOW, second_yes=False), CUT)
    wrong = Decision(Life(State.REJECTED, why="a 400 was believed"), "rejected", "a 400 was believed")
    with pytest.raises(StoreUnusable, match="nothing was written"):
        ledger.change(doubtful, wrong, "ana", NOW)
    assert ledger.get(doubtful.key) == doubtful


# Several at once


def at_once(path: Path, act: Callable[[Ledger, int], bool], number: int = 4) -> list[bool]:
    """What `act` says in threads with a ledger each, let go at one instant."""
    barrier, said = threading.Barrier(number, timeout=20), [False] * number

    def run(place: int) -> None:
        with ledger_at(path) as mine:
            barrier.wait()
            said[place] = act(mine, place)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return said


@pytest.mark.parametrize("round_", range(5))
def test_one_alone_claims_a_refund(ledger: Ledger, path: Path, round_: int) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    said = at_once(path, lambda mine, place: mine.begin(refund, replace(HOLDER, pid=place), NOW) is not None)
    assert said.count(True) == 1
    [(_, attempt)] = ledger.under_way(ENDPOINT)
    assert attempt.holder.pid == said.index(True)


@pytest.mark.parametrize("round_", range(5))
def test_one_alone_writes_what_came_of_an_attempt(ledger: Ledger, path: Path, round_: int) -> None:
    current, attempt = sending(ledger, ledger.record(new_refund(), NOW, second_yes=False))
    outcomes = (ACCEPTED, LIMITED, CUT, ACCEPTED)

    def finish(mine: Ledger, place: int) -> bool:
        decision = lifecycle.decide(current.life, outcomes[place], attempt.started, NOW, Policy(), 0.5)
        return mine.finish(current, attempt, outcomes[place], decision, "the desk", NOW) is not None

    said = at_once(path, finish)
    assert said.count(True) == 1
    with history_at(path) as history:
        assert [done.outcome for done in history.attempts(current.key)] == [outcomes[said.index(True)].word]
        assert len(history.events(current.key)) == 3


@pytest.mark.parametrize("round_", range(5))
def test_cancelled_or_sent_but_never_both(ledger: Ledger, path: Path, round_: int) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)

    def race(mine: Ledger, place: int) -> bool:
        if place % 2:
            return mine.change(refund, lifecycle.cancel(refund.life), "ana", NOW) is not None
        return mine.begin(refund, HOLDER, NOW) is not None

    said = at_once(path, race)
    done = ledger.get(refund.key)
    assert said.count(True) == 1
    assert done is not None
    assert done.state is (State.CANCELLED if said.index(True) % 2 else State.SENDING)


_CLERK = """
import sys
from pathlib import Path
from refund_tui.core.rules import Refused
from refund_tui.store.ledger import Ledger
from tests.support.ledgers import NOW, new_refund
ledger = Ledger.open(Path(sys.argv[1]))
for trip in sys.stdin:
    try:
        ledger.record(new_refund(3_000, trip.strip(), captured=5_000), NOW, second_yes=True)
        print("taken", flush=True)
    except Refused:
        print("refused", flush=True)
"""


def test_two_clerks_at_60_percent_in_the_same_instant_one_passes(path: Path) -> None:
    rounds, pipe = 60, subprocess.PIPE
    start = [sys.executable, "-c", _CLERK, str(path)]
    clerks = [subprocess.Popen(start, env=environment(), stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    said: list[list[str]] = []
    try:
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
