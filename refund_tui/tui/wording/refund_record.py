"""Owns the record of a refund as text: attempts, facts, events, and the answers as they came."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import groupby

from refund_tui.core.actor import Actor
from refund_tui.core.damage import DAMAGED, Damaged
from refund_tui.core.fields import reconciliation_mark
from refund_tui.core.outcomes import LONGEST_RAW
from refund_tui.core.receipt import EVIDENCE
from refund_tui.core.refunds import Attempt, Event, Refund
from refund_tui.core.text import visible
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.states import STYLES, ago, articles_words, card_words, moment

NAME, INDENT = 19, 2
"""Columns for the name of a fact, and before an id that is below its name."""

NARROW, SHORT_NAME = 50, 11
"""With fewer columns than NARROW, names have SHORT_NAME columns, and a value with a longer name is below it."""


def attempts_table(attempts: Sequence[Attempt | Damaged], zone: tzinfo, now: datetime, width: int) -> list[Part]:
    """Each attempt on a line, with its outcome wrapped below it. Consecutive attempts that ended alike share a line."""
    parts: list[Part] = [("Attempts", "bold")]
    for _, alike in groupby(attempts, _ended_as):
        parts += _attempt(list(alike), zone, now, width)
    return parts if attempts else [*parts, "\nnone yet: nothing was sent"]


def _ended_as(attempt: Attempt | Damaged) -> object:
    """What attempts must have in common to share a line."""
    if isinstance(attempt, Damaged) or attempt.ended_at is None:
        return attempt
    return attempt.outcome, attempt.http_status, attempt.detail


def _attempt(alike: list[Attempt | Damaged], zone: tzinfo, now: datetime, width: int) -> list[Part]:
    attempt, last = alike[0], alike[-1]
    if isinstance(attempt, Damaged) or isinstance(last, Damaged):
        lines = [line for one in alike if isinstance(one, Damaged) for line in damaged_lines(one, width)]
        return [(f"\n{line}", STYLES["bad"]) for line in lines]
    outcome = (attempt.outcome or "no answer yet").replace("_", " ")
    began, status = moment(attempt.started.at, zone, now), attempt.http_status or ""
    if len(alike) > 1:
        until = moment(last.started.at, zone, now)
        line = f"{len(alike)} × {outcome}, {began} to {until}  {status}".rstrip()
    else:
        line = f"{attempt.number:>2}  {began:12}  {outcome:18}  {status}".rstrip()
    if len(line) > width:
        line = textwrap.fill(" ".join(line.split()), width, initial_indent=" ", subsequent_indent=" " * 4)
    told = [] if attempt.detail == outcome else _folded(attempt.detail, 4, width)
    return [f"\n{line}", *((f"\n{line}", STYLES["dim"]) for line in told)]


def damaged_lines(row: Damaged, width: int) -> list[str]:
    """For a row that cannot be read: its table and number, and what is wrong."""
    return [f"{DAMAGED}  {row.table} {visible(row.row, 40)}", *_folded(row.why, 4, width)]


def unchecked_columns(row: Damaged, width: int) -> list[Part]:
    """The columns of a refund's row as text. The row cannot be read, so its values were not checked."""
    facts = [part for name, value in row.columns.items() for part in _fact(name, value, width)]
    return [("The values in the row, unchecked", "bold"), *facts]


def facts_of(
    refund: Refund, zone: tzinfo, now: datetime, width: int, evidence: Mapping[str, str] | None = None
) -> list[Part]:
    """The facts of a refund that never change, its ids, and the evidence by which a person settled it."""
    asked, gone = refund.intent, _redacted(refund, zone)
    facts = (
        ("Trip", asked.trip_id),
        ("Store", asked.store_id),
        ("Reason", f"{asked.reason} ({asked.reason.words})"),
        *([("Articles", gone or articles_words(asked.articles))] if gone or asked.articles else []),
        ("Card", gone or card_words(asked.card) or "not known"),
        ("Receipt", gone or asked.receipt or "not known"),
        *([("Note", gone or asked.note)] if gone or asked.note else []),
        ("Asked", f"{moment(refund.created_at, zone, now)}, {ago(refund.created_at, now)}, by {refund.clerk}"),
        ("Request id", refund.key),
        ("Reconciliation id", refund.life.reconciliation_id or "none"),
        *([("Its length", mark)] if (mark := reconciliation_mark(refund.life.reconciliation_id)) else []),
        *((words, evidence[name]) for name, words in EVIDENCE.items() if evidence and evidence.get(name)),
    )
    return [("The refund", "bold"), *(part for name, value in facts for part in _fact(name, value, width))]


def _redacted(refund: Refund, zone: tzinfo) -> str:
    """For a value that was removed with the personal data of the refund; empty if it was not."""
    return f"redacted {refund.redacted_at.astimezone(zone):%d.%m.%Y}" if refund.redacted_at else ""


def _fact(name: str, value: str, width: int) -> list[Part]:
    """A name, and its value beside it. An id that is too long is on the next line, complete."""
    column = SHORT_NAME if width < NARROW else NAME
    if len(name) >= column or (" " not in value and width - column < len(value) <= width):
        indent = min(INDENT, max(0, width - len(value)))
        return [(f"\n{name}", STYLES["dim"]), *(f"\n{line}" for line in _folded(value, indent, width))]
    lines = _wrapped(value, width - column) or ["-"]
    return [(f"\n{name:{column}}", STYLES["dim"]), ("\n" + " " * column).join(lines)]


def events_table(events: Sequence[Event | Damaged], zone: tzinfo, now: datetime, width: int) -> list[Part]:
    """Every event: time, kind, states, person, process, reason and evidence."""
    lines: list[str] = []
    told_last = Actor()
    for event in events:
        if isinstance(event, Damaged):
            lines += damaged_lines(event, width)
            continue
        change = f"{event.before or '-'} → {event.after}" if event.before != event.after else str(event.after)
        lines.append(f"{moment(event.at, zone, now):12}  {event.kind.replace('_', ' ')}  {change}")
        lines += _folded(f"by {event.who}: {event.why}", 4, width)
        if event.actor != told_last:  # a process is shown once for consecutive events
            lines += _folded(f"process: {event.actor.words or 'not recorded'}", 4, width)
            told_last = event.actor
        told = event.data
        lines += [line for name, value in told.items() for line in _folded(f"{name}: {value}", 4, width)]
    return [("Events\n", "bold"), "\n".join(lines)]


def raw_answers(attempts: Sequence[Attempt | Damaged], width: int) -> list[Part]:
    """The raw answers, with control characters made visible."""
    lines: list[str] = []
    for attempt in attempts:
        if isinstance(attempt, Damaged):
            lines += damaged_lines(attempt, width)
            continue
        raw = _folded(attempt.raw, 4, width) if attempt.raw else ["    nothing came"]
        lines += [f"{attempt.number:>2}  {attempt.http_status or 'no status'}", *raw]
    return [("Answers as they came\n", "bold"), "\n".join(lines) or "none"]


def _folded(text: str, indent: int, width: int) -> list[str]:
    return [" " * indent + line for line in _wrapped(text, width - indent)]


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(visible(text, max(LONGEST_RAW, len(text))), max(20, width))
