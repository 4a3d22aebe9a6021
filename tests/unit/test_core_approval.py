"""Which refunds need an approval, and who counts as another person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from refund_tui.core.actor import Actor
from refund_tui.core.approval import BY_ACCOUNT, BY_NAME, NO_LIMITS, Limits, Person, apart, told_apart_by
from refund_tui.core.money import Money

EACH = Limits({"EUR": Money(10_000, "EUR"), "JPY": Money(10_000, "JPY")})
DAY = Limits(day={"EUR": Money(30_000, "EUR")})


@pytest.mark.parametrize(
    ("limits", "amount", "before", "why"),
    [
        (NO_LIMITS, Money(10**9, "EUR"), 10**9, None),
        (EACH, Money(10_000, "EUR"), 10**9, None),
        (EACH, Money(10_001, "EUR"), 0, "100.01 EUR is above 100.00 EUR"),
        (EACH, Money(10_001, "JPY"), 0, "10001 JPY is above 10000 JPY"),
        (EACH, Money(1, "USD"), 0, "no limit is set for USD"),
        (DAY, Money(10_000, "EUR"), 20_000, None),
        (DAY, Money(10_000, "EUR"), 20_001, "with the other refunds of this day, 300.01 EUR is above 300.00 EUR"),
        (DAY, Money(1, "USD"), 0, "no limit is set for USD"),
    ],
)
def test_what_is_above_a_limit_needs_an_approval(limits: Limits, amount: Money, before: int, why: str | None) -> None:
    assert limits.exceeded(amount, before) == why


def test_a_day_begins_at_midnight_of_the_store() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert NO_LIMITS.day_began(late) == datetime(2026, 3, 2, tzinfo=UTC)
    assert Limits(zone=ZoneInfo("Europe/Berlin")).day_began(late) == datetime(2026, 3, 2, 23, tzinfo=UTC)


ANA, BEN = Actor(uid="1", account="ana"), Actor(uid="2", account="ben")
BOTH, NEITHER = (BY_ACCOUNT, BY_NAME), ()


@pytest.mark.parametrize(
    ("asker", "approver", "ways"),
    [
        (Person("ana", ANA), Person("ben", BEN), BOTH),
        (Person("ana", ANA), Person("ben", ANA), (BY_NAME,)),
        (Person("ana", ANA), Person("Ana", BEN), NEITHER),
        (Person("ana", Actor()), Person("ben", BEN), (BY_NAME,)),
        (Person("ana", ANA), Person("ben", Actor()), (BY_NAME,)),
        (Person("ana", ANA), Person("ben", Actor(uid="2", login_uid="1")), (BY_NAME,)),
        (Person("ana", Actor(uid="3", login_uid="1")), Person("ben", ANA), (BY_NAME,)),
        (Person("ana", Actor(uid="1", login_uid="1")), Person("ben", Actor(uid="2", login_uid="2")), BOTH),
        (Person("ana", ANA), Person("ben", Actor(uid="2", uid_map="0 2 1")), (BY_NAME,)),
        (Person("ana", replace(ANA, ssh_key="K1")), Person("ben", replace(ANA, ssh_key="K1")), NEITHER),
        (Person("ana", replace(ANA, ssh_key="K1")), Person("ben", replace(ANA, ssh_key="K2")), (BY_NAME,)),
        (Person("ana", Actor(uid="1", uid_map="0 9 9")), Person("ben", Actor(uid="2", uid_map="0 9 9")), BOTH),
    ],
)
def test_two_people_have_two_names_and_two_accounts(asker: Person, approver: Person, ways: tuple[str, ...]) -> None:
    assert tuple(way for way in (BY_ACCOUNT, BY_NAME) if apart(asker, approver, way)) == ways
    assert not apart(asker, approver, "")


@pytest.mark.parametrize(
    ("asker", "approver", "named_by_key", "way"),
    [
        (Person("ana", ANA), Person("ben", BEN), False, BY_ACCOUNT),
        (Person("ana", ANA), Person("ben", BEN), True, BY_ACCOUNT),
        (Person("ana", ANA), Person("ben", ANA), False, None),
        (Person("ana", ANA), Person("ben", ANA), True, BY_NAME),
        (Person("ana", ANA), Person("ana", ANA), True, None),
        (Person("ana", Actor(uid="3", login_uid="2")), Person("ben", BEN), True, None),
        (Person("ana", ANA), Person("ben", Actor(uid="1", uid_map="1 2 1")), True, None),
    ],
)
def test_names_count_only_on_an_account_where_each_name_is_a_person(
    asker: Person, approver: Person, named_by_key: bool, way: str | None
) -> None:
    assert told_apart_by(asker, approver, named_by_key=named_by_key) == way


def test_a_person_is_told_by_name_and_account() -> None:
    assert Person("ana", ANA).words == "ana (account ana)"
    assert Person("ana", Actor()).words == "ana"
