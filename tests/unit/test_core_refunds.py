"""The properties of a refund, a trip, a draft and an outcome."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from refund_tui.core.money import Money
from refund_tui.core.outcomes import (
    Accepted,
    Answer,
    Doubt,
    NeedsRepair,
    Outcome,
    RateLimited,
    Rejected,
    Repair,
    Uncertain,
    Unreachable,
)
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import SETTLED, Draft, Event, Intent, Life, Refund, State, approval_of, evidence_of
from refund_tui.core.trips import Trip

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_what_each_state_means_for_the_money_and_for_the_desk() -> None:
    table = {state: (state.terminal, state.counts, state.sendable) for state in State}
    assert table == {
        State.AWAITING_APPROVAL: (False, True, False),
        State.QUEUED: (False, True, True),
        State.SENDING: (False, True, False),
        State.WAITING: (False, True, True),
        State.ACCEPTED: (True, True, False),
        State.REJECTED: (True, False, False),
        State.BLOCKED: (False, True, False),
        State.UNKNOWN: (False, True, False),
        State.CANCELLED: (True, False, False),
        State.SETTLED_PAID: (True, True, False),
        State.SETTLED_UNPAID: (True, False, False),
    }


def test_a_new_refund_is_queued_and_in_no_doubt() -> None:
    intent = Intent("STORE-001", "trip-1", Money(100, "EUR"), ReasonCode.OTHER)
    refund = Refund("key", "endpoint", intent, "clerk", b"{}", AT, AT)
    assert refund.life == Life(State.QUEUED)
    assert (refund.state, refund.open, refund.version) == (State.QUEUED, True, 0)
    life = refund.life
    assert (life.maybe_executed, life.asked, life.alarm, life.tries, life.doubts) == (False, False, False, 0, 0)
    closed = Refund("key", "endpoint", intent, "clerk", b"{}", AT, AT, Life(State.ACCEPTED))
    assert not closed.open


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Accepted(Answer()), "accepted"),
        (Rejected(Answer()), "rejected"),
        (RateLimited(Answer()), "rate_limited"),
        (NeedsRepair(Answer(), Repair.CREDENTIALS), "blocked_credentials"),
        (NeedsRepair(Answer(), Repair.TLS), "blocked_tls"),
        (Unreachable(Answer()), "unreachable"),
        (Uncertain(Answer(), Doubt.TIMEOUT), "timeout"),
        (Uncertain(Answer(), Doubt.PROCESS_DIED), "process_died"),
    ],
)
def test_each_outcome_has_its_word_in_the_ledger(outcome: Outcome, word: str) -> None:
    assert outcome.word == word


@pytest.mark.parametrize(
    ("draft", "empty"),
    [
        (Draft("STORE-001", "trip-1"), True),
        (Draft("STORE-001", "trip-1", currency="EUR"), True),
        (Draft("STORE-001", "trip-1", amount="5"), False),
        (Draft("STORE-001", "trip-1", reason="1"), False),
        (Draft("STORE-001", "trip-1", note="x"), False),
    ],
)
def test_a_draft_is_empty_until_something_is_typed(draft: Draft, empty: bool) -> None:
    assert draft.empty is empty


def test_a_trip_is_dated_by_its_start_or_else_by_its_end() -> None:
    later = AT.replace(hour=13)
    assert Trip("STORE-001", "trip-1", began=AT, ended=later).dated == AT
    assert Trip("STORE-001", "trip-1", ended=later).dated == later
    assert Trip("STORE-001", "trip-1").dated is None


def test_the_evidence_is_that_of_the_settlement_and_of_nothing_else() -> None:
    at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    settled = Event(2, "k", at, "ana", SETTLED, State.UNKNOWN, State.SETTLED_PAID, "settled", {"reference": "T-1"})
    other = Event(1, "k", at, "ana", "recorded", None, State.QUEUED, "asked for", {"asked": "hash"})
    assert evidence_of([other, settled]) == {"reference": "T-1"}
    assert evidence_of([other]) == {}


def test_the_approval_is_the_last_word_of_another_person() -> None:
    at = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    asked = Event(1, "k", at, "ana", "recorded", None, State.AWAITING_APPROVAL, "asked for")
    approved = Event(2, "k", at, "ben", "approved", State.AWAITING_APPROVAL, State.QUEUED, "approved by ben: fine")
    declined = Event(2, "k", at, "ben", "declined", State.AWAITING_APPROVAL, State.CANCELLED, "declined by ben: no")
    assert (approval_of([asked]), approval_of([asked, approved]), approval_of([declined])) == (None, approved, declined)
