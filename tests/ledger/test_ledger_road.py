"""A refund in the ledger, step by step: each decision is on disk, and nothing is sent during an open attempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refund_tui.core import lifecycle
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Accepted, Answer, Doubt, Outcome, RateLimited, Rejected, Uncertain, Unreachable
from refund_tui.core.refunds import Attempt, Refund, State
from refund_tui.core.rules import Refused
from refund_tui.core.waits import Policy
from refund_tui.desk.ports import LedgerPort
from tests.ledger.implementations import Kept
from tests.support.ledgers import (
    ENDPOINT,
    HOLDER,
    NOW,
    answered,
    later,
    new_refund,
    sending,
    sound,
)

YES = Accepted(Answer(200, "accepted"), "REC42")
CUT = Uncertain(Answer(None, "no answer came"), Doubt.TIMEOUT)
POLICY = Policy()


def record(ledger: LedgerPort, minor: int = 1250) -> Refund:
    return ledger.record(new_refund(minor), NOW, second_yes=True)


def stopped(ledger: LedgerPort, current: Refund, attempt: Attempt) -> Refund:
    """The refund after a person stopped it while its attempt was under way."""
    unknown = ledger.change(current, lifecycle.stop(current.life, attempt.started), "ana", NOW)
    assert unknown is not None
    return unknown


def test_each_change_is_told_by_one_event_and_raises_the_version(ledger: LedgerPort, kept: Kept) -> None:
    waiting = answered(ledger, record(ledger), CUT)
    done = answered(ledger, waiting, YES, later(60))
    assert (done.state, done.life.reconciliation_id, done.version) == (State.ACCEPTED, "REC42", 4)
    with kept.history() as history:
        events = [(event.kind, event.before, event.after) for event in sound(history.events(done.key))]
        attempts = [(each.number, each.outcome, each.http_status) for each in sound(history.attempts(done.key))]
    assert events == [
        ("recorded", None, State.QUEUED),
        ("attempt_started", State.QUEUED, State.SENDING),
        ("timeout", State.SENDING, State.WAITING),
        ("attempt_started", State.WAITING, State.SENDING),
        ("accepted", State.SENDING, State.ACCEPTED),
    ]
    assert attempts == [(1, "timeout", None), (2, "accepted", 200)]


@pytest.mark.parametrize(
    "outcome", [YES, CUT, RateLimited(Answer(429), 600.0), Rejected(Answer(400, "no")), Unreachable(Answer())]
)
def test_a_decision_is_on_disk_as_it_was_made(ledger: LedgerPort, outcome: Outcome) -> None:
    current, attempt = sending(ledger, record(ledger))
    decision = lifecycle.decide(current.life, outcome, attempt.started, NOW, POLICY, 0.5)
    done = ledger.finish(current, attempt, outcome, decision, "the desk", NOW)
    assert done is not None
    assert done.life == decision.life
    assert ledger.get(done.key) == done


def test_what_is_returned_is_what_is_on_disk_to_the_millisecond(ledger: LedgerPort) -> None:
    odd = replace(NOW, at=NOW.at + timedelta(microseconds=123_456))
    refund = ledger.record(new_refund(now=odd), odd, second_yes=False)
    assert refund == ledger.get(refund.key)
    done = answered(ledger, refund, YES, odd)
    assert done == ledger.get(done.key)


def test_all_of_an_intent_comes_back_from_another_process(ledger: LedgerPort, kept: Kept) -> None:
    plain = new_refund(note="Müll — “rotten”\n\x00")
    intent = replace(plain.intent, captured=Money(5000, "EUR"), window_closes=NOW.at + timedelta(days=1))
    refund = ledger.record(replace(plain, intent=intent, body=b"\x00\xff"), NOW, second_yes=False)
    assert (refund.intent, refund.body) == (intent, b"\x00\xff")
    with kept.ledger() as other:
        assert other.get(refund.key) == refund


def test_a_second_attempt_waits_until_the_first_has_ended(ledger: LedgerPort) -> None:
    current, attempt = sending(ledger, record(ledger))
    unknown = stopped(ledger, current, attempt)
    again = ledger.change(unknown, lifecycle.ask_again(unknown.life, NOW, POLICY), "ana", NOW)
    assert again is not None
    other = record(ledger, 700)
    assert ledger.begin(again, HOLDER, NOW) is None, "the first may still be on the wire"
    assert ledger.under_way(ENDPOINT) == [(again, attempt)], "so that it is taken over when its holder is dead"
    assert ledger.begin(other, HOLDER, NOW) is not None, "other refunds go on"
    late = lifecycle.decide(again.life, CUT, attempt.started, NOW, POLICY, 0.5)
    ended = ledger.finish(again, attempt, CUT, late, "the desk", NOW)
    assert ended is not None
    second = ledger.begin(ended, HOLDER, NOW)
    assert second is not None
    assert second.number == 2


def test_an_unknown_bars_its_trip_until_it_is_settled_with_evidence(ledger: LedgerPort, kept: Kept) -> None:
    unknown = stopped(ledger, *sending(ledger, record(ledger)))
    with pytest.raises(Refused, match="is UNKNOWN"):
        record(ledger, 100)
    evidence = {"reference": "Beleg Ü-7", "said_by": "bank"}
    assert ledger.change(unknown, lifecycle.settle(unknown.life, paid=False), "eve", later(5), evidence)
    assert record(ledger, 100).state is State.QUEUED
    with kept.history() as history:
        last = sound(history.events(unknown.key))[-1]
    assert (last.who, last.kind, last.at, last.data) == ("eve", "settled", later(5).at, evidence)
