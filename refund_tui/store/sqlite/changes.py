"""Owns the single reads and writes by which the ledger changes a refund and its attempts in one transaction.

Each function works inside a transaction that the caller began. Decides nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from refund_tui.core.approval import Approver
from refund_tui.core.damage import Damaged
from refund_tui.core.lifecycle import Decision
from refund_tui.core.outcomes import LONGEST_RAW, Outcome
from refund_tui.core.refunds import Attempt, Ceiling, Intent, Life, Refund
from refund_tui.core.rules import TripBalance
from refund_tui.core.second_person import CEILING_SET, Awaited
from refund_tui.core.times import Instant, stamp
from refund_tui.core.trips import folded_trip
from refund_tui.errors import RecordUnusable
from refund_tui.store.sqlite.events import ceiling_data, newest_ceiling, note
from refund_tui.store.sqlite.evidence import Place
from refund_tui.store.sqlite.personal import rows_of
from refund_tui.store.sqlite.rows import DRAFT_ROW, INTENT, LIFE, OF_TRIP, intent_values, life_values, refund_of
from refund_tui.store.sqlite.second_person import ask

OPEN_ATTEMPT = "SELECT * FROM attempt WHERE key = ? AND ended_at IS NULL"
"""The open attempt of a refund; there is at most one."""


def balance_of(transaction: sqlite3.Connection, asked: Intent, charge_currency: str | None) -> TripBalance:
    """The balance of a trip as this transaction sees it."""
    trip = folded_trip(asked.store_id, asked.trip_id)
    rows = rows_of(transaction)
    refunds = map(refund_of, rows(OF_TRIP, trip, asked.store_id, asked.trip_id))
    return TripBalance.of(asked.captured, refunds, newest_ceiling(rows, trip), charge_currency)


def read_refund(transaction: sqlite3.Connection, key: str) -> Refund:
    """The refund as this transaction leaves it.

    It is not read after the commit: that could fail, or see a later change.
    """
    return sound(refund_of(transaction.execute("SELECT * FROM refund WHERE key = ?", (key,)).fetchone()))


def sound(found: Refund | Damaged) -> Refund:
    """The refund. Raises RecordUnusable if it cannot be read."""
    if isinstance(found, Damaged):
        raise RecordUnusable(found.sentence)
    return found


def insert_refund(transaction: sqlite3.Connection, refund: Refund) -> None:
    """Write a new refund, with version 0. Raises sqlite3.IntegrityError if the tables refuse it."""
    columns = (*INTENT, *LIFE)
    transaction.execute(
        f"INSERT INTO refund ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        (*intent_values(refund), *life_values(refund.life)),
    )


def insert_ceiling(
    transaction: sqlite3.Connection, ceiling: Ceiling, now: Instant, by: Approver | None = None
) -> Awaited | None:
    """Write the captured amount that a person states for a trip, with its event.

    With `by` two people must state it: Awaited for the first one, whose request is recorded.
    """
    data = ceiling_data(ceiling)
    first = ask(transaction, CEILING_SET, data, ceiling.why, by, now) if by else {}
    if isinstance(first, Awaited):
        return first
    amount = ceiling.amount
    row = transaction.execute(
        "INSERT INTO ceiling (store_id, trip_id, minor, currency, at, who, why) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            ceiling.store_id, ceiling.trip_id, amount.minor, amount.currency, stamp(ceiling.at), ceiling.who,
            ceiling.why,
        ),
    ).lastrowid  # fmt: skip
    rows: list[Place] = [("ceiling", (row,))]
    note(transaction, None, ceiling.who, now, CEILING_SET, None, None, ceiling.why, data | first, rows=rows)
    return None


def insert_draft(transaction: sqlite3.Connection, values: Sequence[object]) -> None:
    """Write a draft, in place of an earlier one. `values` are those of DRAFT_ROW."""
    transaction.execute(
        f"INSERT OR REPLACE INTO draft ({', '.join(DRAFT_ROW)}) VALUES ({', '.join('?' * len(DRAFT_ROW))})", values
    )


def write_life(transaction: sqlite3.Connection, refund: Refund, life: Life, now: Instant) -> bool:
    """Write a life by compare-and-swap on the version. False if the refund has changed since the caller read it."""
    columns = ", ".join(f"{column} = ?" for column in LIFE)
    done = transaction.execute(
        f"UPDATE refund SET {columns}, updated_at = ?, version = version + 1 WHERE key = ? AND version = ?",
        (*life_values(life), stamp(now.at), refund.key, refund.version),
    )
    return done.rowcount == 1


def note_decision(
    transaction: sqlite3.Connection,
    refund: Refund,
    decision: Decision,
    who: str,
    now: Instant,
    data: dict[str, str] | None,
    rows: Iterable[Place] = (),
) -> None:
    """Write the event of a decision. `rows` are the rows that the transaction changed beside the refund's own."""
    after = decision.life.state
    note(transaction, refund.key, who, now, decision.kind, refund.state, after, decision.why, data, rows=rows)


def attempt_place(attempt: Attempt) -> Place:
    """Where the row of an attempt is."""
    return "attempt", (attempt.key, attempt.number)


def next_number(transaction: sqlite3.Connection, key: str) -> int:
    """The number of the next attempt of a refund, from 1."""
    row = transaction.execute("SELECT coalesce(max(number), 0) + 1 FROM attempt WHERE key = ?", (key,)).fetchone()
    return int(row[0])


def insert_attempt(transaction: sqlite3.Connection, attempt: Attempt) -> None:
    """Record an attempt that begins."""
    started, holder = attempt.started, attempt.holder
    transaction.execute(
        "INSERT INTO attempt (key, number, started_at, started_boot, started_ticks, host, boot, pid, started,"
        " namespace, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            attempt.key, attempt.number, stamp(started.at), started.boot, started.ticks,
            holder.host, holder.boot, holder.pid, holder.started, holder.namespace,
            attempt.actor.as_text,
        ),
    )  # fmt: skip


def close_attempt(transaction: sqlite3.Connection, attempt: Attempt, outcome: Outcome, now: Instant) -> bool:
    """Write the end of an attempt; False if it was written before."""
    answer = outcome.answer
    done = transaction.execute(
        "UPDATE attempt SET ended_at = ?, outcome = ?, http_status = ?, detail = ?, raw = ?"
        " WHERE key = ? AND number = ? AND ended_at IS NULL",
        (
            stamp(now.at), outcome.word, answer.status, answer.detail, answer.raw[:LONGEST_RAW],
            attempt.key, attempt.number,
        ),
    )  # fmt: skip
    return done.rowcount == 1


def late_answer(attempt: Attempt, outcome: Outcome) -> dict[str, str]:
    """The data of an event that keeps the answer of an attempt that was already ended."""
    answer = outcome.answer
    data = {"attempt": str(attempt.number), "outcome": outcome.word, "detail": answer.detail}
    return data | {"http_status": str(answer.status or ""), "raw": answer.raw[:LONGEST_RAW]}
