"""Owns the questions before something is done to a refund: what follows from it, and whether it is safe."""

from __future__ import annotations

from collections.abc import Sequence

from refund_tui.core import lifecycle
from refund_tui.core.refunds import Action, Refund
from refund_tui.core.text import visible
from refund_tui.core.times import Wait, span
from refund_tui.desk.actions import Evidence
from refund_tui.desk.attempt_end import UnderWay
from refund_tui.desk.desk import Desk
from refund_tui.tui.commands import key_of
from refund_tui.tui.widgets.confirm import Question
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.refund_questions import table
from refund_tui.tui.wording.states import STYLES, TONES, moment, state_words

_TITLES = {
    Action.ASK_AGAIN: "Ask the service again?",
    Action.GO_ON: "Go on with this refund?",
    Action.TRY_NOW: "Ask the service now?",
    Action.STOP: "Stop trying?",
    Action.CANCEL: "Cancel this refund?",
}
_YES = {
    Action.ASK_AGAIN: "ask again", Action.GO_ON: "go on", Action.TRY_NOW: "ask now", Action.STOP: "stop trying",
    Action.CANCEL: "cancel it",
}  # fmt: skip
_LISTED = 8
"""At most so many blocked refunds are listed in the question about all of them."""

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
    """What follows from ending the refund's own wait, and what it must still wait for."""
    now, gate = desk.now(), desk.summary.gate
    safe = _safety(desk, refund, pending) if refund.life.maybe_executed else ["The same id and the same bytes go out."]
    held = (
        f"\n\nThe whole account waits, though, until {_hour(desk, gate)}: it goes then. " if desk.held and gate else ""
    )
    ends = f"{key_of('gate', desk.settings.keys)} ends that wait." if held else ""
    wait = refund.life.wait
    own = f"By itself it would wait until {_hour(desk, wait)}. " if wait and not wait.over(now) else ""
    return [own, *safe, held, ends]


def _hour(desk: Desk, wait: Wait) -> str:
    return moment(wait.not_before, desk.settings.zone, desk.now().at)


def _safety(desk: Desk, refund: Refund, pending: UnderWay | None) -> list[Part]:
    """Why asking again is safe, and for how long; or that it is not."""
    now = desk.now()
    left = lifecycle.safe_to_ask(refund.life, now, desk.policy)
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
        f"The same id and the same bytes go out{when}. If the first one was paid, the service "
        "knows the id, answers the same again and pays nothing more.\n\n",
        (f"Safe for another {span(left)}", STYLES["good"]),
        f"{until}.",
    ]


def all_question(blocked: Sequence[Refund]) -> Question:
    """The question before all blocked refunds go on."""
    lines = [f"{r.intent.amount!s:>14}  {visible(r.intent.trip_id, 36)}\n" for r in blocked[:_LISTED]]
    more = len(blocked) - _LISTED
    about = [
        *lines, *([f"… and {more} more\n"] if more > 0 else []),
        "\nHas what blocked them been repaired? Each goes on with its own id, one after the other.",
    ]  # fmt: skip
    return Question("Go on with every refund that is blocked?", about, "go on with all")


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
    return Question("Settle this refund for good?", [*told, follows], "settle it")
