"""Owns how states, amounts and times are told on the screen: always by word and sign, never by colour alone."""

from __future__ import annotations

from datetime import datetime, tzinfo

from refund_tui.core.refunds import Refund, State
from refund_tui.core.text import visible
from refund_tui.core.times import countdown, span
from refund_tui.desk import Desk

SIGNS = {
    State.QUEUED: "○", State.SENDING: "◐", State.WAITING: "◔", State.ACCEPTED: "●", State.REJECTED: "✕",
    State.BLOCKED: "■", State.UNKNOWN: "?", State.CANCELLED: "–", State.SETTLED_PAID: "◆", State.SETTLED_UNPAID: "◇",
}  # fmt: skip

STATE_MEANS = {
    State.QUEUED: "recorded here, never sent: no money moved",
    State.SENDING: "its answer is awaited: the money may have moved",
    State.WAITING: "will be sent again, with the same id, at the time shown",
    State.ACCEPTED: "the service said yes: the money reaches the card in some days",
    State.REJECTED: "a definite no: no money moved",
    State.BLOCKED: "a person must repair something; then it goes on",
    State.UNKNOWN: "it may have been paid: ask again or settle it",
    State.CANCELLED: "withdrawn before it could be paid: no money moved",
    State.SETTLED_PAID: "closed by a person: the shopper was paid",
    State.SETTLED_UNPAID: "closed by a person: the shopper was not paid",
}


def state_words(refund: Refund) -> str:
    """Sign and word, and whether the money may have moved."""
    doubt = " · money may have moved" if refund.life.maybe_executed and refund.open else ""
    return f"{SIGNS[refund.state]} {refund.state}{doubt}"


def left_to_wait(desk: Desk, refund: Refund) -> float:
    """Seconds until the refund is sent again: its own wait, or the gate that holds the account."""
    if not refund.state.sendable:
        return 0.0
    waits = (refund.life.wait, desk.summary.gate)
    return max((wait.remaining(desk.now()) for wait in waits if wait is not None), default=0.0)


def what_next(desk: Desk, refund: Refund) -> str:
    """What happens by itself, and what the clerk can do meanwhile."""
    left = left_to_wait(desk, refund)
    match refund.state:
        case State.QUEUED | State.WAITING if left > 0:
            return f"Sent again in {countdown(left)}. You can go on: F2 for the next shopper."
        case State.QUEUED | State.WAITING:
            return "Sent next. You can go on: F2 for the next shopper."
        case State.SENDING:
            return "Waiting for the answer. You can go on: F2 for the next shopper."
        case State.ACCEPTED:
            return "Done. The money is on its way to the card; that takes some days. F2 for the next shopper."
        case State.BLOCKED:
            return "A person must repair this first; then F4 History, F8 lets the same refund go on."
        case State.UNKNOWN:
            return "It may have been paid. F4 History: F8 asks again, F9 settles it."
        case _:
            return "Closed. F2 for the next shopper."


def moment(instant: datetime, zone: tzinfo, now: datetime) -> str:
    """The store's time: the hour today, the day and the hour otherwise."""
    local = instant.astimezone(zone)
    same = local.date() == now.astimezone(zone).date()
    return local.strftime("%H:%M:%S" if same else "%d %b %H:%M")


def ago(instant: datetime, now: datetime) -> str:
    """How long ago, in words."""
    seconds = (now - instant).total_seconds()
    return f"{span(seconds)} ago" if seconds >= 0 else f"in {span(-seconds)}"


def outcome_words(refund: Refund) -> str:
    """A finished refund, announced in one line."""
    asked = refund.intent
    return (
        f"{SIGNS[refund.state]} {refund.state} · {asked.amount} · trip {visible(asked.trip_id, 36)} · {refund.life.why}"
    )
