"""Owns the export of refunds as JSON lines and CSV. It reads pages, never the whole ledger in one read.

The output never contains control characters from outside, and no cell that a spreadsheet would treat as a formula.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from refund_tui.core.actor import Actor
from refund_tui.core.articles import RefundedArticle
from refund_tui.core.damage import DAMAGED, Damaged
from refund_tui.core.evidence import Head
from refund_tui.core.filters import Filter
from refund_tui.core.outcomes import LONGEST_RAW
from refund_tui.core.refunds import Attempt, Event, Refund, State, settlement_of
from refund_tui.core.text import uncut, visible
from refund_tui.core.times import Instant, Wait, stamp
from refund_tui.core.waits import next_attempt

PAGE = 200
"""The number of refunds in one read."""

COLUMNS = (
    "refund_request_id", "store_id", "shopping_trip_id", "amount", "currency", "reason_code", "note", "state",
    "maybe_executed", "reconciliation_id", "clerk", "created_at", "updated_at", "attempts",
    "damage", "endpoint", "articles", "card_brand", "card_last_four", "receipt",
    "why", "next_attempt_at", "last_answer", "settled_reference", "settled_said_by", "settled_when",
    "actor", "settled_actor", "ledger_head", "approval", "approval_by", "approval_word", "approval_actor",
    "redacted_at",
)  # fmt: skip
"""The fields of an exported refund.

- `amount` is text.
- `attempts` is a list in JSON, and a number in CSV.
- `articles` are those that a clerk marked: a list in JSON, one text in CSV.
- card and receipt are those that were known when the refund was made.
- `why` is the reason for its state.
- `next_attempt_at` is the end (UTC) of its own wait or the account's, whichever is later; empty if neither waits.
- `last_answer` is the text of the last answer. `settled_…` is the evidence of a person.
- `actor` is the process that asked for it, `settled_actor` the one that settled it: facts in JSON, one text in CSV.
- `approval` is what another person decided, approved or declined; `approval_…` is the clerk, the word and the process.
- `ledger_head` is the number and the hash of the ledger's newest event when the refund was read.
- `redacted_at` is when (UTC) note, articles, card and receipt were removed; empty if they were not.
- `damage` says what is wrong with a record that cannot be read. Its state is DAMAGED. Its other fields are the values
  of the row, unchecked, without an amount.
"""


class RefundRows(NamedTuple):
    """A refund, its attempts, the event by which a person settled it, and when (UTC) it may be sent again.

    `actor` is the process that asked for it, `head` the head of the ledger, `approval` the event by which another
    person approved or declined it.
    """

    refund: Refund | Damaged
    attempts: tuple[Attempt | Damaged, ...]
    settled: Event | None
    next_attempt: datetime | None
    actor: Actor
    head: Head
    approval: Event | None


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Exported(Protocol):
    """What an export reads."""

    def page(self, wanted: Filter, below: int | None, limit: int) -> list[tuple[int, Refund | Damaged]]:
        """`limit` refunds with row numbers, newest first. `below` is the last row number of the page before."""
        ...

    def attempts(self, key: str) -> tuple[Attempt | Damaged, ...]:
        """The attempts of a refund, oldest first."""
        ...

    def events(self, key: str) -> tuple[Event | Damaged, ...]:
        """The events of a refund, oldest first."""
        ...

    def people(self, key: str) -> tuple[Actor, Event | None]:
        """The process that asked for a refund, and the event by which another person approved or declined it."""
        ...

    def gate(self, endpoint: str) -> Wait | None:
        """The wait of the whole account at an endpoint."""
        ...

    def head(self) -> Head:
        """The newest event."""
        ...


def page(
    history: Exported, wanted: Filter, below: int | None, now: Instant, limit: int = PAGE
) -> tuple[list[RefundRows], int | None]:
    """At most `limit` refunds at `now`, newest first, and the `below` of the next page; None at the end.

    Raises StoreError.
    """
    rows = history.page(wanted, below, limit)
    head = history.head()
    found = [_read(history, refund, now, head) for _, refund in rows]
    return found, rows[-1][0] if len(rows) == limit else None


def _read(history: Exported, refund: Refund | Damaged, now: Instant, head: Head) -> RefundRows:
    key = refund.key
    asker, approval = history.people(key)
    told = (_settled(history, refund), _next(history, refund, now), asker, head, approval)
    return RefundRows(refund, history.attempts(key), *told)


def _next(history: Exported, refund: Refund | Damaged, now: Instant) -> datetime | None:
    if isinstance(refund, Damaged) or not refund.state.sendable:
        return None
    return next_attempt(refund.life, history.gate(refund.endpoint), now)


def _settled(history: Exported, refund: Refund | Damaged) -> Event | None:
    settled = isinstance(refund, Refund) and refund.state in (State.SETTLED_PAID, State.SETTLED_UNPAID)
    return settlement_of(history.events(refund.key)) if settled else None


def refunds(history: Exported, wanted: Filter, now: Instant, limit: int | None = None) -> Iterator[RefundRows]:
    """The refunds that match `wanted` at `now`, newest first, at most `limit`. Raises StoreError."""
    below, left = None, limit
    while left is None or left > 0:
        found, below = page(history, wanted, below, now, PAGE if left is None else min(PAGE, left))
        yield from found
        left = None if left is None else left - len(found)
        if below is None:
            return


def as_record(row: RefundRows) -> dict[str, object]:
    """The exported fields of a refund, in the order of COLUMNS. Times are in UTC."""
    refund, attempts, settled, next_at, actor, head, approval = row
    evidence: Mapping[str, str] = settled.data if settled else {}
    if isinstance(refund, Damaged):
        found = {"attempts": [_attempt(attempt) for attempt in attempts], "ledger_head": str(head)}
        return _as_it_stands(refund) | found
    asked, life = refund.intent, refund.life
    return {
        "refund_request_id": refund.key,
        "store_id": visible(asked.store_id),
        "shopping_trip_id": visible(asked.trip_id),
        "amount": asked.amount.digits,
        "currency": asked.amount.currency,
        "reason_code": str(asked.reason),
        "note": visible(asked.note),
        "state": str(refund.state),
        "maybe_executed": life.maybe_executed,
        "reconciliation_id": None if life.reconciliation_id is None else uncut(life.reconciliation_id),
        "clerk": visible(refund.clerk),
        "created_at": stamp(refund.created_at),
        "updated_at": stamp(refund.updated_at),
        "attempts": [_attempt(attempt) for attempt in attempts],
        "damage": None,
        "endpoint": visible(refund.endpoint),
        "articles": [_article(article) for article in asked.articles],
        "card_brand": _text(asked.card.brand),
        "card_last_four": _text(asked.card.tail),
        "receipt": _text(asked.receipt),
        "why": visible(life.why, LONGEST_RAW),
        "next_attempt_at": stamp(next_at) if next_at else None,
        "last_answer": next((visible(one.detail, LONGEST_RAW) for one in _sound(attempts)[::-1] if one.detail), None),
        "settled_reference": _text(evidence.get("reference")),
        "settled_said_by": _text(evidence.get("said_by")),
        "settled_when": _text(evidence.get("when")),
        "actor": _actor(actor),
        "settled_actor": _actor(settled.actor) if settled else None,
        "ledger_head": str(head),
        "approval": approval and approval.kind,
        "approval_by": _text(approval.who if approval else None),
        "approval_word": _text(approval.data.get("word") if approval else None),
        "approval_actor": approval and _actor(approval.actor),
        "redacted_at": stamp(refund.redacted_at) if refund.redacted_at else None,
    }


def _actor(actor: Actor) -> dict[str, str] | None:
    return {name: visible(value) for name, value in actor.facts.items()} or None


def _sound(attempts: tuple[Attempt | Damaged, ...]) -> list[Attempt]:
    return [attempt for attempt in attempts if isinstance(attempt, Attempt)]


def _text(value: str | None) -> str | None:
    return None if value is None else visible(value)


def _article(article: RefundedArticle) -> dict[str, object]:
    return {
        "id": visible(article.id),
        "name": _text(article.name),
        "quantity": str(article.quantity),
        "unit": _text(article.unit),
        "amount": article.amount.digits if article.amount else None,
        "line_item_id": _text(article.line_item_id),
    }


_RAW_COLUMNS = {
    "refund_request_id": "key", "store_id": "store_id", "shopping_trip_id": "trip_id", "currency": "currency",
    "reason_code": "reason", "note": "note", "reconciliation_id": "reconciliation_id", "clerk": "clerk",
    "created_at": "created_at", "updated_at": "updated_at",
}  # fmt: skip
"""For a record that cannot be read: each exported field, and the ledger's column that it shows."""


def _as_it_stands(row: Damaged) -> dict[str, object]:
    record: dict[str, object] = dict.fromkeys(COLUMNS)
    record |= {ours: visible(row.columns[theirs]) for ours, theirs in _RAW_COLUMNS.items() if theirs in row.columns}
    return record | {"state": DAMAGED, "damage": visible(row.sentence)}


def _attempt(attempt: Attempt | Damaged) -> dict[str, object]:
    if isinstance(attempt, Damaged):
        return {
            "number": None,
            "started_at": None,
            "ended_at": None,
            "outcome": DAMAGED,
            "http_status": None,
            "detail": None,
            "actor": None,
        }
    return {
        "number": attempt.number,
        "started_at": stamp(attempt.started.at),
        "ended_at": None if attempt.ended_at is None else stamp(attempt.ended_at),
        "outcome": attempt.outcome,
        "http_status": attempt.http_status,
        "detail": visible(attempt.detail, LONGEST_RAW),
        "actor": _actor(attempt.actor),
    }


class Writable(Protocol):
    """A text stream that can be written."""

    def write(self, text: str, /) -> int:
        """Write `text`."""
        ...


class JsonLines:
    """Writes one JSON object per line, in ASCII, so that it fits every encoding."""

    def __init__(self, stream: Writable) -> None:
        self._stream = stream

    def write(self, rows: RefundRows) -> None:
        """One refund. Raises OSError."""
        self._stream.write(json.dumps(as_record(rows)) + "\n")


class Csv:
    """Writes a table with a heading for spreadsheets."""

    def __init__(self, stream: Writable) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._writer.writerow(COLUMNS)

    def write(self, rows: RefundRows) -> None:
        """One refund. Raises OSError."""
        record = as_record(rows)
        asked = () if isinstance(rows.refund, Damaged) else rows.refund.intent.articles
        articles = "; ".join(visible(article.words) for article in asked)
        record |= {
            "attempts": len(rows.attempts),
            "maybe_executed": _yes(record["maybe_executed"]),
            "articles": articles,
            "actor": visible(rows.actor.words, LONGEST_RAW),
            "settled_actor": visible(rows.settled.actor.words, LONGEST_RAW) if rows.settled else None,
            "approval_actor": visible(rows.approval.actor.words, LONGEST_RAW) if rows.approval else None,
        }
        self._writer.writerow([_cell(record[column]) for column in COLUMNS])


def _yes(value: object) -> str:
    return "" if value is None else "yes" if value else "no"


def _cell(value: object) -> object:
    """The text of a cell, with a quote before it if a spreadsheet would treat it as a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA) else text
