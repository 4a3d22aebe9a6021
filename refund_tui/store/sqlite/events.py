"""Owns how an event is written, in the transaction of the change that it describes, with the rows that it changed.

Every event is written here. None is ever altered.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from refund_tui.core.damage import Damaged
from refund_tui.core.refunds import Ceiling, State
from refund_tui.core.second_person import CEILING_SET
from refund_tui.core.times import Instant, stamp
from refund_tui.host.actor import this_actor
from refund_tui.store.sqlite.evidence import Place, head, link, record_of
from refund_tui.store.sqlite.personal import Rows, rows_of
from refund_tui.store.sqlite.rows import ceiling_of, damaged


def note(
    transaction: sqlite3.Connection,
    key: str | None,
    who: str,
    now: Instant,
    kind: str,
    before: str | None,
    after: str | None,
    why: str,
    data: dict[str, str] | None,
    seq: int | None = None,
    rows: Iterable[Place] = (),
) -> None:
    """Write one event, with the facts of this process.

    `key` None: about the whole ledger, without states. `seq` None: with the next number. `rows`
    are the rows that the transaction changed beside the refund's own; the event records how they are now.
    """
    text = json.dumps(data or {}, ensure_ascii=False, sort_keys=True)
    places = [*([("refund", (key,))] if key else []), *rows]
    record = record_of(transaction, places, whole=before is None)
    states = (before and str(before), after and str(after))  # a plain text also of a State
    append(transaction, (key, stamp(now.at), who, kind, *states, why, text, this_actor().as_text, record), seq)


def note_attempt_apart(
    transaction: sqlite3.Connection, key: str, number: int, who: str, now: Instant, kind: str, why: str
) -> None:
    """Write one event about an attempt whose refund has a row that cannot be used. It records the attempt alone.

    The refund stays in the state of its last event. If it is missing, or has no such event, the event has no key.
    """
    state = _last_state(transaction, key)
    record = record_of(transaction, [("attempt", (key, number))])
    place, actor = key if state else None, this_actor().as_text
    append(transaction, (place, stamp(now.at), who, kind, state, state, why, "{}", actor, record))


def _last_state(transaction: sqlite3.Connection, key: str) -> str | None:
    """The state of a refund by its last event. None if it is no state, or if the refund is missing."""
    sql = "SELECT after FROM event WHERE key = (SELECT key FROM refund WHERE key = ?) ORDER BY seq DESC LIMIT 1"
    row = transaction.execute(sql, (key,)).fetchone()
    return row[0] if row and row[0] in list(State) else None


def append(transaction: sqlite3.Connection, event: tuple[str | None, ...], seq: int | None = None) -> None:
    """Write the columns of an event after its number, with the hash that links it to the event before."""
    newest, previous = head(rows_of(transaction), _ledger(transaction))
    whole = (newest + 1 if seq is None else seq, *event)
    transaction.execute(
        "INSERT INTO event (seq, key, at, who, kind, before, after, why, data, actor, record, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*whole, link(previous, whole).decode()),
    )


def _ledger(transaction: sqlite3.Connection) -> str:
    return str(transaction.execute("SELECT id FROM identity").fetchone()[0])


_NEWEST_CEILING = (
    "SELECT * FROM ceiling WHERE id IN (SELECT id FROM ceiling WHERE folded_trip = ?"
    " UNION SELECT id FROM ceiling WHERE +folded_trip = ?) ORDER BY id DESC LIMIT 1"
)
"""Searched by the index and again without it, so that a damaged index hides no row."""
_CEILING_EVENTS = "SELECT data FROM event WHERE key IS NULL AND kind = ? AND who = ? AND why = ?"


def newest_ceiling(rows: Rows, trip: str) -> Ceiling | Damaged | None:
    """The captured amount that a person stated last for a trip (folded id); damaged if its event differs."""
    found = rows(_NEWEST_CEILING, trip, trip)
    if not found:
        return None
    row, ceiling = found[0], ceiling_of(found[0])
    if isinstance(ceiling, Ceiling) and not _has_event(rows, ceiling):
        return damaged("ceiling", row["id"], row, "it differs from its event")
    return ceiling


def _has_event(rows: Rows, ceiling: Ceiling) -> bool:
    """Whether an event states the same. It may also name the person who asked first."""
    told = ceiling_data(ceiling).items()
    found = rows(_CEILING_EVENTS, CEILING_SET, ceiling.who, ceiling.why)
    return any(told <= _data(row["data"]).items() for row in found)


def ceiling_data(ceiling: Ceiling) -> dict[str, str]:
    """The data of the event of a stated amount."""
    return {"store_id": ceiling.store_id, "trip_id": ceiling.trip_id, "captured": str(ceiling.amount)}


def _data(text: str | bytes) -> dict[str, object]:
    """The data of an event; none if they cannot be read."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
