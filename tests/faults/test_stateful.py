"""After random steps of clerks, crashes, clocks and the service, the ledger and the service's books agree.

For a longer run that prints its counts: `STATEFUL_EXAMPLES=500 python -m pytest -n0 -s tests/faults/test_stateful.py
-k whatever_happens`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from refund_tui.core import lease, lifecycle, waits
from refund_tui.core.approval import BY_NAME, Limits
from refund_tui.core.fields import new_key
from refund_tui.core.lifecycle import Decision, possible
from refund_tui.core.outcomes import Answer, Outcome, Uncertain, Unreachable
from refund_tui.core.refunds import Action, Life, Refund, State
from refund_tui.core.times import Instant
from refund_tui.core.waits import Policy
from refund_tui.desk import actions as acting
from refund_tui.desk import approvals
from refund_tui.desk.actions import Evidence
from refund_tui.desk.attempt_end import InFlight
from refund_tui.desk.sender import Sender
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks
from refund_tui.store.sqlite.ledger import Ledger
from tests.faults.premises import TRIPS
from tests.faults.shop import Shop

DEPTH = settings(
    max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "25")),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def test_whatever_happens_the_ledger_and_the_books_agree() -> None:
    Shop.seen_in_all.clear()
    run_state_machine_as_test(Shop, settings=DEPTH)
    print(", ".join(f"{count:,} {what}" for what, count in Shop.seen_in_all.items()))
    assert Shop.seen_in_all["requests"] >= Shop.seen_in_all["histories"] / 4, "too little was sent to show anything"


@contextmanager
def shop_played() -> Iterator[Shop]:
    """A shop whose steps a test chooses."""
    shop = Shop()
    try:
        yield shop
    finally:
        shop.teardown()


def test_a_desk_that_takes_no_answer_for_not_sent_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_if_not_sent(
        life: Life, outcome: Uncertain, _sent: Instant, now: Instant, policy: Policy, random: float
    ) -> Decision:
        return lifecycle._unreachable(life, Unreachable(outcome.answer), now, policy, random)

    monkeypatch.setattr(lifecycle, "_uncertain", as_if_not_sent)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        shop.send(clerk="ana", fault={"drop": "after"}, patient=False)
        [refund] = shop.refunds()
        shop.run(shop.desk("ben").act(refund.key, Action.CANCEL))
        with pytest.raises(AssertionError, match="CANCELLED, and the money moved"):
            shop.the_ledger_and_the_books_agree()


def test_a_desk_that_asks_again_under_a_new_id_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    sent, answer = set[str](), Sender.answer

    async def answer_anew(desk: Sender, in_flight: InFlight) -> Outcome:
        again, refund = in_flight.refund.key in sent, in_flight.refund
        sent.add(refund.key)
        anew = replace(refund, body=refund.body.replace(refund.key.encode(), new_key().encode()))
        return await answer(desk, replace(in_flight, refund=anew if again else refund))

    monkeypatch.setattr(Sender, "answer", answer_anew)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        shop.send(clerk="ana", fault={"drop": "after"}, patient=False)
        shop.the_ledger_and_the_books_agree()
        shop.send(clerk="ana", fault=None, patient=True)
        with pytest.raises(AssertionError, match="the ledger has no such id"):
            shop.the_ledger_and_the_books_agree()


def test_a_desk_that_takes_over_the_dead_without_doubt_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_doubt(detail: str = "the program ended") -> Outcome:
        return Unreachable(Answer(detail=detail))

    monkeypatch.setattr(lease, "process_died", without_doubt)
    with shop_played() as shop:
        shop.take(clerk="ben", trip=TRIPS[0], minor=500)
        shop.crash("ben", None, sent=True)
        shop.send("ben", {"status": 400}, patient=True)
        with pytest.raises(AssertionError, match="REJECTED, and the money moved"):
            shop.the_ledger_and_the_books_agree()


def test_a_desk_that_settles_during_an_attempt_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "possible", lambda life, under_way=False: possible(life))
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        shop.stands_still(clerk="ana")
        [refund] = shop.refunds()
        proof = Evidence(paid=False, reference="T-1", said_by="the processor", when="today")
        shop.run(shop.desk("ben").act(refund.key, Action.STOP))
        shop.run(shop.desk("ben").act(refund.key, Action.SETTLE, evidence=proof))
        shop.wake(0, fault=None)
        with pytest.raises(AssertionError, match="SETTLED_UNPAID, and the money moved"):
            shop.the_ledger_and_the_books_agree()


def test_a_desk_that_forgets_the_limit_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limits, "exceeded", lambda _limits, _amount, _before: None)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=2_000)
        shop.send(clerk="ana", fault=None, patient=True)
        shop.events_are_only_added()
        with pytest.raises(AssertionError, match="was sent, and nobody else approved it"):
            shop.nothing_is_sent_unapproved()


def test_a_desk_that_lets_the_asker_approve_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The events show who asked and who approved, and the sender reads them before each attempt."""
    monkeypatch.setattr(approvals, "told_apart_by", lambda _asker, _approver, **_by_name: BY_NAME)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=2_000)
        [refund] = shop.refunds()
        shop.run(shop.desk("ana").decide(refund.key, Action.APPROVE, "my own"))
        shop.send(clerk="ana", fault=None, patient=True)
        [refund] = shop.refunds()
        assert (refund.state, refund.life.alarm) == (State.BLOCKED, True)
        assert not shop.service.books.arrivals


def test_a_desk_that_takes_another_container_for_dead_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "may_take_over", lambda _started, alive, _now, _policy: alive is not True)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        shop.stands_still(clerk="ana")
        with pytest.raises(AssertionError, match="an attempt of another container was ended"):
            shop.send(clerk="ben", fault=None, patient=False)


def test_a_desk_that_sends_after_it_stood_still_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "too_late_to_send", lambda _started, _now, _policy: False)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        shop.stands_still(clerk="ana")
        shop.passes(1_000)
        [refund] = shop.refunds()
        proof = Evidence(paid=False, reference="T-1", said_by="the processor", when="today")
        shop.run(shop.desk("ben").act(refund.key, Action.STOP))
        shop.run(shop.desk("ben").act(refund.key, Action.SETTLE, evidence=proof))
        shop.wake(0, fault=None)
        with pytest.raises(AssertionError, match="SETTLED_UNPAID, and the money moved"):
            shop.the_ledger_and_the_books_agree()


def test_a_desk_that_trusts_the_ticks_alone_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def by_ticks(life: Life, now: Instant, policy: Policy) -> float:
        return policy.horizon - now.since(life.first_sent) if life.first_sent else policy.horizon

    monkeypatch.setattr(waits, "horizon_left", by_ticks)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        shop.send(clerk="ana", fault={"drop": "after"}, patient=False)
        shop.the_host_is_paused(90_000.0)
        shop.send(clerk="ana", fault=None, patient=True)
        with pytest.raises(AssertionError, match="was paid 2 times"):
            shop.the_ledger_and_the_books_agree()


def test_a_desk_that_sends_for_another_service_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def of_any(ledger: Ledger, _endpoint: str) -> list[Refund]:
        return sendable(ledger, shop.desk("ana").endpoint)

    sendable = Ledger.sendable
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        monkeypatch.setattr(Ledger, "sendable", of_any)
        with pytest.raises(AssertionError, match="left for a service that it was not made for"):
            shop.another_service_is_set()


def test_a_desk_that_believes_an_older_copy_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HighWaterMarks, "check", lambda _marks, _database: None)
    with shop_played() as shop:
        shop.take(clerk="ana", trip=TRIPS[0], minor=500)
        shop.an_older_copy_is_put_back(clerk="ana")
        shop.send(clerk="ana", fault=None, patient=False)
        with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
            shop.an_older_copy_is_put_back(clerk="ana")
