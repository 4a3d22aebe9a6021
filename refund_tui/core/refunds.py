"""Owns what a refund is: the intent that never changes, the life that does, its attempts and its events.

Decides nothing: what may happen next is `lifecycle`, what may be asked for is `rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from refund_tui.core.articles import RefundedArticle
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.times import Instant, Wait
from refund_tui.core.trips import Card


class State(StrEnum):
    """Where a refund is. `STATE_FACTS` says what each state means for the program, the manual the rest."""

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
        """Whether it counts against what is left to refund on its trip."""
        return STATE_FACTS[self].counts

    @property
    def goes_on(self) -> bool:
        """Whether the desk carries it on by itself."""
        return STATE_FACTS[self].goes_on

    @property
    def sendable(self) -> bool:
        """Whether the desk sends it by itself once its wait is over."""
        return STATE_FACTS[self].sendable

    @property
    def needs_person(self) -> bool:
        """Whether nothing becomes of it until a person acts."""
        return STATE_FACTS[self].needs_person

    @property
    def terminal(self) -> bool:
        """Whether nothing can change it any more; a correction is a new event."""
        return not (self.goes_on or self.needs_person)


@dataclass(frozen=True, slots=True)
class StateFacts:
    """What a state means for the program; the properties of `State` of the same names say what each fact is."""

    counts: bool
    goes_on: bool = False
    sendable: bool = False
    needs_person: bool = False


STATE_FACTS = {
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
"""The one place for these facts: screens, commands, rules and SQL take them from here."""

GOING_ON_STATES = frozenset(state for state in State if state.goes_on)
SENDABLE_STATES = frozenset(state for state in State if state.sendable)
PERSON_STATES = frozenset(state for state in State if state.needs_person)
OPEN_STATES = frozenset(state for state in State if not state.terminal)


class Action(StrEnum):
    """What a person can do to a refund; `lifecycle.possible` says when."""

    ASK_AGAIN = "ask_again"
    STOP = "stop"
    CANCEL = "cancel"
    SETTLE = "settle"
    GO_ON = "go_on"
    TRY_NOW = "try_now"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a clerk asks for. `window_closes` (UTC) is None where the trip's time is not known here.

    `articles` are those that the clerk marked; `card` and `receipt` are the trip's, as they were known then.
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
    """All of a refund that changes. Every change is a whole new Life, written together with one event.

    `maybe_executed` only rises until ACCEPTED or a person settles it. `first_sent` is the start of the first attempt
    that may have been executed: the key horizon runs from it. `tries` counts attempts in the present run of backoff,
    `doubts` those of unknown outcome since a person last asked. `asked` is a person's permission for one attempt that
    is not made automatically: past the key horizon, or after the window closed. `alarm` marks what does not agree with
    the books: a yes or a doubt after the refund was closed as unpaid, a second yes with another id.
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
    """One refund as the ledger has it.

    `key` is its refundRequestId, made with the intent and never changed; `body` the exact bytes of every request.
    `endpoint` names the account it belongs to: it is sent nowhere else. `version` rises with every change of `life`.
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

    @property
    def state(self) -> State:
        """The state of its present life."""
        return self.life.state

    @property
    def automatic(self) -> str:
        """The name in events for what no person did to it: who asked for it, whichever clerk's program did it."""
        return f"{self.clerk} (automatic)"

    @property
    def open(self) -> bool:
        """Whether something may still become of it, by itself or by a person."""
        return not self.life.state.terminal


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that sends: the lease of an attempt. `started`, its start, differs where a pid is used again.

    `namespace` names the space in which `pid` counts; empty where the platform has none, or it was not recorded.
    """

    host: str
    boot: str
    pid: int
    started: str
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request of a refund, recorded before its first byte. `ended_at` None means that its outcome is not known."""

    key: str
    number: int
    started: Instant
    holder: Holder
    ended_at: datetime | None = None
    outcome: str | None = None
    http_status: int | None = None
    detail: str = ""
    raw: str = ""


RECORDED, ATTEMPT_STARTED = "recorded", "attempt_started"
"""The kinds of the events that begin a refund and an attempt; `lifecycle` names those of its decisions."""

ASKED = "asked"
"""In the data of the event `recorded`: a hash of all that was asked for, which shows a later change of the record."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a refund, never altered: when (UTC), who, what kind, from which state to which, and why.

    `seq` orders the events of one ledger; `data` holds a person's evidence or a late answer. An event of the whole
    ledger has neither `key` nor states.
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


SETTLED = "settled"
"""The kind of the event by which a person settled a refund; its data are the evidence."""


def evidence_of(events: Iterable[object]) -> Mapping[str, str]:
    """The evidence by which a refund was settled: `paid`, `reference`, `said_by`, `when`; empty if it was not."""
    found = [event.data for event in events if isinstance(event, Event) and event.kind == SETTLED]
    return found[-1] if found else {}


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A person's word on what was captured on a trip, where the records disagree; the newest one counts."""

    store_id: str
    trip_id: str
    amount: Money
    at: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a clerk had typed for a trip and not asked for yet, as typed: nothing in it has been checked.

    `marks` are the marked articles, as `core.articles.marks_words` writes them.
    """

    store_id: str
    trip_id: str
    amount: str = ""
    currency: str = ""
    reason: str = ""
    note: str = ""
    marks: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed or marked."""
        return not (self.amount or self.reason or self.note or self.marks)
