"""Owns how refunds, attempts, events and waits stand in the ledger's rows. Runs no SQL."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Attempt, Ceiling, Event, Holder, Intent, Life, Refund, State
from refund_tui.core.times import Mark, Wait, stamp, unstamp

LIFE = (
    "state", "maybe_executed", "wait_at", "wait_boot", "wait_ticks", "wait_seconds", "not_before",
    "sent_at", "sent_boot", "sent_ticks", "tries", "doubts", "asked", "alarm", "reconciliation_id", "why",
)  # fmt: skip
"""The columns of a refund that change, in the order of `life_values`."""

INTENT = (
    "key", "endpoint", "store_id", "trip_id", "minor", "currency", "reason", "note", "captured", "window_closes",
    "clerk", "body", "created_at", "updated_at",
)  # fmt: skip
"""The columns that are written once, in the order of `intent_values`."""


def intent_values(refund: Refund) -> tuple[object, ...]:
    """The values of INTENT."""
    asked = refund.intent
    return (
        refund.key, refund.endpoint, asked.store_id, asked.trip_id, asked.amount.minor, asked.amount.currency,
        str(asked.reason), asked.note, asked.captured.minor if asked.captured else None,
        _stamp(asked.window_closes), refund.clerk, refund.body, stamp(refund.created_at), stamp(refund.updated_at),
    )  # fmt: skip


def life_values(life: Life) -> tuple[object, ...]:
    """The values of LIFE."""
    return (
        str(life.state), int(life.maybe_executed), *wait_values(life.wait), *_mark_values(life.first_sent),
        life.tries, life.doubts, int(life.asked), int(life.alarm), life.reconciliation_id, life.why,
    )  # fmt: skip


def wait_values(wait: Wait | None) -> tuple[object, ...]:
    """A wait as five columns: its mark, its seconds, and the wall time of its end."""
    if wait is None:
        return (None,) * 5
    return (*_mark_values(wait.start), wait.seconds, stamp(wait.not_before))


def _mark_values(mark: Mark | None) -> tuple[object, ...]:
    return (None,) * 3 if mark is None else (stamp(mark.at), mark.boot, mark.ticks)


def refund_of(row: sqlite3.Row) -> Refund:
    """The refund that a row tells."""
    captured = None if row["captured"] is None else Money(row["captured"], row["currency"])
    intent = Intent(
        row["store_id"], row["trip_id"], Money(row["minor"], row["currency"]), ReasonCode(row["reason"]), row["note"],
        captured, _unstamp(row["window_closes"]),
    )  # fmt: skip
    return Refund(
        row["key"], row["endpoint"], intent, row["clerk"], row["body"], unstamp(row["created_at"]),
        unstamp(row["updated_at"]), _life_of(row), row["version"],
    )  # fmt: skip


def _life_of(row: sqlite3.Row) -> Life:
    return Life(
        State(row["state"]), bool(row["maybe_executed"]), wait_of(row), _mark_of(row, "sent"), row["tries"],
        row["doubts"], bool(row["asked"]), row["reconciliation_id"], bool(row["alarm"]), row["why"],
    )  # fmt: skip


def wait_of(row: sqlite3.Row) -> Wait | None:
    """The wait that a row tells, or None."""
    mark = _mark_of(row, "wait")
    return Wait(mark, row["wait_seconds"]) if mark else None


def _mark_of(row: sqlite3.Row, name: str) -> Mark | None:
    if row[f"{name}_at"] is None:
        return None
    return Mark(unstamp(row[f"{name}_at"]), row[f"{name}_boot"], row[f"{name}_ticks"])


def attempt_of(row: sqlite3.Row) -> Attempt:
    """The attempt that a row tells."""
    started = Mark(unstamp(row["started_at"]), row["started_boot"], row["started_ticks"])
    holder = Holder(row["host"], row["boot"], row["pid"], row["started"], row["namespace"])
    return Attempt(
        row["key"], row["number"], started, holder, _unstamp(row["ended_at"]), row["outcome"], row["http_status"],
        row["detail"], row["raw"],
    )  # fmt: skip


def ceiling_of(row: sqlite3.Row) -> Ceiling:
    """The word on what was captured that a row tells."""
    amount = Money(row["minor"], row["currency"])
    return Ceiling(row["store_id"], row["trip_id"], amount, unstamp(row["at"]), row["who"], row["why"])


def event_of(row: sqlite3.Row) -> Event:
    """The event that a row tells."""
    return Event(
        row["seq"], row["key"], unstamp(row["at"]), row["who"], row["kind"], _state(row["before"]),
        _state(row["after"]), row["why"], json.loads(row["data"]),
    )  # fmt: skip


def _state(name: str | None) -> State | None:
    return State(name) if name else None


def _stamp(instant: datetime | None) -> str | None:
    return stamp(instant) if instant else None


def _unstamp(text: str | None) -> datetime | None:
    return unstamp(text) if text else None
