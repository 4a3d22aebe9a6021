"""Owns the questions before a refund, before an action on one, and before the program ends. It decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from refund_tui.core import waits
from refund_tui.core.approval import OPEN_GATE
from refund_tui.core.money import Money
from refund_tui.core.outcomes import CardAnswer, CardFound, CardNotFound, CardNotLearnt
from refund_tui.core.refunds import Action, Intent, Refund
from refund_tui.core.rules import RAISE, TripBalance, must_be_typed_twice
from refund_tui.core.text import visible
from refund_tui.core.times import Wait, span
from refund_tui.core.trips import Trip
from refund_tui.desk.actions import Evidence
from refund_tui.desk.attempt_end import UnderWay
from refund_tui.desk.desk import Desk
from refund_tui.settings.load import Settings
from refund_tui.tui.commands import key_of
from refund_tui.tui.widgets.confirm import Question
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.states import (
    SIGNS,
    STYLES,
    TONES,
    ago,
    articles_words,
    card_words,
    moment,
    state_words,
)

DIFFERENT = "d"
"""The yes key if the trip already has such a refund. It is not the usual key, so that nobody presses it by habit."""

NO_SUCH_TRIP: Part = ("no trip here matches this id: compare it with the shopper's", STYLES["warn"])

NAME = 13
"""Columns for a name."""


def table(rows: Sequence[tuple[str, Part]]) -> list[Part]:
    """Lines of name and value."""
    parts: list[Part] = []
    for name, value in rows:
        parts += [(f"{name:{NAME}}", STYLES["dim"]), value, "\n"]
    return parts[:-1]


def confirmation(
    settings: Settings, intent: Intent, trip: Trip | None, balance: TripBalance, above: str | None = None
) -> Question:
    """The question before a refund is made, with all that will be recorded. `above`: why it needs an approval."""
    card, left = card_words(trip.card) if trip else "", balance.left
    real = settings.environment == "PRODUCTION"
    environment: Part = ("PRODUCTION: real money", STYLES["bad"]) if real else settings.environment
    about = table([
        ("Store", visible(intent.store_id, 60)),
        ("Environment", environment),
        ("Trip", visible(intent.trip_id, 60)),
        *([("", NO_SUCH_TRIP)] if trip is None and not balance.refunds else []),
        ("Card", card or "not known here"),
        ("Amount", f"{intent.amount}" + (f" of {left} left" if left else "; what was captured is not known here")),
        *([("Approval", (f"by another person, before it is sent: {above}", STYLES["warn"]))] if above else []),
        ("Reason", f"{intent.reason.digit} {intent.reason} ({intent.reason.words})"),
        *([("Articles", articles_words(intent.articles))] if intent.articles else []),
        ("Note", visible(intent.note, 60) or "-"),
    ])  # fmt: skip
    again = (
        intent.amount.digits
        if must_be_typed_twice(intent.amount, settings.environment, settings.confirm_above)
        else None
    )
    to = f" to {card}" if card else ""
    title = f"Refund {intent.amount}{to}{_what_stays(intent.amount, left)}"
    yes = "ask for an approval" if above else "refund it"
    return Question(title, about, yes, typed_again=again, intent=intent)


def _what_stays(amount: Money, left: Money | None) -> str:
    """How a question goes on about what is left after this refund, or too little is since somebody else's."""
    if left is None:
        return "?"
    stays = left.minor - amount.minor
    return f" · {Money(stays, left.currency).digits} stays?" if stays >= 0 else f": only {left} is left"


def duplicate_question(desk: Desk, intent: Intent, alike: Sequence[Refund]) -> Question:
    """The question if the trip already has refunds that look like this one."""
    now, parts = desk.now().at, list[Part]()
    for refund in alike[:8]:
        state = f"{SIGNS[refund.state]} {refund.state:15}"
        parts += [f"{refund.intent.amount!s:>13}  ", (state, STYLES[TONES[refund.state]])]
        parts += [f" {ago(refund.created_at, now)}, by {visible(refund.clerk, 20)}\n"]
    about = [*parts, "\nNothing was recorded yet. Is yours a different refund?"]
    yes = "yes, a different one: refund it too"
    return Question("This trip already has:", about, yes, yes_key=DIFFERENT, intent=intent)


def trip_notice(desk: Desk, stopped: str | None, balance: TripBalance) -> tuple[str, bool]:
    """The notice above the form, and whether it means that no refund is possible."""
    if stopped is not None:
        return f"No refund is possible here: {stopped}.{_way_out(desk, balance.unknown)}", True
    if balance.disagreement is None:
        return "", False
    told = balance.disagreement
    return f"{told[0].upper()}{told[1:]}, which does not count. To change that: {RAISE}", False


def _way_out(desk: Desk, unknown: Refund | None) -> str:
    """The keys that open the refund which prevents a new one on the trip."""
    if unknown is None or desk.refusal:
        return ""
    possible, keys = desk.possible(unknown), desk.settings.keys
    ways = [
        *([f"{key_of('refund.ask_again', keys)} asks again"] if Action.ASK_AGAIN in possible else []),
        *([f"{key_of('refund.settle', keys)} settles it"] if Action.SETTLE in possible else []),
        f"{key_of('refund.earlier', keys)} shows it",
    ]
    return f" {', '.join(ways)}."


def card_sentence(answer: CardAnswer) -> str:
    """The service's answer about the card of a trip."""
    match answer:
        case CardFound(card=card, currency=currency):
            told = card_words(card) or "a card it does not name"
            charged = f", in {currency}" if currency else ""
            return f"Paid with {told}{charged}. A phone wallet shows other digits than the plastic card: the device's."
        case CardNotFound():
            return "The service knows no such trip in this store: check the store and the trip id."
        case CardNotLearnt(answer=why):
            return f"The card is not known: {visible(why.detail)}"


_TITLES = {
    Action.ASK_AGAIN: "Ask the service again?",
    Action.GO_ON: "Go on with this refund?",
    Action.TRY_NOW: "Ask the service now?",
    Action.STOP: "Stop trying?",
    Action.CANCEL: "Cancel this refund?",
}
_YES = {
    Action.ASK_AGAIN: "ask again", Action.GO_ON: "go on", Action.TRY_NOW: "ask now", Action.STOP: "stop trying",
    Action.CANCEL: "cancel it", Action.SETTLE: "settle it", Action.APPROVE: "approve it", Action.DECLINE: "decline it",
}  # fmt: skip


def name_of(action: Action) -> str:
    """The label of an action in the line of keys, the same as the yes of its question."""
    return _YES[action].capitalize()


_FOLLOWS: dict[Action, list[Part]] = {
    Action.STOP: [
        "It may already have been paid, so it becomes UNKNOWN: it counts as paid until "
        "somebody asks again or settles it. No new refund is taken on this trip meanwhile."
    ],
    Action.CANCEL: ["It cannot have been paid yet. It is withdrawn for good: no money moves."],
}


def act_question(desk: Desk, refund: Refund, action: Action, pending: UnderWay | None) -> Question:
    """The question before an action on a refund. `pending` is an attempt without an answer."""
    match action:
        case Action.GO_ON:
            follows = _repaired(refund)
        case Action.TRY_NOW:
            follows = _sooner(desk, refund, pending)
        case _:
            follows = _FOLLOWS.get(action) or _safety(desk, refund, pending)
    return Question(_TITLES[action], [*table(_which(refund)), "\n\n", *follows], _YES[action])


def _which(refund: Refund) -> list[tuple[str, Part]]:
    asked = refund.intent
    return [
        ("Refund", f"{asked.amount}, {asked.reason.words}"),
        ("Trip", visible(asked.trip_id, 60)),
        ("State", (state_words(refund), STYLES[TONES[refund.state]])),
    ]


def _repaired(refund: Refund) -> list[Part]:
    why = visible(refund.life.why)
    return [f"It was blocked: {why}.\n\nHas that been repaired? The same refund goes on, with the same id."]


def _sooner(desk: Desk, refund: Refund, pending: UnderWay | None) -> list[Part]:
    """What follows from ending the refund's own wait, and which wait remains."""
    now, gate = desk.now(), desk.summary.gate
    safe = (
        _safety(desk, refund, pending) if refund.life.maybe_executed else ["The same id and the same bytes are sent."]
    )
    held = (
        f"\n\nThe whole account waits, though, until {_hour(desk, gate)}: it is sent then. "
        if desk.held and gate
        else ""
    )
    ends = f"{key_of('gate', desk.settings.keys)} ends that wait." if held else ""
    wait = refund.life.wait
    own = f"Otherwise it would wait until {_hour(desk, wait)}. " if wait and not wait.over(now) else ""
    return [own, *safe, held, ends]


def _hour(desk: Desk, wait: Wait) -> str:
    now = desk.now()
    return moment(wait.ends(now), desk.settings.zone, now.at)


def _safety(desk: Desk, refund: Refund, pending: UnderWay | None) -> list[Part]:
    """Why asking again is safe and for how long, or why it is not safe."""
    now = desk.now()
    left = waits.horizon_left(refund.life, now, desk.policy)
    if left <= 0:
        return [
            ("NOT SAFE ANY MORE", STYLES["bad"]),
            ": nobody knows whether the service still remembers this id. If it has forgotten it and the first one was "
            "paid, THE SHOPPER IS PAID TWICE.\n\nBetter: find out whether it was paid, and settle it.",
        ]
    first = refund.life.first_sent
    until = f" (first sent {moment(first.at, desk.settings.zone, now.at)})" if first else ""
    when = " once the request under way has ended" if pending and not pending.over else ""
    return [
        f"The same id and the same bytes are sent{when}. If the first one was paid, the service "
        "knows the id, answers the same again and pays nothing more.\n\n",
        (f"Safe for another {span(left)}", STYLES["good"]),
        f"{until}.",
    ]


def settle_title(refund: Refund) -> str:
    """The title of the form that settles a refund."""
    return f"{refund.intent.amount}, trip {visible(refund.intent.trip_id, 36)}: what became of it?"


def settle_question(refund: Refund, evidence: Evidence) -> Question:
    """The question before a refund is settled: the evidence, and what follows."""
    paid, counts = ("was PAID", "It keeps counting") if evidence.paid else ("was NOT paid", "It no longer counts")
    told = table([
        *_which(refund),
        ("The shopper", (paid, "bold")),
        ("Reference", visible(evidence.reference, 60)),
        ("Said by", visible(evidence.said_by, 60)),
        ("When", visible(evidence.when, 60)),
    ])  # fmt: skip
    follows = f"\n\n{counts} against what is left on the trip. This cannot be changed later."
    return Question("Settle this refund for good?", [*told, follows], _YES[Action.SETTLE])


_WAIT_FOLLOWS = (
    "\n\nOnce the wait is ended, refunds with no wait of their own are sent at once, one after the other, each with "
    "its own id. If the service still takes no requests, it asks to wait again. This cannot pay twice.\n\nThe "
    "reason stays in the ledger."
)
_TWO_PEOPLE = " Two people must do this here, and the second must be an approver: the first one only asks for it."
WAIT_OVER = "The account does not wait any more: its refunds are sent by themselves."
WAIT_NEEDS_REASON = "type the reason, in a few words; Escape goes back and ends nothing"


def gate_question(desk: Desk) -> list[Part]:
    """The waiting refunds, the end of the wait, and what follows if a person ends it."""
    summary, now = desk.summary, desk.now()
    until = moment(summary.gate.ends(now), desk.settings.zone, now.at) if summary.gate else ""
    number = summary.to_send
    held = f"The service asked the account {visible(desk.endpoint, 60)} to wait until {until}."
    return [
        ("End the wait of the whole account?", "bold"),
        f"\n\n{held} {number} {'refund is' if number == 1 else 'refunds are'} held by it.",
        _WAIT_FOLLOWS,
        _TWO_PEOPLE if OPEN_GATE in desk.settings.approvers_only else "",
    ]


STILL_OPEN = "These refunds are still open:"
THEY_GO_ON = "They are recorded and continue, with the same id, when refund-tui or refund-tui resume next runs."
REQUEST_UNDER_WAY = "A request is under way. If you quit now, its refund may become UNKNOWN although it was paid."
ANSWER_AWAITED = "One answer has not come yet."


NO_ANSWER = "the ledger does not answer; another program may hold it"


def not_listed(why: str) -> str:
    """For open refunds that could not be read."""
    return f"They cannot be listed now: {visible(why, 300)}.\n"


def not_from_here(refunds: str) -> str:
    """Open refunds of other services."""
    return f"\n\n{refunds}: not sent from here."
