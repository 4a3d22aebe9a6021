"""The lifecycle of a refund: each row of the table of outcomes, each action and each wait, with all words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.core.evidence import Contradiction
from refund_tui.core.lease import expired, may_take_over, process_died, too_late_to_send
from refund_tui.core.lifecycle import (
    Decision,
    NotPossible,
    approve,
    ask_again,
    attempt_damaged,
    before_sending,
    cancel,
    decide,
    decide_late,
    decline,
    go_on,
    mark_maybe_executed,
    older_copy,
    possible,
    record_differs,
    sending,
    settle,
    stop,
    try_now,
)
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
from refund_tui.core.refunds import Action, Life, State
from refund_tui.core.times import Instant, Wait
from refund_tui.core.waits import Policy, horizon_left, left_to_wait, next_attempt

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SENT = Instant(NOON, "boot-1", 100.0)
POLICY = Policy()
SAID = Answer(detail="as it came")

YES = Accepted(SAID, "REC42")
NO = Rejected(SAID)
LIMITED = RateLimited(SAID, 600.0)
REPAIR = NeedsRepair(SAID, Repair.CREDENTIALS)
OFFLINE = Unreachable(SAID)
TIMEOUT = Uncertain(SAID, Doubt.TIMEOUT)
BUSY = Uncertain(SAID, Doubt.UNAVAILABLE, 120.0)

SENDING = Life(State.SENDING)
DOUBTED = Life(State.SENDING, maybe_executed=True, first_sent=SENT, tries=3, doubts=2)


def after(seconds: float) -> Instant:
    return Instant(NOON + timedelta(seconds=seconds), "boot-1", 100.0 + seconds)


def later(now: Instant, seconds: float) -> Instant:
    return Instant(now.at + timedelta(seconds=seconds), now.boot, now.ticks + seconds)


NOW = after(10)


def become(life: Life, outcome: Outcome, now: Instant = NOW, random: float = 0.5, policy: Policy = POLICY) -> Decision:
    return decide(life, outcome, after(5), now, policy, random)


# The table of outcomes, with the flag down and up.


def test_an_acceptance_closes_the_refund_and_clears_the_doubt() -> None:
    why = "the service accepted it, reconciliation id REC42"
    assert become(SENDING, YES) == Decision(Life(State.ACCEPTED, reconciliation_id="REC42", why=why), "accepted", why)
    told = become(DOUBTED, Accepted(SAID))
    why = "the service accepted it, without an id"
    assert told == Decision(Life(State.ACCEPTED, first_sent=SENT, why=why), "accepted", why)


def test_a_no_is_final_unless_an_earlier_attempt_may_have_been_executed() -> None:
    rejected = Life(State.REJECTED, why="as it came")
    assert become(replace(SENDING, tries=2), NO) == Decision(rejected, "rejected", "as it came")
    why = "as it came; that says nothing about the earlier attempt, which may have been executed"
    assert become(DOUBTED, NO) == Decision(replace(DOUBTED, state=State.UNKNOWN, why=why), "unknown", why)


@pytest.mark.parametrize("life", [SENDING, DOUBTED])
def test_a_rate_limit_waits_and_holds_the_account(life: Life) -> None:
    wait = Wait(NOW, 600.0)
    waiting = replace(life, state=State.WAITING, wait=wait, tries=life.tries + 1, why="as it came")
    assert become(life, LIMITED) == Decision(waiting, "rate_limited", "as it came", wait)


@pytest.mark.parametrize("life", [SENDING, DOUBTED])
def test_what_a_person_must_repair_blocks_it(life: Life) -> None:
    blocked = replace(life, state=State.BLOCKED, why="as it came")
    assert become(life, REPAIR) == Decision(blocked, "blocked", "as it came")
    assert become(replace(life, wait=Wait(SENT, 5.0)), REPAIR).life == blocked


@pytest.mark.parametrize("life", [SENDING, DOUBTED])
def test_a_dead_network_waits_with_backoff(life: Life) -> None:
    pause = 1.0 if life is SENDING else 8.0
    waiting = replace(life, state=State.WAITING, wait=Wait(NOW, pause), tries=life.tries + 1, why="as it came")
    assert become(life, OFFLINE) == Decision(waiting, "unreachable", "as it came")


def test_a_first_doubt_starts_horizon_and_backoff() -> None:
    waiting = Life(
        State.WAITING,
        maybe_executed=True,
        wait=Wait(NOW, 1.0),
        first_sent=after(5),
        tries=1,
        doubts=1,
        why="as it came",
    )
    assert become(replace(SENDING, tries=7), TIMEOUT) == Decision(waiting, "timeout", "as it came")


def test_a_further_doubt_keeps_the_horizon_and_lengthens_the_backoff() -> None:
    waiting = replace(DOUBTED, state=State.WAITING, wait=Wait(NOW, 8.0), tries=4, doubts=3, why="as it came")
    assert become(DOUBTED, TIMEOUT) == Decision(waiting, "timeout", "as it came")


def test_an_unavailable_service_is_waited_for_as_long_as_it_asks() -> None:
    assert become(SENDING, BUSY).life.wait == Wait(NOW, 120.0)
    assert become(SENDING, BUSY).kind == "unavailable"


def test_a_dead_process_is_a_doubt_about_its_attempt() -> None:
    died = decide(SENDING, process_died(), after(5), NOW, POLICY, 0.5)
    why = "the program ended while the answer was awaited"
    assert (died.kind, died.why) == ("process_died", why)
    assert died.life == replace(
        SENDING, state=State.WAITING, maybe_executed=True, first_sent=after(5), wait=Wait(NOW, 1.0), tries=1, doubts=1,
        why=why,
    )  # fmt: skip


def test_no_count_of_doubts_ends_the_asking_and_the_distance_grows_to_minutes() -> None:
    often = replace(DOUBTED, tries=200, doubts=200)
    assert become(often, TIMEOUT).life.wait == Wait(NOW, 300.0)
    assert become(often, TIMEOUT, random=0.999).life.wait == Wait(NOW, 599.4)


def test_an_outage_of_ten_minutes_is_asked_through() -> None:
    life, now = SENDING, NOW
    while now.since(NOW) < 600:
        life = decide(life, Uncertain(SAID, Doubt.SERVER_ERROR), now, now, POLICY, 0.999).life
        assert (life.state, life.maybe_executed) == (State.WAITING, True)
        assert life.wait is not None
        now = later(now, life.wait.remaining(now))
        life = sending(life)
    assert decide(life, Accepted(SAID, "REC1"), now, now, POLICY, 0.5).life.state is State.ACCEPTED


def test_only_the_key_horizon_ends_the_asking_and_says_how_often_it_was_asked() -> None:
    asked = replace(DOUBTED, doubts=99, first_sent=after(-POLICY.horizon + 5))
    ended = become(asked, TIMEOUT)
    assert ended.life.state is State.UNKNOWN
    assert "attempts without a clear answer: 100; by the time it may be asked again" in ended.why


# Waits.


@pytest.mark.parametrize(
    ("asked_for", "seconds"),
    [(0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (3.0, 3.0), (600.0, 600.0), (172_800.0, 172_800.0), (2.0**31, 604_800.0)],
)
def test_what_the_service_asks_for_is_a_minimum_within_the_refund_window(asked_for: float, seconds: float) -> None:
    assert become(SENDING, RateLimited(SAID, asked_for), random=0.0).life.wait == Wait(NOW, seconds)


@pytest.mark.parametrize(
    ("tries", "random", "seconds"),
    [
        (0, 0.0, 1.0),
        (0, 0.999, 1.998),
        (1, 0.75, 3.0),
        (4, 0.5, 16.0),
        (5, 0.5, 32.0),
        (6, 0.25, 32.0),
        (8, 0.5, 256.0),
        (9, 0.5, 300.0),
        (10_000, 0.5, 300.0),
    ],
)
def test_without_being_asked_it_waits_with_full_jitter_up_to_ten_minutes(
    tries: int, random: float, seconds: float
) -> None:
    for outcome in (OFFLINE, RateLimited(SAID)):
        wait = become(replace(SENDING, tries=tries), outcome, random=random).life.wait
        assert wait is not None
        assert wait.seconds == pytest.approx(seconds)


def test_the_exponent_of_the_backoff_is_bounded() -> None:
    policy = Policy(base=1.0, cap=2.0**40)
    for tries, seconds in ((29, 2.0**28), (30, 2.0**29), (31, 2.0**29)):
        wait = become(replace(SENDING, tries=tries), OFFLINE, policy=policy).life.wait
        assert wait == Wait(NOW, seconds)


# The key horizon.


@pytest.mark.parametrize(
    ("life", "now", "seconds"),
    [
        (SENDING, NOW, 86_400.0),
        (DOUBTED, after(0), 86_400.0),
        (DOUBTED, after(86_399), 1.0),
        (DOUBTED, after(86_400), 0.0),
        (DOUBTED, after(90_000), 0.0),
        (replace(DOUBTED, first_sent=None), NOW, 0.0),
        (DOUBTED, Instant(NOON + timedelta(seconds=60), "boot-2", 5.0), 86_340.0),
        (DOUBTED, Instant(NOON - timedelta(seconds=1), "boot-2", 5.0), 0.0),
        (DOUBTED, Instant(NOON - timedelta(days=9), "boot-1", 160.0), 86_340.0),
        (DOUBTED, Instant(NOON + timedelta(hours=1), "boot-1", 160.0), 82_800.0),
        (DOUBTED, Instant(NOON + timedelta(hours=25), "boot-1", 160.0), 0.0),
    ],
)
def test_how_long_the_same_key_can_safely_be_asked(life: Life, now: Instant, seconds: float) -> None:
    assert horizon_left(life, now, POLICY) == seconds


@pytest.mark.parametrize("outcome", [OFFLINE, LIMITED, BUSY, TIMEOUT])
def test_what_could_only_be_asked_after_the_horizon_is_unknown_at_once(outcome: Outcome) -> None:
    given_up = become(DOUBTED, outcome, now=after(86_400))
    asked = f"attempts without a clear answer: {given_up.life.doubts}"
    why = f"as it came; {asked}; by the time it may be asked again, asking may pay twice"
    assert (given_up.life.state, given_up.kind, given_up.why) == (State.UNKNOWN, "unknown", why)
    assert (given_up.life.maybe_executed, given_up.life.wait, given_up.life.why) == (True, None, why)
    assert (given_up.gate is not None) is (outcome is LIMITED), "the account is held all the same"


def test_a_wait_that_ends_with_the_horizon_is_too_long() -> None:
    assert become(DOUBTED, LIMITED, now=after(85_799)).life.state is State.WAITING
    assert become(DOUBTED, LIMITED, now=after(85_800)).life.state is State.UNKNOWN
    assert become(SENDING, RateLimited(SAID, 9e9), now=after(9e5)).life.state is State.WAITING


def test_nothing_is_sent_by_itself_past_the_horizon() -> None:
    waiting = replace(DOUBTED, state=State.WAITING, wait=Wait(NOW, 1.0))
    assert before_sending(waiting, None, after(86_399), POLICY) is None
    passed = "1 d 0 h have passed since it was first sent"
    why = f"{passed}: asking again may pay twice, so it is no longer asked automatically"
    given_up = replace(waiting, state=State.UNKNOWN, wait=None, why=why)
    assert before_sending(waiting, None, after(86_400), POLICY) == Decision(given_up, "key_horizon_passed", why)
    assert before_sending(replace(waiting, asked=True), None, after(86_400), POLICY) is None


def test_a_queued_refund_is_not_sent_after_its_window() -> None:
    queued = Life(State.QUEUED, wait=Wait(SENT, 1.0))
    why = "the refund window closed before the service took it; no money moved: cancel it, or go on to ask anyway"
    blocked = Life(State.BLOCKED, why=why)
    assert before_sending(queued, NOON + timedelta(seconds=11), NOW, POLICY) is None
    assert before_sending(queued, None, NOW, POLICY) is None
    assert before_sending(queued, NOON + timedelta(seconds=10), NOW, POLICY) == Decision(blocked, "window_closed", why)
    assert before_sending(go_on(blocked).life, NOON, NOW, POLICY) is None


def test_a_doubt_is_cleared_up_even_after_the_window() -> None:
    assert before_sending(replace(DOUBTED, state=State.WAITING), NOON, NOW, POLICY) is None


def test_an_attempt_ends_the_wait_and_the_persons_permission() -> None:
    waiting = Life(State.WAITING, wait=Wait(SENT, 5.0), asked=True, tries=3)
    assert sending(waiting) == Life(State.SENDING, tries=3)


# What a person can do.


@pytest.mark.parametrize(
    ("state", "certain", "in_doubt"),
    [
        (
            State.AWAITING_APPROVAL,
            {Action.APPROVE, Action.DECLINE, Action.CANCEL},
            {Action.APPROVE, Action.STOP},
        ),
        (State.QUEUED, {Action.CANCEL}, {Action.STOP}),
        (State.WAITING, {Action.CANCEL}, {Action.STOP}),
        (State.SENDING, {Action.STOP}, {Action.STOP}),
        (State.BLOCKED, {Action.GO_ON, Action.CANCEL}, {Action.GO_ON, Action.STOP}),
        (State.UNKNOWN, {Action.ASK_AGAIN, Action.SETTLE}, {Action.ASK_AGAIN, Action.SETTLE}),
        (State.ACCEPTED, set(), set()),
        (State.REJECTED, set(), set()),
        (State.CANCELLED, set(), set()),
        (State.SETTLED_PAID, set(), set()),
        (State.SETTLED_UNPAID, set(), set()),
    ],
)
def test_what_a_person_can_do_depends_on_the_doubt(state: State, certain: set[Action], in_doubt: set[Action]) -> None:
    assert possible(Life(state)) == certain
    assert possible(Life(state, maybe_executed=True)) == in_doubt


@pytest.mark.parametrize("state", State)
def test_settling_waits_for_an_attempt_under_way_and_nothing_else_does(state: State) -> None:
    life = Life(state, maybe_executed=True)
    assert possible(life) - possible(life, under_way=True) == ({Action.SETTLE} if state is State.UNKNOWN else set())


UNKNOWN = replace(DOUBTED, state=State.UNKNOWN)


@pytest.mark.parametrize(("now", "leave"), [(after(86_399), False), (after(86_400), True)])
def test_asking_again_starts_afresh_and_gives_leave_only_past_the_horizon(now: Instant, leave: bool) -> None:
    why = "asked again by a person, with the same id and the same bytes"
    waiting = Life(State.WAITING, maybe_executed=True, first_sent=SENT, asked=leave, why=why)
    assert ask_again(UNKNOWN, now, POLICY) == Decision(waiting, "asked_again", why)


def test_going_on_is_no_leave_to_pay_twice() -> None:
    why = "continued after the repair"
    blocked = replace(DOUBTED, state=State.BLOCKED)
    waiting = Life(State.WAITING, maybe_executed=True, first_sent=SENT, why=why)
    assert go_on(blocked) == Decision(waiting, "went_on", why)
    certain = Life(State.BLOCKED, tries=4, wait=Wait(SENT, 5.0))
    assert go_on(certain) == Decision(Life(State.WAITING, asked=True, why=why), "went_on", why)


@pytest.mark.parametrize("life", [SENDING, DOUBTED])
@pytest.mark.parametrize("outcome", [LIMITED, BUSY])
def test_a_person_can_end_a_wait_whoever_asked_for_it_and_nothing_else_changes(life: Life, outcome: Outcome) -> None:
    waiting = become(life, outcome).life
    assert Action.TRY_NOW in possible(waiting)
    why = "its wait was ended by a person: the next attempt goes with the same id and the same bytes"
    assert try_now(waiting) == Decision(replace(waiting, wait=None, why=why), "wait_ended", why)
    assert Action.TRY_NOW not in possible(try_now(waiting).life)


def test_ending_a_wait_is_no_leave_to_pay_twice() -> None:
    waiting = become(DOUBTED, BUSY).life
    forbidden = before_sending(try_now(waiting).life, None, after(86_400), POLICY)
    assert forbidden is not None
    assert forbidden.life.state is State.UNKNOWN


def test_a_cancelled_refund_moved_nothing() -> None:
    why = "cancelled before it could be executed; no money moved"
    cancelled = Decision(Life(State.CANCELLED, why=why), "cancelled", why)
    assert cancel(Life(State.WAITING, wait=Wait(SENT, 5.0), tries=3)) == cancelled


AWAITING = Life(State.AWAITING_APPROVAL, why="200.00 EUR is above 100.00 EUR")


def test_what_another_person_approved_is_sent_and_gets_no_other_permission() -> None:
    why = "approved by ben: seen the receipt"
    assert approve(AWAITING, "ben", "seen the receipt") == Decision(Life(State.QUEUED, why=why), "approved", why)
    doubted = replace(AWAITING, maybe_executed=True, first_sent=SENT)
    assert approve(doubted, "ben", "fine").life == replace(doubted, state=State.QUEUED, why="approved by ben: fine")


def test_what_another_person_declined_moved_nothing() -> None:
    why = "declined by ben: wrong trip"
    assert decline(AWAITING, "ben", "wrong trip") == Decision(Life(State.CANCELLED, why=why), "declined", why)


def test_stopping_leaves_a_doubt_that_began_with_the_attempt() -> None:
    why = "stopped by a person; it may have been executed"
    stopped = Life(State.UNKNOWN, maybe_executed=True, first_sent=after(5), why=why)
    assert stop(SENDING, after(5)) == Decision(stopped, "stopped", why)
    assert stop(DOUBTED, after(5)).life.first_sent == SENT
    assert not stop(replace(DOUBTED, state=State.WAITING, asked=True), None).life.asked, "the leave ends with it"


@pytest.mark.parametrize(
    ("paid", "state", "why"),
    [
        (True, State.SETTLED_PAID, "settled by a person: the shopper was paid"),
        (False, State.SETTLED_UNPAID, "settled by a person: the shopper was not paid"),
    ],
)
def test_settling_ends_the_doubt(paid: bool, state: State, why: str) -> None:
    assert settle(UNKNOWN, paid=paid) == Decision(Life(state, first_sent=SENT, why=why), "settled", why)


def test_what_is_not_possible_is_refused_with_the_reason() -> None:
    def refused(act: object) -> str:
        with pytest.raises(NotPossible) as caught:
            act()  # type: ignore[operator]
        return str(caught.value)

    certain = Life(State.QUEUED)
    assert refused(lambda: cancel(DOUBTED)) == "cancel is not possible now: it may have been executed"
    assert refused(lambda: approve(certain, "ben", "fine")) == "approve is not possible now: it is QUEUED"
    assert refused(lambda: decline(certain, "ben", "no")) == "decline is not possible now: it is QUEUED"
    assert refused(lambda: ask_again(certain, NOW, POLICY)) == "ask again is not possible now: it is QUEUED"
    assert refused(lambda: go_on(certain)) == "go on is not possible now: it is QUEUED"
    assert refused(lambda: stop(certain, None)) == "stop is not possible now: it is QUEUED"
    assert refused(lambda: settle(SENDING, paid=True)) == "settle is not possible now: it is SENDING"


# Answers that come when nobody waits for them any more.


@pytest.mark.parametrize("state", [State.UNKNOWN, State.WAITING, State.BLOCKED, State.QUEUED])
def test_a_late_acceptance_counts(state: State) -> None:
    assert become(replace(DOUBTED, state=state), YES).life.state is State.ACCEPTED


@pytest.mark.parametrize("state", [State.REJECTED, State.CANCELLED, State.SETTLED_PAID, State.SETTLED_UNPAID])
def test_a_yes_for_what_was_closed_raises_the_alarm_and_changes_no_state(state: State) -> None:
    why = f"the service accepted it (reconciliation id REC42) after it was closed as {state}: check the books"
    alarmed = Life(state, alarm=True, reconciliation_id="REC42", why=why)
    assert become(Life(state), YES) == Decision(alarmed, "late_acceptance", why)
    without = become(Life(state, reconciliation_id="REC1"), Accepted(SAID))
    assert without.life.reconciliation_id == "REC1"
    assert without.why == f"the service accepted it (without an id) after it was closed as {state}: check the books"


def test_a_second_yes_changes_nothing_but_may_bring_the_id() -> None:
    accepted = Life(State.ACCEPTED, reconciliation_id="REC42", why="before")
    again = Decision(accepted, "accepted_again", "the service accepted it again")
    assert become(accepted, YES) == again
    assert become(accepted, Accepted(SAID)) == again
    assert become(replace(accepted, reconciliation_id=None), YES) == again


def test_a_second_yes_under_another_id_raises_the_alarm() -> None:
    accepted = Life(State.ACCEPTED, reconciliation_id="REC1")
    why = "the service accepted it as REC1 and as REC42: it may have been paid twice, check the books"
    assert become(accepted, YES) == Decision(replace(accepted, alarm=True, why=why), "accepted_twice", why)


@pytest.mark.parametrize("outcome", [NO, REPAIR, OFFLINE])
@pytest.mark.parametrize("state", [state for state in State if state is not State.SENDING])
def test_a_late_answer_that_is_no_yes_changes_nothing(state: State, outcome: Outcome) -> None:
    life = replace(DOUBTED, state=state)
    assert become(life, outcome) == Decision(life, "late_answer", "as it came")


def test_a_late_rate_limit_still_holds_the_account() -> None:
    assert become(UNKNOWN, LIMITED) == Decision(UNKNOWN, "late_answer", "as it came", Wait(NOW, 600.0))
    assert become(UNKNOWN, RateLimited(SAID)).gate == Wait(NOW, 8.0)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.SETTLED_PAID])
def test_a_late_doubt_about_what_was_paid_changes_nothing(state: State) -> None:
    assert become(Life(state), TIMEOUT) == Decision(Life(state), "late_answer", "as it came")


def test_a_late_doubt_about_what_was_closed_unpaid_raises_the_alarm() -> None:
    why = "an attempt ended in doubt after it was closed as SETTLED_UNPAID: check the books (as it came)"
    alarmed = Life(State.SETTLED_UNPAID, alarm=True, why=why)
    assert become(Life(State.SETTLED_UNPAID), TIMEOUT) == Decision(alarmed, "late_doubt", why)


def test_a_late_doubt_is_kept_with_its_beginning() -> None:
    blocked = Life(State.BLOCKED)
    doubted = replace(blocked, maybe_executed=True, first_sent=after(5))
    assert become(blocked, TIMEOUT) == Decision(doubted, "late_answer", "as it came")
    assert become(UNKNOWN, TIMEOUT).life == UNKNOWN


# Whatever happened before.

LIVES = st.builds(
    Life,
    st.sampled_from(State),
    st.booleans(),
    st.none(),
    st.sampled_from([None, SENT]),
    st.integers(0, 40),
    st.integers(0, 9),
    st.booleans(),
)
OUTCOMES = st.sampled_from([YES, NO, LIMITED, REPAIR, OFFLINE, TIMEOUT, BUSY])


@given(life=LIVES, outcome=OUTCOMES, seconds=st.floats(0, 2e5), random=st.floats(0, 1, exclude_max=True))
def test_no_answer_lowers_a_doubt_reopens_an_end_or_waits_too_long(
    life: Life, outcome: Outcome, seconds: float, random: float
) -> None:
    decision = become(life, outcome, now=after(seconds), random=random)
    new = decision.life
    if life.state.terminal:
        assert new.state is life.state
    if life.maybe_executed:
        assert new.maybe_executed or new.state is State.ACCEPTED
        assert new.state not in (State.REJECTED, State.CANCELLED) or life.state is new.state
    if new.wait is not None:
        assert POLICY.least <= new.wait.seconds <= max(POLICY.cap, 600.0)
        assert new.state is State.WAITING
    assert new.state is not State.SENDING


@pytest.mark.parametrize("outcome", [NO, REPAIR, OFFLINE])
def test_an_answer_to_an_attempt_that_was_taken_over_decides_nothing_about_the_next(outcome: Outcome) -> None:
    assert decide_late(DOUBTED, outcome, after(5), NOW, POLICY, 0.5) == Decision(DOUBTED, "late_answer", "as it came")


def test_a_yes_to_an_attempt_that_was_taken_over_is_a_yes() -> None:
    assert decide_late(DOUBTED, YES, after(5), NOW, POLICY, 0.5) == become(DOUBTED, YES)


# How long an attempt can be under way.


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (after(899.9), False),
        (after(900), True),
        (Instant(NOON + timedelta(days=2), "boot-1", 999.9), False),
        (Instant(NOON - timedelta(days=2), "boot-1", 1_000.0), True),
        (Instant(NOON + timedelta(seconds=899), "boot-2", 5_000.0), False),
        (Instant(NOON + timedelta(seconds=900), "boot-2", 5.0), True),
        (Instant(NOON - timedelta(seconds=899), "boot-2", 5_000.0), False),
        (Instant(NOON - timedelta(seconds=900), "boot-2", 5.0), True),
    ],
)
def test_the_age_of_an_attempt_is_measured_by_ticks_within_a_boot_and_by_the_wall_clock_after_it(
    now: Instant, over: bool
) -> None:
    assert expired(SENT, now, POLICY) is over
    assert may_take_over(SENT, None, now, POLICY) is over
    assert not may_take_over(SENT, True, now, POLICY), "one that lives is let alone"
    assert may_take_over(SENT, False, now, POLICY), "one that is gone is not waited for"


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (after(60), False),
        (after(60.1), True),
        (Instant(NOON + timedelta(seconds=61), "boot-1", 100.0), True),
        (Instant(NOON - timedelta(seconds=61), "boot-1", 161.0), True),
    ],
)
def test_a_request_that_stood_still_before_it_left_is_not_sent(now: Instant, late: bool) -> None:
    assert too_late_to_send(SENT, now, POLICY) is late


# What a record that was altered or cannot be read means.


@pytest.mark.parametrize(
    ("life", "said"),
    [
        (Life(State.WAITING, wait=Wait(NOW, 5.0)),
         "no earlier attempt can have moved money. Put a good copy of the ledger in its place, or cancel this refund"),
        (replace(DOUBTED, state=State.WAITING, wait=Wait(NOW, 5.0)),
         "an earlier attempt may have moved money, and the amount is not known. Put a good copy of the ledger in its "
         "place, or stop this refund"),
    ],
)  # fmt: skip
def test_a_refund_whose_bytes_were_altered_is_blocked_with_an_alarm_until_a_person_has_looked(
    life: Life, said: str
) -> None:
    why = f"the record was altered: the amounts differ. Nothing was sent now; {said}"
    expected = replace(life, state=State.BLOCKED, wait=None, alarm=True, why=why)
    found = Contradiction("the amounts differ", of_life=False)
    assert record_differs(life, found, NOW) == Decision(expected, "record_differs", why)


def test_where_its_life_was_altered_too_it_counts_as_possibly_paid_since_it_was_made() -> None:
    found = Contradiction("state is WAITING, and its events say UNKNOWN", of_life=True)
    life = record_differs(Life(State.WAITING), found, NOW).life
    assert (life.maybe_executed, life.first_sent, life.state) == (True, NOW, State.BLOCKED)
    assert "an earlier attempt may have moved money" in life.why


def test_an_open_attempt_that_cannot_be_read_may_have_been_executed_and_is_not_sent_again() -> None:
    why = "attempt 2 cannot be read: whether its request left is not known, so nothing is sent again by itself"
    life = replace(SENDING, asked=True, wait=Wait(NOW, 5.0))
    expected = Life(State.UNKNOWN, maybe_executed=True, why=why)
    assert attempt_damaged(life, "attempt 2 cannot be read") == Decision(expected, "attempt_damaged", why)


def test_a_refund_of_which_something_is_not_known_may_have_been_sent_since_then() -> None:
    assert mark_maybe_executed(Life(State.QUEUED), NOW) == Life(State.QUEUED, maybe_executed=True, first_sent=NOW)
    assert mark_maybe_executed(DOUBTED, NOW) == DOUBTED


def test_what_is_open_in_an_older_copy_waits_for_a_person() -> None:
    why = "it may be older: find out whether the shopper was paid; before that: as it came"
    life = Life(State.WAITING, wait=Wait(NOW, 5.0), asked=True, why="as it came")
    expected = Life(State.UNKNOWN, maybe_executed=True, why=why)
    assert older_copy(life, "it may be older") == Decision(expected, "older_copy", why)
    assert older_copy(Life(State.QUEUED), "it").why == "it: find out whether the shopper was paid"


@pytest.mark.parametrize("life", [Life(State.QUEUED), DOUBTED])
def test_asking_again_what_an_older_copy_had_open_is_never_safe_and_one_permission_is_for_one_attempt(
    life: Life,
) -> None:
    doubtful = older_copy(life, "it").life
    assert horizon_left(doubtful, NOW, POLICY) == 0
    asked = ask_again(doubtful, NOW, POLICY).life
    assert asked.asked
    after = decide(sending(asked), TIMEOUT, NOW, NOW, POLICY, 0.5).life
    assert (after.state, after.first_sent) == (State.UNKNOWN, None)
    assert decide_late(doubtful, TIMEOUT, SENT, NOW, POLICY, 0.5).life.first_sent is None


def test_what_is_closed_in_an_older_copy_stays_closed_with_an_alarm() -> None:
    life = older_copy(Life(State.CANCELLED), "it was ACCEPTED").life
    assert (life.state, life.alarm, life.maybe_executed) == (State.CANCELLED, True, False)


def test_a_refund_waits_for_its_own_wait_and_for_the_accounts() -> None:
    waiting, gate = Life(State.WAITING, wait=Wait(SENT, 30.0)), Wait(SENT, 90.0)
    assert left_to_wait(waiting, None, SENT) == 30.0
    assert left_to_wait(waiting, gate, SENT) == left_to_wait(Life(State.QUEUED), gate, SENT) == 90.0
    assert left_to_wait(Life(State.QUEUED), None, SENT) == 0.0


@pytest.mark.parametrize("state", [state for state in State if not state.sendable])
def test_what_the_desk_does_not_send_waits_for_nothing(state: State) -> None:
    assert left_to_wait(Life(state), Wait(SENT, 90.0), SENT) == 0.0
    assert next_attempt(Life(state), Wait(SENT, 90.0), SENT) is None


def test_the_next_attempt_is_at_the_later_end_of_both_waits() -> None:
    waiting, gate = Life(State.WAITING, wait=Wait(SENT, 30.0)), Wait(SENT, 90.0)
    assert next_attempt(waiting, None, SENT) == SENT.at + timedelta(seconds=30)
    assert next_attempt(waiting, gate, SENT) == next_attempt(Life(State.QUEUED), gate, SENT)
    assert next_attempt(Life(State.QUEUED), gate, SENT) == SENT.at + timedelta(seconds=90)
    assert next_attempt(Life(State.QUEUED), None, SENT) is None
    assert next_attempt(waiting, None, Instant(SENT.at, SENT.boot, SENT.ticks + 30)) is None


def test_the_next_attempt_is_told_by_the_wall_clock_as_it_is_now() -> None:
    waiting = Life(State.WAITING, wait=Wait(SENT, 30.0))
    set_back = Instant(SENT.at - timedelta(hours=1), SENT.boot, SENT.ticks + 10)
    assert next_attempt(waiting, None, set_back) == set_back.at + timedelta(seconds=20)
    a_bit_late = Instant(SENT.at + timedelta(seconds=10.4), SENT.boot, SENT.ticks + 10)
    assert next_attempt(waiting, None, a_bit_late) == SENT.at + timedelta(seconds=30)
