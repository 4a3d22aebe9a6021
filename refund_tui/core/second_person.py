"""Owns the rule for acts that two people must ask for: ending the account's wait, and stating a higher captured amount.

Each of the two asks for exactly the same; the second must be an approver. Reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from refund_tui.core.approval import TOLD_APART_BY, Approver, Person, apart, told_apart_by
from refund_tui.core.refunds import Event
from refund_tui.core.times import Instant, span, stamp
from refund_tui.core.trips import folded_trip

GATE_OPENED, CEILING_SET = "gate_opened", "ceiling_set"
"""The kinds of the events that record such an act."""

REQUESTS = {GATE_OPENED: "gate_asked", CEILING_SET: "ceiling_asked"}
"""For each act, the kind of the event by which a person asks for it. Its data are those of the act."""

LASTS = timedelta(days=1)
"""How long a request waits for the second person."""

REQUEST = "request"
"""The field of an act's data with the number of the event by which the first person asked."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """Nothing was done, because another person must ask for the same. `words` says it."""

    words: str


def person_of(event: Event) -> Person:
    """Who wrote an event."""
    return Person(event.who, event.actor)


def open_requests(act: str, data: dict[str, str], events: Iterable[Event], now: Instant) -> list[Event]:
    """The requests for exactly this act that still wait, newest first.

    `events`: the acts of this kind and the requests for them, newest first. An act ends the requests before it.
    """
    found = []
    for event in events:
        if event.kind == act and _thing(event.data) == _thing(data):
            break
        if event.kind == REQUESTS[act] and event.data == data and event.at >= now.at - LASTS:
            found.append(event)
    return found


def _thing(data: dict[str, str]) -> str:
    """What an act changes: the wait of an endpoint, or the captured amount of a trip."""
    return data.get("endpoint") or folded_trip(data.get("store_id", ""), data.get("trip_id", ""))


def first_person(requests: Iterable[Event], by: Approver) -> dict[str, str] | None:
    """What the event of the act says of the person who asked first; None if `by` is not the second person."""
    for request in requests if by.entitled else ():
        asker = person_of(request)
        if way := told_apart_by(asker, by.person, named_by_key=by.named_by_key):
            asked = {"asked_by": asker.words, "asked_at": stamp(request.at), REQUEST: str(request.seq)}
            return asked | {TOLD_APART_BY: way}
    return None


def already_asked(requests: Iterable[Event], by: Approver) -> bool:
    """Whether a request that waits is by a clerk of the same name."""
    return any(request.who.casefold() == by.person.name.casefold() for request in requests)


def awaited(requests: Sequence[Event], by: Approver, now: Instant) -> Awaited:
    """What a person is told who is not the second one. `requests`: those that waited before."""
    if not requests:
        return Awaited("Asked and recorded; an approver must do the same. Nothing has changed yet.")
    told = " and ".join(
        f"{person_of(one).words} asked for this {span((now.at - one.at).total_seconds())} ago" for one in requests
    )
    recorded = "" if already_asked(requests, by) else " Your request is recorded too."
    return Awaited(
        f"{told}, and you work as {by.person.words}.{recorded} An approver must do the same, who is another person, "
        "with another account. Nothing has changed yet."
    )


def confirmed(act: Event, request: Event | None) -> bool:
    """Whether `request` is the request of another person for what `act` did, as the act says."""
    return (
        request is not None
        and request.kind == REQUESTS.get(act.kind)
        and request.seq < act.seq
        and bool(request.data)
        and request.data.items() <= act.data.items()
        and apart(person_of(request), person_of(act), act.data.get(TOLD_APART_BY, ""))
    )
