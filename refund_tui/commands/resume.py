"""Owns `refund-tui resume`: finishes waiting refunds without a screen, for cron and systemd, and after a crash.

Prints messages to stderr, and one line for each decided refund to stdout. Sends only what was recorded before.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from refund_tui.commands import OK, OPEN, PERSON
from refund_tui.commands.follow import next_attempt
from refund_tui.commands.output import ending_means, print_err, print_out
from refund_tui.commands.signals import GOES_ON, StopSignals
from refund_tui.core.damage import DAMAGED, Damaged
from refund_tui.core.filters import Filter
from refund_tui.core.ledger_identity import open_elsewhere
from refund_tui.core.refunds import GOING_ON_STATES, OPEN_STATES, PERSON_STATES, Refund, State
from refund_tui.core.text import visible
from refund_tui.core.times import countdown
from refund_tui.core.waits import left_to_wait
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Changed, Elsewhere, News, Over, Trouble, Unsaved
from refund_tui.desk.storage import storage_of
from refund_tui.errors import ConfigError, UsageError
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.desk.ports import HistoryPort
    from refund_tui.settings.load import Settings

SHOWN = 20
"""The most refunds that are named at the end. The number of the others is printed."""

_EXAMPLES = """\
examples:
  refund-tui resume                   wait until everything is decided
  refund-tui resume --no-wait         send what can be sent now, then end (cron)
  refund-tui resume --deadline 300    end after five minutes at the latest"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how long to run."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--wait", action=argparse.BooleanOptionalAction, default=True, help="wait for refunds that are sent later"
    )
    parser.add_argument("--deadline", metavar="SECONDS", help="end after this time, even if refunds are still open")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Finish waiting refunds. Exit code 0, OPEN, PERSON, or 128 + a signal's number. Raises RefundTuiError."""
    settings.require("base_url")
    deadline = None if arguments.deadline is None else _seconds(arguments.deadline)
    with ending_means(GOES_ON):
        desk = asyncio.run(_resume(settings, wait=arguments.wait, deadline=deadline))
        code = _exit_code(desk)
    if desk.refusal:
        raise ConfigError(desk.refusal)
    return code


def _seconds(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise UsageError(f"--deadline {visible(text, 40)} is not a whole number of seconds")
    return float(text)


async def _resume(settings: Settings, *, wait: bool, deadline: float | None) -> Desk:
    desk, signals = Desk(settings), StopSignals()
    desk.listen(signals.guarded(lambda news: _show_news(desk, news)))
    try:
        await desk.open()
        print_err(_begins(desk))
        desk.begin()
        await signals.run(desk.drain(wait=wait), deadline)
    except TimeoutError:
        print_err("the deadline has passed")
    finally:
        await desk.close()
    signals.check()
    return desk


def _begins(desk: Desk) -> str:
    left, count = desk.summary.left_to_wait(desk.now()), desk.summary.going_on
    return f"{count} to finish" + (f", next attempt in {countdown(left)}" if count and left > 0 else "")


def _show_news(desk: Desk, news: News) -> None:
    match news:
        case Changed(refund=refund) if not refund.open:
            print_out(_line(refund))
        case Changed(refund=refund):
            left = left_to_wait(refund.life, desk.summary.gate, desk.now())
            print_err(_line(refund) + (f"; next attempt in {countdown(left)}" if left > 0 else ""))
        case Unsaved(why=why) | Trouble(why=why):
            print_err(visible(why))
        case Elsewhere() | Over():
            pass


def _line(refund: Refund) -> str:
    asked, life = refund.intent, refund.life
    why = f": {visible(life.why)}" if life.why and refund.state is not State.SENDING else ""
    return f"{refund.key}  {asked.amount!s:>14}  {refund.state}{why}"


def _exit_code(desk: Desk) -> int:
    """Print what is not decided; the exit code for it. Raises StoreError."""
    history = storage_of(desk.settings).open_history()
    try:
        damaged = history.damaged_open()
        persons = _print_open(
            history, desk, damaged, PERSON_STATES, "for a person to decide, in the terminal's history"
        )
        others = _print_open(history, desk, damaged, GOING_ON_STATES, "still open: sent when the program runs again")
        elsewhere = _print_open_elsewhere(history, desk.endpoint)
    finally:
        history.close()
    _print_damaged(damaged)
    return PERSON if persons or damaged or elsewhere & PERSON_STATES else OPEN if others or elsewhere else OK


def _print_open(
    history: HistoryPort, desk: Desk, damaged: Sequence[Damaged], states: frozenset[State], what: str
) -> bool:
    """Print the readable refunds in `states`, and when the waiting ones are sent. Whether there are any."""
    here, zone = desk.endpoint, desk.settings.zone
    wanted = Filter(states=states, endpoint=here)
    gate, now = history.summary(here).gate, SystemClock().now()
    apart = [row for row in damaged if row.columns.get("endpoint") == here]
    count = history.count(wanted) - len([row for row in apart if row.columns.get("state") in states])
    if count:
        print_err(f"{count} refund{'' if count == 1 else 's'} {what}")
    for refund in _shown(history, wanted):
        left = left_to_wait(refund.life, gate, now)
        print_err("  " + _line(refund) + (f"; {next_attempt(left, now.at, zone)}" if left > 0 else ""))
    return count > 0


def _print_open_elsewhere(history: HistoryPort, here: str) -> set[State]:
    """Print the open refunds of other services; the states that they are in."""
    wanted = Filter(states=OPEN_STATES, elsewhere=here)
    if elsewhere := open_elsewhere(history.elsewhere(here)):
        print_err(f"{elsewhere}: not sent from here")
        for refund in _shown(history, wanted):
            print_err("  " + _line(refund))
    return {state for state in wanted.states if history.count(replace(wanted, states=frozenset({state})), 1)}


def _shown(history: HistoryPort, wanted: Filter) -> list[Refund]:
    return [refund for refund in history.rows(wanted, 0, SHOWN) if isinstance(refund, Refund)]


def _print_damaged(found: Sequence[Damaged]) -> None:
    """Print the refunds that cannot be read."""
    if found:
        print_err(f"{len(found)} refund{'' if len(found) == 1 else 's'} {DAMAGED}: nothing is sent for them")
    for row in found[:SHOWN]:
        print_err(f"  {visible(row.key)}  {visible(row.sentence)}")
