"""Owns how a refund's record is laid out as text: its attempts, its facts, its events, the answers as they came."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime, tzinfo

from refund_tui.core.refunds import Attempt, Event, Refund
from refund_tui.core.text import visible
from refund_tui.tui.line.plain import Part
from refund_tui.tui.states import ago, moment

NAME = 19
"""Columns for the name of a fact."""

LONGEST_ANSWER = 4_000
"""Characters of a raw answer that are shown."""


def attempts_table(attempts: Sequence[Attempt], zone: tzinfo, now: datetime, width: int) -> list[Part]:
    """Each attempt on a line; what it came to, folded below it."""
    lines = [line for attempt in attempts for line in _attempt(attempt, zone, now, width)]
    return [*_heading("Attempts"), "\n".join(lines) or "none yet: nothing was sent"]


def _attempt(attempt: Attempt, zone: tzinfo, now: datetime, width: int) -> list[str]:
    outcome = (attempt.outcome or "on its way").replace("_", " ")
    began = moment(attempt.started.at, zone, now)
    line = f"{attempt.number:>2}  {began:12}  {outcome:18}  {attempt.http_status or ''}".rstrip()
    return [line, *_folded(attempt.detail, 4, width)]


def facts_of(refund: Refund, zone: tzinfo, now: datetime, width: int) -> list[Part]:
    """What never changes, and the ids by which others find it."""
    asked = refund.intent
    facts = (
        ("Trip", asked.trip_id),
        ("Store", asked.store_id),
        ("Reason", f"{asked.reason} ({asked.reason.words})"),
        ("Note", asked.note or "-"),
        ("Asked", f"{moment(refund.created_at, zone, now)}, {ago(refund.created_at, now)}, by {refund.clerk}"),
        ("Request id", refund.key),
        ("Reconciliation id", refund.life.reconciliation_id or "none"),
    )
    return [*_heading("The refund", above="\n\n"), "\n".join(_fact(name, value, width) for name, value in facts)]


def _fact(name: str, value: str, width: int) -> str:
    first, *rest = _wrapped(value, width - NAME) or ["-"]
    return "\n".join([f"{name:{NAME}}{first}", *(" " * NAME + line for line in rest)])


def story(events: Sequence[Event], zone: tzinfo, now: datetime, width: int) -> list[Part]:
    """Every event: when, what kind, from which state to which, by whom, why, and a person's evidence."""
    lines: list[str] = []
    for event in events:
        change = f"{event.before or '-'} → {event.after}" if event.before != event.after else str(event.after)
        lines.append(f"{moment(event.at, zone, now):12}  {event.kind.replace('_', ' ')}  {change}")
        lines += _folded(f"by {event.who}: {event.why}", 4, width)
        lines += [line for name, value in event.data.items() for line in _folded(f"{name}: {value}", 4, width)]
    return [*_heading("Events"), "\n".join(lines)]


def answers(attempts: Sequence[Attempt], width: int) -> list[Part]:
    """The answers as they came, made visible."""
    lines: list[str] = []
    for attempt in attempts:
        raw = _folded(attempt.raw, 4, width) if attempt.raw else ["    nothing came"]
        lines += [f"{attempt.number:>2}  {attempt.http_status or 'no status'}", *raw]
    return [*_heading("Answers as they came", above="\n\n"), "\n".join(lines) or "none"]


def _heading(title: str, above: str = "") -> list[Part]:
    return [above, (f"{title}\n", "bold")]


def _folded(text: str, indent: int, width: int) -> list[str]:
    return [" " * indent + line for line in _wrapped(text, width - indent)]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(visible(text, LONGEST_ANSWER), max(20, width))
