"""Owns the words for states, times and what happens next. A state always has a word and a sign, never only a colour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import assert_never

from refund_tui.core import waits
from refund_tui.core.articles import RefundedArticle
from refund_tui.core.damage import DAMAGED
from refund_tui.core.refunds import DECLINED, Action, Refund, State
from refund_tui.core.rules import TripBalance
from refund_tui.core.text import visible
from refund_tui.core.times import countdown, span
from refund_tui.core.trips import Card
from refund_tui.desk.attempt_end import UnderWay
from refund_tui.desk.desk import Desk
from refund_tui.settings.load import Settings
from refund_tui.tui.commands import key_of
from refund_tui.tui.widgets.columns import Tone

SIGNS = {
    State.AWAITING_APPROVAL: "▷",
    State.QUEUED: "○", State.SENDING: "◐", State.WAITING: "◔", State.ACCEPTED: "●", State.REJECTED: "✕",
    State.BLOCKED: "■", State.UNKNOWN: "?", State.CANCELLED: "–", State.SETTLED_PAID: "◆", State.SETTLED_UNPAID: "◇",
}  # fmt: skip

STATE_MEANS = {
    State.AWAITING_APPROVAL: "another person must approve it first: no money moved",
    State.QUEUED: "recorded here, never sent: no money moved",
    State.SENDING: "its answer is not recorded yet: the money may have moved",
    State.WAITING: "is sent by itself, with the same id, at the time shown",
    State.ACCEPTED: "the service accepted it: the money reaches the card in a few days",
    State.REJECTED: "the service refused it: no money moved",
    State.BLOCKED: "a person must repair something; then it goes on",
    State.UNKNOWN: "it may have been paid: ask again or settle it",
    State.CANCELLED: "withdrawn before it could be paid: no money moved",
    State.SETTLED_PAID: "closed by a person: the shopper was paid",
    State.SETTLED_UNPAID: "closed by a person: the shopper was not paid",
}

DAMAGED_NEXT = "Nothing can be done to it here, and no new refund is taken on its trip."
"""What happens next with a refund whose row cannot be read."""

TONES: dict[State, Tone] = {
    State.AWAITING_APPROVAL: "bad",
    State.QUEUED: "accent", State.SENDING: "accent", State.WAITING: "accent", State.ACCEPTED: "good",
    State.SETTLED_PAID: "good", State.BLOCKED: "bad", State.UNKNOWN: "bad", State.REJECTED: "warn",
    State.CANCELLED: "dim", State.SETTLED_UNPAID: "dim",
}  # fmt: skip
"""The tone of each state: `accent` is under way, `good` is done, `bad` needs a person."""

STYLES: dict[Tone, str] = {
    "": "", "dim": "$muted", "good": "$text-success", "bad": "bold $text-error", "warn": "$text-warning",
    "accent": "$text-accent", "strong": "bold",
}  # fmt: skip
"""The style of a text for each tone."""


LONGEST_REASON = 120
"""The most characters of a reason in an announcement, which has three lines at 80 columns. The timeline shows all."""

SHORT = 18
"""The most characters of an id in a short sentence."""


LONG = 900.0
"""If the account must wait longer than these seconds, the key that ends the wait is shown.

No documented wait is longer.
"""


def state_words(refund: Refund) -> str:
    """The sign and the word of a state, and whether money may have moved."""
    doubt = " · money may have moved" if refund.life.maybe_executed and refund.open else ""
    alarm = " · ALARM: check the books" if refund.life.alarm else ""
    return f"{SIGNS[refund.state]} {refund.state}{doubt}{alarm}"


def left_to_wait(desk: Desk, refund: Refund, pending: UnderWay | None) -> float:
    """Seconds until the refund's next attempt: its own wait, or the gate that holds the account.

    0 if it waits for something else, such as a request that is still under way.
    """
    if not desk.sends(refund) or (pending and not pending.over):
        return 0.0
    return waits.left_to_wait(refund.life, desk.summary.gate, desk.now())


def _at(desk: Desk, refund: Refund) -> str:
    """The time of the next attempt, if there is a wait."""
    now = desk.now()
    at = waits.next_attempt(refund.life, desk.summary.gate, now)
    return f" at {moment(at, desk.settings.zone, now.at)}" if at else ""


def what_next(desk: Desk, refund: Refund, pending: UnderWay | None) -> str:
    """What happens by itself, and what the clerk can do meanwhile. `pending` is an attempt without an answer."""
    if refund.open and not desk.sends(refund):
        return _elsewhere(desk, refund, pending)
    moved = desk.settings.keys
    lookup, again, settle = (key_of(name, moved) for name in ("lookup", "refund.ask_again", "refund.settle"))
    match refund.state:
        case State.AWAITING_APPROVAL:
            return _approval(desk, refund)
        case State.WAITING if pending and not pending.over:
            return f"It is asked again, with the same id, once the request under way has ended{_by(desk, pending)}."
        case State.QUEUED | State.WAITING if desk.held > LONG:
            gate = key_of("gate", moved)
            return f"It is sent by itself{_at(desk, refund)}, with the same id; {gate} ends that wait."
        case State.QUEUED | State.WAITING:
            return f"It is sent by itself{_at(desk, refund)}, with the same id. {lookup} for the next shopper."
        case State.SENDING if refund.key in desk.unsaved:
            return "Its answer is here but not on disk yet. Leave this program open until it is; do not refund it anew."
        case State.SENDING:
            return f"{_awaited(desk, pending)} You need not stay: {lookup} for the next shopper."
        case State.ACCEPTED:
            return f"Done. The money reaches the card in a few days. {lookup} for the next shopper."
        case State.BLOCKED:
            return f"A person must repair this first; then {again} goes on with the same refund."
        case State.UNKNOWN if pending and not pending.over:
            ended = "A request of it is still under way. Once that has ended,"
            return f"{ended} or after {_hour(desk, pending)}, {settle} settles it. {again} asks again then."
        case State.UNKNOWN:
            return f"{again} asks again: {safety_words(desk, refund)}. {settle} settles it, with evidence."
        case State.REJECTED | State.CANCELLED | State.SETTLED_PAID | State.SETTLED_UNPAID:
            return f"Closed. {lookup} for the next shopper."
        case _ as missing:
            assert_never(missing)


def _approval(desk: Desk, refund: Refund) -> str:
    """Who can approve a refund, and what the clerk here can do meanwhile."""
    keys = desk.settings.keys
    approve, decline, stop = (key_of(name, keys) for name in ("refund.approve", "refund.decline", "refund.stop"))
    late = window_closed(desk, refund)
    if Action.APPROVE in desk.possible(refund):
        return f"{approve} approves it, {decline} declines it, each with a word.{late}"
    if refund.clerk.casefold() == desk.clerk.casefold():
        return f"You asked for it, so another person must approve it. {stop} cancels it.{late}"
    return f"A person whom the site's file names must approve it; you are not one.{late}"


def window_closed(desk: Desk, refund: Refund) -> str:
    """What an approval comes to after the refund window has closed; empty before that."""
    closes = refund.intent.window_closes
    if closes is None or desk.now().at < closes:
        return ""
    return " Its refund window has closed: approved, it is BLOCKED until a person goes on."


def _elsewhere(desk: Desk, refund: Refund, pending: UnderWay | None) -> str:
    """What happens with a refund of a service that this program is not configured for."""
    told = f"It is for another service, {visible(refund.endpoint, 80)}: nothing of it is sent from here."
    if Action.SETTLE in desk.possible(refund, pending):
        return f"{told} {key_of('refund.settle', desk.settings.keys)} settles it, with evidence."
    return f"{told} It goes on where base_url names that service."


def _awaited(desk: Desk, pending: UnderWay | None) -> str:
    """Whether a program still waits for the answer, and what follows if none does."""
    if pending is None or pending.alive:
        return "A program waits for its answer."
    if pending.alive is False:
        return "The program that sent it has ended without an answer: the next one takes it over, with the same id."
    gone = "It is not known here whether the program that sent it still runs."
    return f"{gone} Without an answer it is taken over after {_hour(desk, pending)}, with the same id."


def _by(desk: Desk, pending: UnderWay) -> str:
    """The latest end of a request, if it is not known whether its program still runs."""
    return "" if pending.alive is not None else f", after {_hour(desk, pending)} at the latest"


def _hour(desk: Desk, pending: UnderWay) -> str:
    return moment(pending.latest, desk.settings.zone, desk.now().at)


def safety_words(desk: Desk, refund: Refund) -> str:
    """For how long the same id can be asked again without paying twice (the key horizon)."""
    left = waits.horizon_left(refund.life, desk.now(), desk.policy)
    return f"safe for another {span(left)}" if left > 0 else "NO LONGER SAFE, it may pay twice"


def moment(instant: datetime, zone: tzinfo, now: datetime) -> str:
    """A time in the store's zone, with the day if it is not today."""
    local = instant.astimezone(zone)
    same = local.date() == now.astimezone(zone).date()
    return local.strftime("%H:%M:%S" if same else "%d %b %H:%M")


def ago(instant: datetime, now: datetime) -> str:
    """How long ago, in words that change at most once a minute."""
    seconds = (now - instant).total_seconds()
    if 0 <= seconds < 60:
        return "just now"
    return f"{span(seconds)} ago" if seconds >= 0 else f"in {span(-seconds)}"


def card_words(card: Card) -> str:
    """The known ones of brand and last four digits; empty if neither is known."""
    return " ".join(visible(part, 20) for part in (card.brand, card.tail) if part)


def articles_words(articles: Iterable[RefundedArticle]) -> str:
    """The articles of a refund, in one line."""
    return ", ".join(visible(article.words, 60) for article in articles)


def short(identifier: str) -> str:
    """The beginning and the end of an id, for a short sentence."""
    told = visible(identifier, 200)
    return told if len(told) <= SHORT else f"{told[:8]}…{told[-6:]}"


def outcome_words(refund: Refund, balance: TripBalance | None, others: int = 0) -> str:
    """The announcement of a refund that ended; one line of 80 columns, unless the service gave a long reason.

    `balance` is the trip's with this refund, None if it could not be read. `others` ended at the same time.
    """
    asked, left = refund.intent, balance.left if balance else None
    match refund.state:
        case State.REJECTED | State.BLOCKED:
            told = visible(refund.life.why, LONGEST_REASON)
        case State.CANCELLED if refund.life.why.startswith(DECLINED):
            told = visible(refund.life.why, LONGEST_REASON)
        case State.UNKNOWN:
            told = "may have been paid"
        case State.ACCEPTED if balance and balance.captured and left:
            told = f"{left.digits} left of {balance.captured.digits}"
        case (
            State.AWAITING_APPROVAL | State.QUEUED | State.SENDING | State.WAITING | State.ACCEPTED | State.CANCELLED
            | State.SETTLED_PAID | State.SETTLED_UNPAID
        ):  # fmt: skip
            told = STATE_MEANS[refund.state]
        case _ as missing:
            assert_never(missing)
    card = card_words(asked.card)
    whose = f"{'to' if refund.state is State.ACCEPTED else 'for'} {card}" if card else f"on trip {short(asked.trip_id)}"
    more = f" · and {others} more of yours: see History" if others else ""
    return f"{SIGNS[refund.state]} {refund.state} {asked.amount} {whose} · {told}{more}"


def next_attempt_words(left: float, attempts: int) -> str:
    """The countdown to the next of a refund's attempts; `attempts` were made so far, and may have sent nothing."""
    return f"{'Next' if attempts else 'First'} attempt in {countdown(left)}"


def who_words(settings: Settings) -> str:
    """The store and the clerk, as they are recorded with each refund."""
    return f"{visible(settings.store_id or 'no store', 24)} · {visible(settings.clerk, 16)}"


UNUSABLE = "! LEDGER UNUSABLE"
"""Shown instead of the open refunds: the ledger is lost, damaged or an older copy, so they are not known."""

LOCKED = "! LEDGER LOCKED"
"""The same while another program holds it."""


def _unsaved(desk: Desk) -> list[str]:
    return [f"{len(desk.unsaved)} NOT SAVED"] if desk.unsaved else []


def open_words(desk: Desk, room: int) -> str:
    """The open refunds and the problems, for the status line; without the wait if `room` columns do not hold it."""
    words = _open_words(desk, wait=True)
    return words if len(words) <= room else _open_words(desk, wait=False)


def _open_words(desk: Desk, *, wait: bool) -> str:
    summary, words = desk.summary, []
    if desk.unusable:
        return " · ".join([UNUSABLE, *_unsaved(desk)])
    if desk.locked:
        return " · ".join([LOCKED, *_unsaved(desk)])
    if desk.refusal:
        words.append("ONLY TO REVIEW")
    if desk.offline:
        words.append("NO NETWORK")
    words += _unsaved(desk)
    if summary.alarms:
        words.append(f"! {summary.alarms} ALARM")
    if desk.damaged:
        words.append(f"! {desk.damaged} {DAMAGED}")
    if sending := summary.going_on - summary.to_send:
        words.append(f"{sending} sending")
    if summary.to_send:
        left = summary.left_to_wait(desk.now())
        words.append(f"{summary.to_send} waiting{f' · next {countdown(left)}' if left > 0 and wait else ''}")
    words += [f"{summary[state]} {state}" for state in State if state.needs_person and summary[state]]
    if summary.elsewhere:
        words.append(f"{summary.elsewhere} for another service")
    return " · ".join(words) or "nothing open"
