"""Owns how an event is written, in the transaction of the change that it describes, and how a row is compared with it.

A row that differs from its event was altered.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Protocol

from refund_tui.core.damage import Damaged
from refund_tui.core.refunds import ASKED, RECORDED, Ceiling, Event, Refund, State
from refund_tui.core.times import Instant, stamp
from refund_tui.host.actor import this_actor
from refund_tui.store.sqlite.rows import ceiling_of, damaged, event_of, fingerprint


def note(
    transaction: sqlite3.Connection,
    key: str | None,
    who: str,
    now: Instant,
    kind: str,
    before: State | None,
    after: State | None,
    why: str,
    data: dict[str, str] | None,
    seq: int | None = None,
) -> None:
    """Write one event, with this process. `key` None: about the whole ledger, without states. `seq` None: the next."""
    text = json.dumps(data or {}, ensure_ascii=False, sort_keys=True)
    transaction.execute(
        "INSERT INTO event (seq, key, at, who, kind, before, after, why, data, actor)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            seq, key, stamp(now.at), who, kind, before and str(before), after and str(after), why, text,
            this_actor().as_text,
        ),
    )  # fmt: skip


CEILING_SET = "ceiling_set"
"""The kind of the event that records a captured amount which a person stated."""

_NEWEST_CEILING = (
    "SELECT * FROM ceiling WHERE id IN (SELECT id FROM ceiling WHERE folded_trip = ?1"
    " UNION SELECT id FROM ceiling WHERE +folded_trip = ?1) ORDER BY id DESC LIMIT 1"
)
"""Searched by the index and again without it, so that a damaged index hides no row."""
_CEILING_EVENT = "SELECT 1 FROM event WHERE key IS NULL AND kind = ? AND who = ? AND why = ? AND data = ? LIMIT 1"
_RECORDED = f"SELECT * FROM event WHERE key = ? AND kind = '{RECORDED}' ORDER BY seq LIMIT 1"


class FirstRow(Protocol):
    """A function that runs a query and returns the first row, or None."""

    def __call__(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Run the query. Raises StoreError or sqlite3.Error."""
        ...


def as_recorded(first: FirstRow, refund: Refund) -> bool:
    """Whether the refund matches the hash in its event. Events of version 0.1.0 have no hash and always match."""
    row = first(_RECORDED, refund.key)
    event = event_of(row) if row else None
    return not isinstance(event, Event) or event.data.get(ASKED) in (None, fingerprint(refund))


def newest_ceiling(first: FirstRow, trip: str) -> Ceiling | Damaged | None:
    """The captured amount that a person stated last for a trip (folded id); damaged if its event differs."""
    row = first(_NEWEST_CEILING, trip)
    if row is None:
        return None
    ceiling = ceiling_of(row)
    if (
        isinstance(ceiling, Ceiling)
        and first(_CEILING_EVENT, CEILING_SET, ceiling.who, ceiling.why, _data(ceiling)) is None
    ):
        return damaged("ceiling", row["id"], row, "it is not what its event says")
    return ceiling


def ceiling_data(ceiling: Ceiling) -> dict[str, str]:
    """The data of the event of a stated amount."""
    return {"store_id": ceiling.store_id, "trip_id": ceiling.trip_id, "captured": str(ceiling.amount)}


def _data(ceiling: Ceiling) -> str:
    return json.dumps(ceiling_data(ceiling), ensure_ascii=False, sort_keys=True)
