"""Owns what the ledger knows of acts that two people must ask for. Decides nothing: `core.second_person` has the rules.

Works inside a transaction or a short read of the caller.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from refund_tui.core.approval import TOLD_APART_BY, Approver
from refund_tui.core.refunds import Event
from refund_tui.core.second_person import (
    REQUEST,
    REQUESTS,
    Awaited,
    already_asked,
    awaited,
    confirmed,
    first_person,
    open_requests,
)
from refund_tui.core.times import Instant
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.personal import Rows, rows_of
from refund_tui.store.sqlite.rows import event_of

_OF_KINDS = "SELECT * FROM event WHERE key IS NULL AND kind IN (?, ?) ORDER BY seq DESC"


def ask(
    transaction: sqlite3.Connection, act: str, data: dict[str, str], why: str, by: Approver, now: Instant
) -> dict[str, str] | Awaited:
    """What the act's event says of the first person; else a request is recorded, once for each clerk."""
    found = _events(rows_of(transaction)(_OF_KINDS, act, REQUESTS[act]))
    requests = open_requests(act, data, found, now)
    if (first := first_person(requests, by)) is not None:
        return first
    if not already_asked(requests, by):
        note(transaction, None, by.person.name, now, REQUESTS[act], None, None, why, data)
    return awaited(requests, by, now)


def unconfirmed(rows: Rows) -> Iterator[tuple[int, str]]:
    """The acts that name a first person, and for which no event of another person shows the request."""
    for act in _events(rows(_OF_KINDS, *REQUESTS)):
        if not {REQUEST, TOLD_APART_BY} & act.data.keys():
            continue
        number = act.data.get(REQUEST, "")
        asked = rows("SELECT * FROM event WHERE key IS NULL AND seq = CAST(? AS INTEGER)", number)
        if not confirmed(act, next(_events(asked), None)):
            yield act.seq, f"event {act.seq} ({act.kind}) says that two people asked for it, and no other person did"


def _events(rows: Iterable[sqlite3.Row]) -> Iterator[Event]:
    """The events that can be read. The chain of hashes shows the others."""
    return (event for event in map(event_of, rows) if isinstance(event, Event))
