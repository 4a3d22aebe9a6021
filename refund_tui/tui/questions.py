"""Owns the words of what the terminal asks and tells about a refund before it is one."""

from __future__ import annotations

from collections.abc import Sequence

from refund_tui.config import Settings
from refund_tui.core.refunds import Refund
from refund_tui.core.rules import Standing
from refund_tui.core.text import visible
from refund_tui.core.trips import Trip
from refund_tui.desk import Desk
from refund_tui.payments.cards import CardAnswer, Failed, Found, NotFound
from refund_tui.tui.states import SIGNS, ago
from refund_tui.tui.widgets.form import Filled

DIFFERENT = "d"
"""The key of the second, explicit yes."""


def confirmation(
    settings: Settings, store: str, trip_id: str, trip: Trip | None, standing: Standing, filled: Filled
) -> str:
    """Everything that the clerk is about to answer for, once more."""
    card = " ".join(visible(part, 20) for part in (trip.card.brand, trip.card.tail) if part) if trip else ""
    left = standing.left
    lines = [
        f"Refund {filled.amount} ?",
        "",
        f"Store        {visible(store, 60)}",
        f"Environment  {settings.environment}" + (": real money" if settings.environment == "PRODUCTION" else ""),
        f"Trip         {visible(trip_id, 60)}",
        f"Card         {card or 'not known here'}",
        f"Amount       {filled.amount}" + (f" of {left} left" if left else "; the ceiling is not known here"),
        f"Reason       {filled.reason.digit} {filled.reason} ({filled.reason.words})",
        f"Note         {visible(filled.note, 60) or '-'}",
        "",
        "y  refund it        n  go back",
    ]
    return "\n".join(lines)


def second_look(desk: Desk, alike: Sequence[Refund]) -> str:
    """The refunds that look like this one, and what a second yes means."""
    now = desk.now().at
    lines = [
        f"  {SIGNS[r.state]} {r.intent.amount!s:>13}  {r.state:15} {ago(r.created_at, now)}, by {visible(r.clerk, 20)}"
        for r in alike[:8]
    ]
    question = "Nothing was recorded yet. Is yours a different refund?"
    keys = f"{DIFFERENT}  yes, a different one: refund it too        n  go back"
    return "\n".join(["This trip already has:", "", *lines, "", question, "", keys])


def card_words(answer: CardAnswer) -> str:
    """What the service said of a trip's card."""
    match answer:
        case Found(card=card):
            told = " ".join(visible(part, 20) for part in (card.brand, card.tail) if part) or "a card it does not name"
            return f"Paid with {told}. A phone wallet shows other digits than the plastic card: the device's."
        case NotFound():
            return "The service knows no such trip in this store: check the store and the trip id."
        case Failed(answer=why):
            return f"Nothing was learnt: {visible(why.detail)}"
