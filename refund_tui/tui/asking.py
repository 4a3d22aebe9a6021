"""Owns the words of what is asked before something is done to a refund: what follows, and how safe it is."""

from __future__ import annotations

from collections.abc import Sequence

from refund_tui.core import lifecycle
from refund_tui.core.refunds import Action, Refund
from refund_tui.core.text import visible
from refund_tui.core.times import span
from refund_tui.desk import Desk, Evidence
from refund_tui.tui.states import moment, state_words

_TITLES = {
    Action.ASK_AGAIN: "Ask the service again?",
    Action.GO_ON: "Go on with this refund?",
    Action.STOP: "Stop trying?",
    Action.CANCEL: "Cancel this refund?",
}
_YES = {
    Action.ASK_AGAIN: "ask again", Action.GO_ON: "go on", Action.STOP: "stop trying", Action.CANCEL: "cancel it",
}  # fmt: skip
_LISTED = 8
"""Blocked refunds that are named in the question about all of them."""

_FOLLOWS = {
    Action.STOP: "It may already have been paid, so it becomes UNKNOWN: it counts as paid until "
    "somebody asks again or settles it. No new refund is taken on this trip meanwhile.",
    Action.CANCEL: "It cannot have been paid yet. It is withdrawn for good: no money moves.",
}


def act_question(desk: Desk, refund: Refund, action: Action) -> str:
    """What is about to be done, what follows from it, and the keys."""
    follows = _FOLLOWS.get(action) or (_repaired(refund) if action is Action.GO_ON else _safety(desk, refund))
    return "\n".join([_TITLES[action], "", *_which(refund), "", follows, "", f"y  {_YES[action]}        n  go back"])


def _which(refund: Refund) -> list[str]:
    asked = refund.intent
    return [
        f"Refund       {asked.amount}, {asked.reason.words}",
        f"Trip         {visible(asked.trip_id, 60)}",
        f"State        {state_words(refund)}",
    ]


def _repaired(refund: Refund) -> str:
    why = visible(refund.life.why)
    return f"It was blocked: {why}.\n\nHas that been repaired? The same refund goes on, with the same id."


def _safety(desk: Desk, refund: Refund) -> str:
    """Why asking again is safe, and until when; or that it no longer is."""
    now = desk.now()
    left = lifecycle.safe_to_ask(refund.life, now, desk.policy)
    if left <= 0:
        return (
            "NOT SAFE ANY MORE: nobody knows whether the service still remembers this id. "
            "If it has forgotten it and the first one was paid, THE SHOPPER IS PAID TWICE.\n\n"
            "Better: find out whether it was paid, and settle it."
        )
    first = refund.life.first_sent
    until = f" (first sent {moment(first.at, desk.settings.zone, now.at)})" if first else ""
    return (
        "The same id and the same bytes go out. If the first one was paid, the service "
        "knows the id, answers the same again and pays nothing more.\n\n"
        f"Safe for another {span(left)}{until}."
    )


def all_question(blocked: Sequence[Refund]) -> str:
    """Which refunds go on together after a repair, and the keys."""
    lines = [f"{r.intent.amount!s:>14}  {visible(r.intent.trip_id, 36)}" for r in blocked[:_LISTED]]
    more = len(blocked) - _LISTED
    return "\n".join([
        "Go on with every refund that is blocked?", "", *lines, *([f"… and {more} more"] if more > 0 else []), "",
        "Has what blocked them been repaired? Each goes on with its own id, one after the other.", "",
        "y  go on with all        n  go back",
    ])  # fmt: skip


def settle_title(refund: Refund) -> str:
    """Which refund is to be settled."""
    return f"{refund.intent.amount}, trip {visible(refund.intent.trip_id, 36)}: what became of it?"


def settle_question(refund: Refund, evidence: Evidence) -> str:
    """The evidence once more, and what follows."""
    paid = "was PAID" if evidence.paid else "was NOT paid"
    counts = "It keeps counting" if evidence.paid else "It no longer counts"
    lines = [
        "Settle this refund for good?", "", *_which(refund), "",
        f"The shopper  {paid}",
        f"Reference    {visible(evidence.reference, 60)}",
        f"Said by      {visible(evidence.said_by, 60)}",
        f"When         {visible(evidence.when, 60)}", "",
        f"{counts} against what is left on the trip. This cannot be changed later.", "",
        "y  settle it        n  go back",
    ]  # fmt: skip
    return "\n".join(lines)
