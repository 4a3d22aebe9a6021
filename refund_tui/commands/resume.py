"""Owns `refund-tui resume`: finishes what is waiting, without a screen, for cron, systemd and after a crash.

Words go to stderr, one line for each decided refund to stdout. Sends only what was recorded before.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from refund_tui.commands import OK, OPEN, PERSON
from refund_tui.commands.follow import next_attempt
from refund_tui.commands.output import meaning, say, tell
from refund_tui.commands.signals import GOES_ON, Stopping
from refund_tui.core.damaged_rows import DAMAGED, Damaged
from refund_tui.core.filters import Filter
from refund_tui.core.ledger_services import open_elsewhere
from refund_tui.core.lifecycle import left_to_wait
from refund_tui.core.refunds import GOING_ON_STATES, OPEN_STATES, PERSON_STATES, Refund, State
from refund_tui.core.text import visible
from refund_tui.core.times import countdown
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Changed, Elsewhere, News, Trouble, Unsaved
from refund_tui.desk.opening import storage_of
from refund_tui.errors import ConfigError, UsageError
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.desk.ports import HistoryPort
    from refund_tui.settings.load import Settings

SHOWN = 20
"""Refunds that are named at the end; of more, only the number is told."""

_EXAMPLES = """\
examples:
  refund-tui resume                   wait until everything is decided
  refund-tui resume --no-wait         send what is due now, then end (cron)
  refund-tui resume --deadline 300    end after five minutes at the latest"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long to stay."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--wait", action=argparse.BooleanOptionalAction, default=True, help="wait for what is to be sent later"
    )
    parser.add_argument("--deadline", metavar="SECONDS", help="end after so long, whatever is still open")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Finish what is waiting. Exit code 0, OPEN, PERSON, or 128 and a signal's number. Raises RefundTuiError."""
    settings.require("base_url")
    deadline = None if arguments.deadline is None else _seconds(arguments.deadline)
    with meaning(GOES_ON):
        desk = asyncio.run(_resume(settings, wait=arguments.wait, deadline=deadline))
        code = _account(desk)
    if desk.refusal:
        raise ConfigError(desk.refusal)
    return code


def _seconds(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise UsageError(f"--deadline {visible(text, 40)} is not a whole number of seconds")
    return float(text)


async def _resume(settings: Settings, *, wait: bool, deadline: float | None) -> Desk:
    desk, stopping = Desk(settings), Stopping()
    desk.listen(stopping.guarded(lambda news: _tell(desk, news)))
    try:
        await desk.open()
        tell(_begins(desk))
        desk.begin()
        await stopping.over(desk.drain(wait=wait), deadline)
    except TimeoutError:
        tell("the deadline has come")
    finally:
        await desk.close()
    stopping.check()
    return desk


def _begins(desk: Desk) -> str:
    left, count = desk.summary.left_to_wait(desk.now()), desk.summary.going_on
    return f"{count} to finish" + (f", next attempt in {countdown(left)}" if count and left > 0 else "")


def _tell(desk: Desk, news: News) -> None:
    match news:
        case Changed(refund=refund) if not refund.open:
            say(_line(refund))
        case Changed(refund=refund):
            left = left_to_wait(refund.life, desk.summary.gate, desk.now())
            tell(_line(refund) + (f"; next attempt in {countdown(left)}" if left > 0 else ""))
        case Unsaved(why=why) | Trouble(why=why):
            tell(visible(why))
        case Elsewhere():
            pass


def _line(refund: Refund) -> str:
    asked, life = refund.intent, refund.life
    why = f": {visible(life.why)}" if life.why and refund.state is not State.SENDING else ""
    return f"{refund.key}  {asked.amount!s:>14}  {refund.state}{why}"


def _account(desk: Desk) -> int:
    """Say what is not decided, and tell it by the exit code. Raises StoreError."""
    history = storage_of(desk.settings).open_history()
    try:
        damaged = history.damaged_open()
        persons = _name(history, desk, damaged, PERSON_STATES, "for a person to see to, in the terminal's history")
        others = _name(history, desk, damaged, GOING_ON_STATES, "still open, to go on when the program next runs")
        elsewhere = _name_elsewhere(history, desk.endpoint)
    finally:
        history.close()
    _name_damaged(damaged)
    return PERSON if persons or damaged or elsewhere & PERSON_STATES else OPEN if others or elsewhere else OK


def _name(history: HistoryPort, desk: Desk, damaged: Sequence[Damaged], states: frozenset[State], what: str) -> bool:
    """Say which refunds are in `states`, without the damaged, and when those that wait go; whether there are any."""
    here, zone = desk.endpoint, desk.settings.zone
    wanted = Filter(states=states, endpoint=here)
    gate, now = history.summary(here).gate, SystemClock().now()
    apart = [row for row in damaged if row.columns.get("endpoint") == here]
    count = history.count(wanted) - len([row for row in apart if row.columns.get("state") in states])
    if count:
        tell(f"{count} refund{'' if count == 1 else 's'} {what}")
    for refund in _shown(history, wanted):
        left = left_to_wait(refund.life, gate, now)
        tell("  " + _line(refund) + (f"; {next_attempt(left, now.at, zone)}" if left > 0 else ""))
    return count > 0


def _name_elsewhere(history: HistoryPort, here: str) -> set[State]:
    """Say which refunds are open at other services; the states that they are in."""
    wanted = Filter(states=OPEN_STATES, elsewhere=here)
    if told := open_elsewhere(history.elsewhere(here)):
        tell(f"{told}: not sent from here")
        for refund in _shown(history, wanted):
            tell("  " + _line(refund))
    return {state for state in wanted.states if history.count(replace(wanted, states=frozenset({state})), 1)}


def _shown(history: HistoryPort, wanted: Filter) -> list[Refund]:
    return [refund for refund in history.rows(wanted, 0, SHOWN) if isinstance(refund, Refund)]


def _name_damaged(found: Sequence[Damaged]) -> None:
    """Say which refunds cannot be read."""
    if found:
        tell(f"{len(found)} refund{'' if len(found) == 1 else 's'} {DAMAGED}: set apart, nothing is sent for them")
    for row in found[:SHOWN]:
        tell(f"  {visible(row.key)}  {visible(row.sentence)}")
