"""The ledger's transactions: which refunds are recorded, who may send, what is kept, also with several writers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refund_tui.core import lease, lifecycle
from refund_tui.core.outcomes import LONGEST_RAW, Accepted, Answer, Doubt, Outcome, RateLimited, Uncertain
from refund_tui.core.refunds import Draft, Refund, State
from refund_tui.core.rules import NeedsSecondYes, Refused
from refund_tui.core.times import Wait
from refund_tui.core.waits import Policy
from refund_tui.desk.ports import LedgerPort
from refund_tui.errors import StoreUnusable
from tests.ledger.implementations import Kept
from tests.support.clock import FakeClock
from tests.support.ledgers import (
    ANOTHER,
    ENDPOINT,
    HOLDER,
    NOW,
    STORE,
    TRIP,
    answered,
    later,
    new_refund,
    other_boot,
    sending,
    sound,
)

ACCEPTED = Accepted(Answer(200, "accepted", "{}"), "REC1")
LIMITED = RateLimited(Answer(429, "asked to wait"), 60.0)
CUT = Uncertain(Answer(None, "no answer came"), Doubt.TIMEOUT)


def record(ledger: LedgerPort, minor: int = 1250, trip: str = TRIP, captured: int | None = None) -> str:
    return ledger.record(new_refund(minor, trip, captured=captured), NOW, second_yes=True).key


def test_what_is_recorded_is_there_with_its_event(ledger: LedgerPort, kept: Kept) -> None:
    refund = new_refund()
    assert ledger.record(refund, NOW, second_yes=False) == refund
    with kept.history() as history:
        assert history.get(refund.key) == refund
        [event] = sound(history.events(refund.key))
    assert (event.kind, event.who, event.before, event.after) == ("recorded", "ana", None, State.QUEUED)
    assert event.at == NOW.at


def test_what_the_trip_does_not_admit_is_not_written(ledger: LedgerPort, kept: Kept) -> None:
    record(ledger, 4_000, captured=5_000)
    with pytest.raises(Refused, match=r"only 10\.00 EUR is left"):
        ledger.record(new_refund(1_001, captured=5_000), NOW, second_yes=True)
    with pytest.raises(NeedsSecondYes):
        ledger.record(new_refund(1_000, captured=5_000), NOW, second_yes=False)
    record(ledger, 1_000, captured=5_000)
    with kept.history() as history:
        assert [refund.intent.amount.minor for refund in sound(history.of_trip(STORE, TRIP))] == [1_000, 4_000]
        assert history.last_seq() == 2


def test_a_key_is_taken_once(ledger: LedgerPort) -> None:
    refund = new_refund()
    ledger.record(refund, NOW, second_yes=False)
    with pytest.raises(StoreUnusable, match="not taken"):
        ledger.record(replace(refund, clerk="ben"), NOW, second_yes=True)
    assert ledger.get(refund.key) == refund


def test_an_attempt_is_on_disk_before_anything_is_sent(ledger: LedgerPort, kept: Kept) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    current, attempt = sending(ledger, refund)
    with kept.history() as history:
        assert history.attempts(refund.key) == (attempt,)
    assert (current.state, current.version) == (State.SENDING, 1)
    assert (attempt.number, attempt.holder, attempt.started, attempt.ended_at) == (1, HOLDER, NOW, None)
    assert ledger.under_way(ENDPOINT) == [(current, attempt)]
    assert ledger.under_way(ANOTHER) == []


def test_a_refund_seen_too_long_ago_is_neither_sent_nor_changed(ledger: LedgerPort) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    current, attempt = sending(ledger, refund)
    assert ledger.begin(refund, HOLDER, NOW) is None
    assert ledger.begin(current, HOLDER, NOW) is None
    assert ledger.change(refund, lifecycle.cancel(refund.life), "ana", NOW) is None
    decision = lifecycle.decide(current.life, ACCEPTED, attempt.started, NOW, Policy(), 0.5)
    assert ledger.finish(refund, attempt, ACCEPTED, decision, "the desk", NOW) is None
    assert ledger.get(refund.key) == current


def test_a_late_answer_to_a_closed_attempt_is_kept_in_its_event(ledger: LedgerPort, kept: Kept) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    current, attempt = sending(ledger, refund)
    died = lifecycle.decide(current.life, lease.process_died(), attempt.started, NOW, Policy(), 0.5)
    taken_over = ledger.finish(current, attempt, CUT, died, "the desk", NOW)
    assert taken_over is not None
    late = lifecycle.decide(taken_over.life, ACCEPTED, attempt.started, NOW, Policy(), 0.5)
    done = ledger.finish(taken_over, attempt, ACCEPTED, late, "the desk", NOW)
    assert done is not None
    assert (done.state, done.life.reconciliation_id) == (State.ACCEPTED, "REC1")
    with kept.history() as history:
        assert [known.outcome for known in sound(history.attempts(refund.key))] == [CUT.word]
        assert sound(history.events(refund.key))[-1].data == {
            "attempt": "1", "outcome": ACCEPTED.word, "detail": "accepted", "http_status": "200", "raw": "{}",
        }  # fmt: skip


def test_a_late_answer_without_a_status_is_kept_too(ledger: LedgerPort, kept: Kept) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    current, attempt = sending(ledger, refund)
    died = lifecycle.decide(current.life, lease.process_died(), attempt.started, NOW, Policy(), 0.5)
    taken_over = ledger.finish(current, attempt, lease.process_died(), died, "the desk", NOW)
    assert taken_over is not None
    late = lifecycle.decide_late(taken_over.life, CUT, attempt.started, NOW, Policy(), 0.5)
    assert ledger.finish(taken_over, attempt, CUT, late, "the desk", NOW) is not None
    with kept.history() as history:
        data = sound(history.events(refund.key))[-1].data
    assert data == {"attempt": "1", "outcome": CUT.word, "detail": "no answer came", "http_status": "", "raw": ""}


def test_an_answer_in_time_stands_with_its_attempt_and_not_a_second_time_in_the_event(
    ledger: LedgerPort, kept: Kept
) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    answered(ledger, refund, ACCEPTED)
    with kept.history() as history:
        [attempt] = sound(history.attempts(refund.key))
        event = sound(history.events(refund.key))[-1]
    assert (attempt.outcome, attempt.http_status, attempt.detail, attempt.raw) == (ACCEPTED.word, 200, "accepted", "{}")
    assert (event.before, event.after, event.data) == (State.SENDING, State.ACCEPTED, {})


def test_a_raw_answer_is_kept_up_to_its_cap(ledger: LedgerPort, kept: Kept) -> None:
    refund = ledger.record(new_refund(), NOW, second_yes=False)
    answered(ledger, refund, Accepted(Answer(200, "accepted", "ü" * 100_000), "REC1"))
    with kept.history() as history:
        [attempt] = sound(history.attempts(refund.key))
    assert attempt.raw == "ü" * LONGEST_RAW


def test_what_is_sendable_comes_oldest_first_and_only_of_the_account(ledger: LedgerPort) -> None:
    first, second, third = (record(ledger, 100, f"trip-{number}") for number in range(3))
    ledger.record(new_refund(trip="trip-9", endpoint=ANOTHER), NOW, second_yes=False)
    refund = ledger.get(second)
    assert refund is not None
    answered(ledger, refund, ACCEPTED)
    assert [refund.key for refund in ledger.sendable(ENDPOINT)] == [first, third]


# The account's gate


def test_a_rate_limit_closes_the_gate_for_the_account_until_it_is_over(ledger: LedgerPort) -> None:
    answered(ledger, ledger.record(new_refund(), NOW, second_yes=False), LIMITED)
    other = ledger.record(new_refund(trip="trip-2"), NOW, second_yes=False)
    elsewhere = ledger.record(new_refund(trip="trip-3", endpoint=ANOTHER), NOW, second_yes=False)
    assert ledger.begin(other, HOLDER, later(59.9)) is None
    assert ledger.get(other.key) == other
    assert ledger.begin(elsewhere, HOLDER, NOW) is not None
    assert ledger.begin(other, HOLDER, later(60)) is not None


def test_a_shorter_wait_never_shortens_the_gate_and_a_longer_one_does_lengthen_it(ledger: LedgerPort) -> None:
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


def test_opening_the_gate_ends_only_the_waits_that_rate_limits_asked_for(ledger: LedgerPort) -> None:
    def waiting(trip: str, outcome: Outcome, endpoint: str = ENDPOINT) -> Refund:
        refund = ledger.record(new_refund(trip=trip, endpoint=endpoint), NOW, second_yes=False)
        return answered(ledger, refund, outcome)

    busy = waiting("trip-1", Uncertain(Answer(503, "unavailable"), Doubt.UNAVAILABLE, 600.0))
    elsewhere = waiting("trip-2", LIMITED, ANOTHER)
    limited = waiting("trip-3", LIMITED)
    assert ledger.open_gate("a third account", "why", "eva", later(10)) is None
    assert ledger.open_gate(ENDPOINT, "why", "eva", later(61)) is None, "it is over by itself"
    opened = ledger.open_gate(ENDPOINT, "support said so", "eva", later(10))
    assert isinstance(opened, tuple)
    assert [(refund.key, refund.life.wait) for refund in opened] == [(limited.key, None)]
    assert ledger.gate(ENDPOINT) is None
    assert ledger.gate(ANOTHER) is not None
    assert [ledger.get(refund.key) for refund in (busy, elsewhere)] == [busy, elsewhere]


def test_after_a_reboot_waits_are_told_in_its_ticks_and_never_get_longer(ledger: LedgerPort) -> None:
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
    ledger.anchor(clock.now())
    assert ledger.gate(ENDPOINT) == gate
    assert gate.remaining(clock.now()) == 30.0


# Drafts


def test_a_draft_is_each_clerks_own_and_is_forgotten_when_emptied(ledger: LedgerPort, kept: Kept) -> None:
    typed = Draft(STORE, TRIP, "12,", "EUR", "1", "brok")
    ledger.save_draft("ana", typed, NOW)
    ledger.save_draft("ben", replace(typed, amount="1"), NOW)
    ledger.save_draft("ana", replace(typed, trip_id="trip-2"), later(1))
    ledger.save_draft("ana", replace(typed, amount="12,5"), later(2))
    with kept.history() as history:
        assert history.draft("ana", STORE, TRIP) == history.last_draft("ana") == replace(typed, amount="12,5")
        assert history.draft("ben", STORE, TRIP) == replace(typed, amount="1")
        assert history.draft("eva", STORE, TRIP) is history.last_draft("eva") is None
        ledger.save_draft("ana", Draft(STORE, TRIP), later(3))
        assert history.draft("ana", STORE, TRIP) is None
        assert history.last_draft("ana") == replace(typed, trip_id="trip-2")


def test_a_draft_is_found_and_forgotten_in_another_spelling_of_its_trip(ledger: LedgerPort, kept: Kept) -> None:
    ledger.save_draft("ana", Draft(STORE, TRIP.upper(), "12,", "EUR", "1", "brok"), NOW)
    with kept.history() as history:
        found = history.draft("ana", STORE, TRIP)
        assert found is not None
        assert (found.trip_id, found.amount) == (TRIP, "12,")
        assert found.saved_at == NOW.at
        ledger.record(new_refund(), NOW, second_yes=False)
        assert history.last_draft("ana") is None
        ledger.save_draft("ana", Draft(STORE, TRIP.upper(), "12,"), NOW)
        ledger.save_draft("ana", Draft(STORE, TRIP), later(1))
        assert history.last_draft("ana") is None
