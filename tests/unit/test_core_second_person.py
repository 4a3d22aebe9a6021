"""When two people have asked for the same act, and what each of them is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from refund_tui.core.actor import Actor
from refund_tui.core.approval import BY_ACCOUNT, TOLD_APART_BY, Approver, Person
from refund_tui.core.refunds import Event
from refund_tui.core.second_person import (
    CEILING_SET,
    GATE_OPENED,
    LASTS,
    REQUEST,
    REQUESTS,
    already_asked,
    awaited,
    confirmed,
    first_person,
    open_requests,
)
from refund_tui.core.times import stamp
from tests.support.ledgers import NOW

ANA, BEN = Actor(uid="1", account="ana"), Actor(uid="2", account="ben")
GATE = {"endpoint": "account", "until": "2026-03-02T13:00"}
CEILING = {"store_id": "S", "trip_id": "T", "minor": "5000", "currency": "EUR"}


def event(seq: int, kind: str, data: dict[str, str], who: str = "ana", actor: Actor = ANA) -> Event:
    return Event(seq, None, NOW.at, who, kind, None, None, "why", data, actor)


ASKED = event(1, REQUESTS[GATE_OPENED], GATE)
APPROVER = Approver(Person("ben", BEN), entitled=True, named_by_key=False)


def test_a_request_waits_for_exactly_the_same_act() -> None:
    other = event(2, REQUESTS[GATE_OPENED], GATE | {"until": "2026-03-02T14:00"})
    assert open_requests(GATE_OPENED, GATE, [other, ASKED], NOW) == [ASKED]
    assert open_requests(CEILING_SET, CEILING, [other, ASKED], NOW) == []


def test_a_request_waits_for_a_day() -> None:
    old = replace(ASKED, at=NOW.at - LASTS - timedelta(seconds=1))
    assert open_requests(GATE_OPENED, GATE, [old], NOW) == []


@pytest.mark.parametrize(("kind", "data"), [(GATE_OPENED, GATE), (CEILING_SET, CEILING)])
def test_an_act_ends_the_requests_before_it(kind: str, data: dict[str, str]) -> None:
    before, after = event(1, REQUESTS[kind], data), event(3, REQUESTS[kind], data)
    assert open_requests(kind, data, [after, event(2, kind, data), before], NOW) == [after]


def test_an_act_on_another_thing_ends_no_request() -> None:
    elsewhere = event(2, GATE_OPENED, GATE | {"endpoint": "another account"})
    assert open_requests(GATE_OPENED, GATE, [elsewhere, ASKED], NOW) == [ASKED]


def test_an_approver_with_another_account_is_the_second_person() -> None:
    assert first_person([ASKED], APPROVER) == {
        "asked_by": "ana (account ana)", "asked_at": stamp(NOW.at), REQUEST: "1", TOLD_APART_BY: BY_ACCOUNT,
    }  # fmt: skip


@pytest.mark.parametrize(
    "by",
    [
        replace(APPROVER, entitled=False),
        Approver(Person("ana", ANA), entitled=True, named_by_key=False),
        Approver(Person("ben", ANA), entitled=True, named_by_key=False),
    ],
)
def test_who_asked_first_or_may_not_approve_is_no_second_person(by: Approver) -> None:
    assert first_person([ASKED], by) is None


def test_each_is_told_who_asked_and_what_is_missing() -> None:
    assert awaited([], APPROVER, NOW).words.startswith("Asked and recorded; an approver must do the same.")
    same = awaited([ASKED], Approver(Person("Ana", ANA), entitled=True, named_by_key=False), NOW).words
    assert "ana (account ana) asked for this" in same
    assert "recorded too" not in same
    assert "Your request is recorded too." in awaited([ASKED], replace(APPROVER, entitled=False), NOW).words
    assert already_asked([ASKED], APPROVER) is False


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"seq": 9}, False),
        ({"kind": "another"}, False),
        ({"data": {}}, False),
        ({"data": GATE | {"until": "later"}}, False),
        ({"who": "ben", "actor": BEN}, False),
    ],
)
def test_an_act_is_confirmed_by_an_earlier_request_of_another_person(change: dict[str, object], fits: bool) -> None:
    act = event(2, GATE_OPENED, GATE | {TOLD_APART_BY: BY_ACCOUNT}, "ben", BEN)
    assert confirmed(act, replace(ASKED, **change)) is fits  # type: ignore[arg-type]
    assert not confirmed(act, None)
