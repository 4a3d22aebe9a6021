"""The receipt says only what the state proves, fits 40 columns, and contains no control character."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.receipt import receipt
from refund_tui.core.refunds import Event, Intent, Life, Refund, State

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
INTENT = Intent("STORE-001", "trip-1", Money(1250, "EUR"), ReasonCode.EXPIRED_ITEM)
REFUND = Refund("550e8400-e29b-41d4-a716-446655440000", "endpoint", INTENT, "anna", b"{}", AT, AT)
NEWLINE = "\n"
BERLIN = ZoneInfo("Europe/Berlin")


def of(life: Life, *, copy: bool = False) -> str:
    return receipt(replace(REFUND, life=life), AT.replace(hour=13), BERLIN, copy=copy)


def test_a_receipt_as_it_is_printed() -> None:
    assert of(Life(State.ACCEPTED, reconciliation_id="REC42")) == (
        "                 REFUND\n"
        "\n"
        "Store                          STORE-001\n"
        "Trip                              trip-1\n"
        "Asked               2026-03-02 13:00 CET\n"
        "Printed             2026-03-02 14:00 CET\n"
        "Clerk                               anna\n"
        "Reason                     past its date\n"
        "Request\n"
        "  550e8400-e29b-41d4-a716-446655440000\n"
        "Reference                          REC42\n"
        "----------------------------------------\n"
        "Amount                         12.50 EUR\n"
        "----------------------------------------\n"
        "The refund was accepted by the payment\n"
        "service. It reaches the card within a\n"
        "few days.\n"
    )


@pytest.mark.parametrize(
    ("life", "says"),
    [
        (Life(State.REJECTED), "The refund was rejected. No money was moved."),
        (Life(State.CANCELLED), "The refund was cancelled. No money was moved."),
        (Life(State.SETTLED_PAID), "Checked by hand: the refund was paid."),
        (Life(State.SETTLED_UNPAID), "Checked by hand: the refund was not paid."),
        (Life(State.UNKNOWN, maybe_executed=True), "The refund was asked for and is not decided yet."),
        (Life(State.SETTLED_UNPAID, alarm=True),
         "The payment service and the books disagree about this refund: ask the store's back office."),
    ],
)  # fmt: skip
def test_a_receipt_says_what_became_of_the_money(life: Life, says: str) -> None:
    text = of(life)
    assert " ".join(text.rpartition("-" * 40)[2].split()) == says
    assert "Reference                     none given" in text


def test_every_print_but_the_first_is_marked() -> None:
    assert of(Life(State.ACCEPTED), copy=True).splitlines()[0] == "             REFUND - COPY"


def test_long_and_hostile_values_are_folded_and_made_harmless() -> None:
    intent = replace(INTENT, trip_id="x" * 100, store_id="S" * 36)
    hostile = replace(REFUND, intent=intent, clerk="\x1b[31mmallory" + "y" * 26)
    text = receipt(hostile, AT, UTC, copy=False)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) == 40
    assert f"Store\n  {'S' * 36}\nTrip\n  {'x' * 38}\n  {'x' * 38}\n  {'x' * 24}\n" in text
    endless = receipt(replace(REFUND, clerk="y" * 400), AT, UTC, copy=False)
    assert f"Clerk\n{('  ' + 'y' * 38 + NEWLINE) * 8}  {'y' * 15}…\n" in endless
    fits = replace(REFUND, intent=replace(INTENT, store_id="S" * 34))
    assert f"Store {'S' * 34}\n" in receipt(fits, AT, UTC, copy=False)
    assert "Asked               2026-03-02 12:00 UTC\n" in text


def test_a_reference_is_never_cut_and_one_that_is_too_long_is_marked() -> None:
    plain, long = of(Life(State.ACCEPTED, reconciliation_id="R" * 64)), "R" * 4_999 + "X"
    marked = of(Life(State.ACCEPTED, reconciliation_id=long))
    assert "characters" not in plain
    assert long in "".join(marked.split())
    assert "5000 characters, not cut; the contract" in " ".join(marked.split())


@pytest.mark.parametrize("kind", ["approved", "declined"])
def test_who_approved_or_declined_stands_below_the_clerk(kind: str) -> None:
    decision = Event(2, REFUND.key, AT, "ben", kind, State.AWAITING_APPROVAL, State.QUEUED, "")
    text = receipt(REFUND, AT, BERLIN, copy=False, approval=decision)
    name = kind.capitalize()
    assert f"Clerk                               anna\n{name}{'ben':>{40 - len(name)}}\n" in text


def test_what_awaits_an_approval_was_not_sent() -> None:
    awaiting = Life(State.AWAITING_APPROVAL)
    assert "not sent" in of(awaiting)
    assert "not sent" not in of(replace(awaiting, maybe_executed=True))


def test_a_redacted_refund_says_so_in_place_of_its_card_and_articles() -> None:
    text = receipt(replace(REFUND, redacted_at=AT), AT, UTC, copy=False)
    assert f"card and articles, {AT:%Y-%m-%d}" in text
    assert max(map(len, text.splitlines())) <= 40
