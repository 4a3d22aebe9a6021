"""Owns the questions and notices before a refund is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from refund_tui.core.refunds import Intent, Refund
from refund_tui.core.rules import RAISE, TripBalance
from refund_tui.core.text import visible
from refund_tui.core.trips import Trip
from refund_tui.desk.desk import Desk
from refund_tui.payments.cards import CardAnswer, CardFound, CardNotFound, CardNotLearnt
from refund_tui.settings.load import Settings
from refund_tui.tui.widgets.confirm import Question
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.states import SIGNS, STYLES, TONES, ago, card_words

DIFFERENT = "d"
"""The yes key where a trip already has such a refund: not the usual one, so that no habit presses it."""

NAME = 13
"""Columns for a name."""


def table(rows: Sequence[tuple[str, Part]]) -> list[Part]:
    """Lines of name and value."""
    parts: list[Part] = []
    for name, value in rows:
        parts += [(f"{name:{NAME}}", STYLES["dim"]), value, "\n"]
    return parts[:-1]


def confirmation(settings: Settings, intent: Intent, trip: Trip | None, standing: TripBalance) -> Question:
    """The question before a refund is made, with everything that will be recorded."""
    card, left = card_words(trip.card) if trip else "", standing.left
    real = settings.environment == "PRODUCTION"
    environment: Part = ("PRODUCTION: real money", STYLES["bad"]) if real else settings.environment
    about = table([
        ("Store", visible(intent.store_id, 60)),
        ("Environment", environment),
        ("Trip", visible(intent.trip_id, 60)),
        ("Card", card or "not known here"),
        ("Amount", f"{intent.amount}" + (f" of {left} left" if left else "; the ceiling is not known here")),
        ("Reason", f"{intent.reason.digit} {intent.reason} ({intent.reason.words})"),
        ("Note", visible(intent.note, 60) or "-"),
    ])  # fmt: skip
    again = intent.amount.digits if settings.must_be_typed_twice(intent.amount) else None
    return Question(f"Refund {intent.amount} ?", about, "refund it", typed_again=again, intent=intent)


def duplicate_question(desk: Desk, intent: Intent, alike: Sequence[Refund]) -> Question:
    """The question where the trip already has refunds that look like this one."""
    now, parts = desk.now().at, list[Part]()
    for refund in alike[:8]:
        state = f"{SIGNS[refund.state]} {refund.state:15}"
        parts += [f"{refund.intent.amount!s:>13}  ", (state, STYLES[TONES[refund.state]])]
        parts += [f" {ago(refund.created_at, now)}, by {visible(refund.clerk, 20)}\n"]
    about = [*parts, "\nNothing was recorded yet. Is yours a different refund?"]
    yes = "yes, a different one: refund it too"
    return Question("This trip already has:", about, yes, yes_key=DIFFERENT, intent=intent)


def trip_notice(stopped: str | None, standing: TripBalance) -> tuple[str, bool]:
    """The notice above the form, and whether it means that no refund is possible."""
    if stopped is not None:
        return f"No refund is possible here: {stopped}.", True
    if standing.disagreement is None:
        return "", False
    told = standing.disagreement
    return f"{told[0].upper()}{told[1:]}, which does not count. To change that: {RAISE}", False


def card_sentence(answer: CardAnswer) -> str:
    """What the service answered about the card of a trip."""
    match answer:
        case CardFound(card=card, currency=currency):
            told = card_words(card) or "a card it does not name"
            charged = f", in {currency}" if currency else ""
            return f"Paid with {told}{charged}. A phone wallet shows other digits than the plastic card: the device's."
        case CardNotFound():
            return "The service knows no such trip in this store: check the store and the trip id."
        case CardNotLearnt(answer=why):
            return f"Nothing was learnt: {visible(why.detail)}"
