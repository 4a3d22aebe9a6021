"""Which of the desk's news a clerk is told, and that each end is told once."""

from __future__ import annotations

from dataclasses import replace

from refund_tui.core.refunds import Event, Life, State
from refund_tui.desk.news import Changed, Elsewhere
from refund_tui.tui.news import ClerksNews
from tests.support.ledgers import NOW, new_refund


def test_an_end_is_told_once_though_a_receipt_was_printed_since() -> None:
    """A second announcement would replace the sentence with the receipt's path."""
    accepted = replace(new_refund(), life=Life(State.ACCEPTED, reconciliation_id="REC1"), version=3)
    news = ClerksNews(accepted.clerk)
    assert news.ended(Changed(accepted, "accepted")) == [accepted]
    assert news.ended(Elsewhere((Changed(replace(accepted, version=4), "accepted"),))) == []


def test_another_end_of_the_same_refund_is_told_too() -> None:
    unknown = replace(new_refund(), life=Life(State.UNKNOWN, maybe_executed=True), version=3)
    settled = replace(unknown, life=Life(State.SETTLED_PAID), version=4)
    news = ClerksNews(unknown.clerk)
    assert news.ended(Changed(unknown, "doubtful")) == [unknown]
    assert news.ended(Elsewhere((Changed(settled, "settled"),))) == [settled]


def test_an_approver_is_told_what_another_clerk_asked_for_that_needs_two_people() -> None:
    data = {"store_id": "STORE-001", "trip_id": "trip-1", "captured": "50.00 EUR"}
    asked = Elsewhere(requests=(Event(7, None, NOW.at, "ana", "ceiling_asked", None, None, "the till roll", data),))
    told = ClerksNews("ben", approver=True).requested(asked)
    assert told.startswith("ana asks that 50.00 EUR counts as captured on trip trip-1: the till roll. An approver must")
    assert ClerksNews("ana", approver=True).requested(asked) == ""
    assert ClerksNews("dan").requested(asked) == ""
