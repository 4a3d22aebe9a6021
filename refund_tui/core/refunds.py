"""Owns the data of a refund: its intent, which never changes; its life, which does; its attempts and its events.

Decides nothing: `lifecycle` decides what happens next, `rules` decides what may be asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from refund_tui.core.actor import Actor
from refund_tui.core.articles import RefundedArticle
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.times import Instant, Wait
from refund_tui.core.trips import Card


class State(StrEnum):
    """The states of a refund.

    `STATE_FACTS` holds what the program needs to know of each; the states page explains them.
    """

    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    QUEUED = "QUEUED"
    SENDING = "SENDING"
    WAITING = "WAITING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    BLOCKED = "BLOCKED"
    UNKNOWN = "UNKNOWN"
    CANCELLED = "CANCELLED"
    SETTLED_PAID = "SETTLED_PAID"
    SETTLED_UNPAID = "SETTLED_UNPAID"

    @property
    def counts(self) -> bool:
        """Whether a refund in this state reduces what is left to refund on its trip."""
        return STATE_FACTS[self].counts

    @property
    def goes_on(self) -> bool:
        """Whether the desk continues it without a person."""
        return STATE_FACTS[self].goes_on

    @property
    def sendable(self) -> bool:
        """Whether the desk sends it without a person when its wait is over."""
        return STATE_FACTS[self].sendable

    @property
    def needs_person(self) -> bool:
        """Whether it stays as it is until a person acts."""
        return STATE_FACTS[self].needs_person

    @property
    def terminal(self) -> bool:
        """Whether the state is final."""
        return not (self.goes_on or self.needs_person)


@dataclass(frozen=True, slots=True)
class StateFacts:
    """What a state means for the program. The properties of `State` with the same names explain each fact."""

    counts: bool
    goes_on: bool = False
    sendable: bool = False
    needs_person: bool = False


STATE_FACTS = {
    State.AWAITING_APPROVAL: StateFacts(counts=True, needs_person=True),
    State.QUEUED: StateFacts(counts=True, goes_on=True, sendable=True),
    State.SENDING: StateFacts(counts=True, goes_on=True),
    State.WAITING: StateFacts(counts=True, goes_on=True, sendable=True),
    State.ACCEPTED: StateFacts(counts=True),
    State.REJECTED: StateFacts(counts=False),
    State.BLOCKED: StateFacts(counts=True, needs_person=True),
    State.UNKNOWN: StateFacts(counts=True, needs_person=True),
    State.CANCELLED: StateFacts(counts=False),
    State.SETTLED_PAID: StateFacts(counts=True),
    State.SETTLED_UNPAID: StateFacts(counts=False),
}
"""Screens, commands, rules and SQL all take these facts from here."""

GOING_ON_STATES = frozenset(state for state in State if state.goes_on)
SENDABLE_STATES = frozenset(state for state in State if state.sendable)
PERSON_STATES = frozenset(state for state in State if state.needs_person)
PAID_STATES = frozenset(state for state in State if state.counts and state.terminal)
OPEN_STATES = frozenset(state for state in State if not state.terminal)


class Action(StrEnum):
    """What a person can do to a refund. `lifecycle.possible` says when."""

    APPROVE = "approve"
    DECLINE = "decline"
    ASK_AGAIN = "ask_again"
    STOP = "stop"
    CANCEL = "cancel"
    SETTLE = "settle"
    GO_ON = "go_on"
    TRY_NOW = "try_now"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a clerk asks for. `window_closes` (UTC) is None if the time of the trip is not known.

    `articles` are those that the clerk marked. `card` and `receipt` are those of the trip, as they were known then.
    """

    store_id: str
    trip_id: str
    amount: Money
    reason: ReasonCode
    note: str = ""
    captured: Money | None = None
    window_closes: datetime | None = None
    articles: tuple[RefundedArticle, ...] = ()
    card: Card = field(default_factory=Card)
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """The part of a refund that changes. Every change creates a new Life, written together with one event.

    - `maybe_executed`: the money may have moved. It stays true until the refund is ACCEPTED or a person settles it.
    - `first_sent`: the start of the first attempt that may have been executed. The key horizon is counted from it.
    - `tries`: attempts since the present backoff began.
    - `doubts`: attempts with an unknown outcome since a person last asked.
    - `asked`: a person's permission for one attempt that is not made automatically: after the key horizon, or after the
      refund window closed.
    - `alarm`: the refund disagrees with the books: an acceptance or a doubt came after it was closed as unpaid, or a
      second acceptance came with another reconciliation id.
    """

    state: State
    maybe_executed: bool = False
    wait: Wait | None = None
    first_sent: Instant | None = None
    tries: int = 0
    doubts: int = 0
    asked: bool = False
    reconciliation_id: str | None = None
    alarm: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund as the ledger stores it.

    `key` is its refundRequestId; it never changes. `body` holds the exact bytes of every request. The refund is sent
    only to `endpoint`. `version` rises with every change of `life`. `redacted_at` is when (UTC) note, articles,
    card and receipt were removed; None if they are as they were recorded.
    """

    key: str
    endpoint: str
    intent: Intent
    clerk: str
    body: bytes
    created_at: datetime
    updated_at: datetime
    life: Life = field(default_factory=lambda: Life(State.QUEUED))
    version: int = 0
    redacted_at: datetime | None = None

    @property
    def state(self) -> State:
        """The present state."""
        return self.life.state

    @property
    def automatic(self) -> str:
        """The name in events for what the program did by itself: the clerk who asked for the refund."""
        return f"{self.clerk} (automatic)"

    @property
    def open(self) -> bool:
        """Whether the state is not final."""
        return not self.life.state.terminal


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that sends an attempt. `started` is when the process started: it differs if a pid is used again.

    `namespace` is the pid namespace of `pid`; empty if the platform has none, or if it was not recorded.
    """

    host: str
    boot: str
    pid: int
    started: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request for a refund, recorded before its first byte is sent.

    `actor` is the process that sends it. If `ended_at` is None, its outcome is not known.
    """

    key: str
    number: int
    started: Instant
    holder: Holder
    ended_at: datetime | None = None
    outcome: str | None = None
    http_status: int | None = None
    detail: str = ""
    raw: str = ""
    actor: Actor = field(default_factory=Actor)


RECORDED, ATTEMPT_STARTED = "recorded", "attempt_started"
"""The kinds of the events that begin a refund and an attempt. `lifecycle` names the other kinds."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a refund: when (UTC), who, what kind, from which state to which, and why. An event never changes.

    `seq` orders the events of one ledger. `who` is a name that was typed, `actor` the process that wrote it. `data`
    holds a person's evidence or a late answer. An event of the whole ledger has neither `key` nor states.
    """

    seq: int
    key: str | None
    at: datetime
    who: str
    kind: str
    before: State | None
    after: State | None
    why: str
    data: dict[str, str] = field(default_factory=dict)
    actor: Actor = field(default_factory=Actor)


SETTLED = "settled"
"""The kind of the event that records that a person settled a refund. Its data are the evidence."""


APPROVED, DECLINED = "approved", "declined"
"""The kinds of the events by which another person decided about a refund that needed an approval."""


def approval_of(events: Iterable[object]) -> Event | None:
    """The event by which another person approved or declined a refund, None if nobody did."""
    found = [event for event in events if isinstance(event, Event) and event.kind in (APPROVED, DECLINED)]
    return found[-1] if found else None


def evidence_of(events: Iterable[object]) -> Mapping[str, str]:
    """The evidence of a settled refund: `paid`, `reference`, `said_by`, `when`. Empty if no person settled it."""
    settled = settlement_of(events)
    return settled.data if settled else {}


def settlement_of(events: Iterable[object]) -> Event | None:
    """The event by which a person settled a refund, None if none did."""
    found = [event for event in events if isinstance(event, Event) and event.kind == SETTLED]
    return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a person stated was captured on a trip, when the records disagree. The newest statement counts."""

    store_id: str
    trip_id: str
    amount: Money
    at: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a clerk typed for a trip before the refund was confirmed. Nothing in it was checked.

    `marks` holds the marked articles, as `core.articles.format_marks` writes them. `saved_at` (UTC) is None until the
    draft is saved.
    """

    store_id: str
    trip_id: str
    amount: str = ""
    currency: str = ""
    reason: str = ""
    note: str = ""
    marks: str = ""
    saved_at: datetime | None = field(default=None, compare=False)

    @property
    def empty(self) -> bool:
        """Whether nothing is typed and nothing is marked."""
        return not (self.amount or self.reason or self.note or self.marks)
