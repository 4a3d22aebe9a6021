"""Owns the sentences with which a second person approves or declines a refund. It decides nothing."""

from __future__ import annotations

from textual.content import Content

from refund_tui.core.refunds import Action, Event, Refund
from refund_tui.core.second_person import CEILING_SET, REQUESTS
from refund_tui.core.text import visible
from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.confirm import Question
from refund_tui.tui.widgets.plain_text import Part, literal
from refund_tui.tui.wording.questions import name_of, table
from refund_tui.tui.wording.states import STYLES, card_words, window_closed

_TITLES = {Action.APPROVE: "Approve this refund?", Action.DECLINE: "Decline this refund?"}
_FOLLOWS = {
    Action.APPROVE: "It is sent by itself then, with the same id. Your name and your word stand beside it for good.",
    Action.DECLINE: "It is withdrawn for good: no money moves, and what it would have taken can be refunded again.",
}


def needs_approval(why: str) -> str:
    """For an amount that another person must approve; `why` says above which limit it is."""
    return f"needs the approval of another person: {why}"


def approval_facts(desk: Desk, refund: Refund, action: Action) -> Content:
    """What a person decides about: the refund, who asked for it, and why it needs an approval."""
    return literal((_TITLES[action], "bold"), "\n\n", *table(_rows(desk, refund)))


def approval_question(desk: Desk, refund: Refund, action: Action, word: str) -> Question:
    """The question before a refund is approved or declined, with the person's word."""
    rows = [*_rows(desk, refund), ("Your word", visible(word, 60))]
    return Question(_TITLES[action], [*table(rows), "\n\n", _FOLLOWS[action]], name_of(action).lower())


def request_words(event: Event) -> str:
    """For an approver, when another clerk asks for what two people must ask for."""
    act = "asks to end the account's wait"
    if event.kind == REQUESTS[CEILING_SET]:
        captured, trip = (visible(event.data.get(name, ""), 60) for name in ("captured", "trip_id"))
        act = f"asks that {captured} counts as captured on trip {trip}"
    return (
        f"{visible(event.who, 40)} {act}: {visible(event.why, 120)}. An approver must do the same; nothing has changed."
    )


def _rows(desk: Desk, refund: Refund) -> list[tuple[str, Part]]:
    asked = refund.intent
    late = window_closed(desk, refund).strip()
    rows: list[tuple[str, Part]] = [
        ("Refund", (f"{asked.amount}, {asked.reason.words}", "bold")),
        ("Trip", visible(asked.trip_id, 60)),
        ("Card", card_words(asked.card) or "not known here"),
        ("Asked by", visible(refund.clerk, 40)),
        ("Note", visible(asked.note, 120) or "none"),
        ("Limit", visible(refund.life.why, 120)),
    ]
    return [*rows, ("Window", (late, STYLES["warn"]))] if late else rows
