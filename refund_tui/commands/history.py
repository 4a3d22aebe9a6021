"""Owns `refund-tui history`: prints refunds, as a table, JSON lines or CSV. Reads only; needs no network.

Text from outside is shown only after it was made visible.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands import OK, PERSON
from refund_tui.commands.output import OUT, tell
from refund_tui.core.damaged_rows import DAMAGED, Damaged
from refund_tui.core.filters import Filter
from refund_tui.core.ledger_services import open_elsewhere
from refund_tui.core.reasons import REASON_DIGITS, ReasonCode
from refund_tui.core.refunds import State
from refund_tui.core.text import visible
from refund_tui.core.times import unstamp
from refund_tui.errors import StoreError, UsageError
from refund_tui.host.high_water_files import marks_of
from refund_tui.host.paths import ledger_path
from refund_tui.store.export import Csv, JsonLines, Told, refunds
from refund_tui.store.sqlite.examine import damaged_words, quick_look
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.schema import LEDGER

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

UNSOUND = StoreError.exit_code

_EXAMPLES = """\
examples:
  refund-tui history --limit 20                     the newest 20
  refund-tui history --state UNKNOWN,BLOCKED        what needs a person
  refund-tui history --since 2026-03-01 --until 2026-03-31 --csv > march.csv
  refund-tui history --json | jq -r .reconciliation_id

days are the store's (timezone) and count whole; times need an offset: 2026-03-01T09:00+01:00"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The formats and the filters."""
    parser.epilog = _EXAMPLES
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument("--csv", action="store_true", help="a table for spreadsheets")
    parser.add_argument("--text", default="", help="the beginning of an id, or a part of the note")
    parser.add_argument("--state", action="append", default=[], help="such as ACCEPTED; several with commas")
    parser.add_argument("--clerk", dest="by_clerk", metavar="NAME", help="who asked for it")
    parser.add_argument("--reason", metavar="CODE", help="such as DAMAGED_ITEM, or its digit")
    parser.add_argument("--since", metavar="DAY", help="asked for on this day or later")
    parser.add_argument("--until", metavar="DAY", help="asked for on this day or earlier")
    parser.add_argument("--limit", metavar="N", help="at most so many, the newest")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print what is asked for; exit code 0, also where there is nothing, PERSON where a record cannot be read, UNSOUND
    where what is printed may not be all. Raises UsageError, StoreError, also where the ledger is lost."""
    wanted = _filter(arguments, settings.zone)
    limit = None if arguments.limit is None else _limit(arguments.limit)
    write = _writer(arguments, settings.zone)
    path, marks = ledger_path(settings.data_dir), marks_of(settings)
    marks.refuse_lost()
    if not path.exists():
        tell(f"refund-tui: no refund was made here yet: there is no ledger at {visible(str(path))}")
        return 0
    history, damaged = History.open(path), 0
    try:
        for told in refunds(history, wanted, limit):
            write(told)
            damaged += isinstance(told[0], Damaged) or any(isinstance(attempt, Damaged) for attempt in told[1])
        _name_elsewhere(history, settings)
        problem = _problem(history, marks, path)
    finally:
        history.close()
    return _account(problem, damaged)


def _problem(history: History, marks: HighWaterMarks, path: Path) -> str:
    """Why what the ledger holds may not be all, or not as it was written; empty where that is not so."""
    try:
        history.check(marks)
        found = quick_look(path, LEDGER)
    except StoreError as error:
        return str(error)
    return damaged_words(path, found.whole) if found.whole else ""


def _account(problem: str, damaged: int) -> int:
    OUT.flush()
    if damaged:
        tell(f"refund-tui: of {damaged} refunds a record cannot be read: refund-tui doctor names each")
    if problem:
        tell(f"refund-tui: {visible(problem, 2_000)}")
        return UNSOUND
    return PERSON if damaged else OK


def _name_elsewhere(history: History, settings: Settings) -> None:
    """Say what no program with these settings will send, whatever was asked for. Raises StoreError."""
    if settings.base_url is None:
        return
    if told := open_elsewhere(history.elsewhere(history.belonging().here(settings.service))):
        OUT.flush()
        tell(f"refund-tui: {visible(told)}: not sent with these settings")


def _writer(arguments: argparse.Namespace, zone: tzinfo) -> Callable[[Told], None]:
    if arguments.json:
        return JsonLines(OUT).write
    if arguments.csv:
        return Csv(OUT).write
    return lambda told: _print(told, zone)


def _print(told: Told, zone: tzinfo) -> None:
    OUT.write(_line(told, zone) + "\n")


def _line(told: Told, zone: tzinfo) -> str:
    """One refund on one line, in columns."""
    refund, attempts = told
    if isinstance(refund, Damaged):
        return f"{DAMAGED}  {visible(refund.key)}  {visible(refund.trip_id)}  {visible(refund.sentence)}"
    asked, life = refund.intent, refund.life
    doubt = "!" if life.maybe_executed else " "
    return (
        f"{refund.created_at.astimezone(zone):%Y-%m-%d %H:%M}  {refund.state:14}{doubt} {asked.amount!s:>14}  "
        f"{asked.reason:14}  {len(attempts):2}x  {visible(refund.clerk, 16):16}  {visible(asked.trip_id)}  "
        f"{visible(life.reconciliation_id or '-')}"
    )


def _filter(arguments: argparse.Namespace, zone: tzinfo) -> Filter:
    return Filter(
        text=arguments.text,
        states=frozenset(_state(name) for given in arguments.state for name in given.split(",")),
        clerk=arguments.by_clerk,
        reason=_reason(arguments.reason),
        since=None if arguments.since is None else _instant(arguments.since, zone, timedelta(0)),
        until=None if arguments.until is None else _instant(arguments.until, zone, timedelta(days=1)),
    )


def _state(name: str) -> State:
    try:
        return State(name.strip().upper())
    except ValueError as error:
        raise UsageError(f"{visible(name, 40)!r} is not a state: {', '.join(State)}") from error


def _reason(name: str | None) -> ReasonCode | None:
    if name is None:
        return None
    found = ReasonCode.parse(name)
    if found is None:
        raise UsageError(
            f"{visible(name, 40)!r} is not a reason: {', '.join(ReasonCode)}, or a digit from {REASON_DIGITS}"
        )
    return found


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"--limit {visible(text, 40)} is not a number of refunds")
    return int(text)


def _instant(text: str, zone: tzinfo, further: timedelta) -> datetime:
    """The instant (UTC) of a time with an offset, or of a day's midnight in `zone`, that many days `further`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _exact(text)
    try:
        return datetime.combine(day + further, time.min, tzinfo=zone).astimezone(UTC)
    except OverflowError as error:
        raise UsageError(f"{text} is too far away") from error


def _exact(text: str) -> datetime:
    try:
        return unstamp(text)
    except ValueError as error:
        shown = visible(text, 40)
        raise UsageError(
            f"{shown!r} is not a day: write 2026-03-01, or a time with its offset, 2026-03-01T09:00+01:00"
        ) from error
