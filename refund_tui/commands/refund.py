"""Owns `refund-tui refund`: one refund from question to answer on a plain prompt, for use without a full screen.

Follows the same rules as the screens, because it uses the same desk. Never records anything before a typed yes.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from refund_tui.commands import OPEN, PERSON
from refund_tui.commands.arguments import NOTHING_DONE, named_trip, refuse
from refund_tui.commands.follow import Follower, next_attempt
from refund_tui.commands.output import ERR, ending_means, print_err, print_out
from refund_tui.commands.signals import GOES_ON, NOTHING, Stopped, StopSignals
from refund_tui.core.fields import check_note
from refund_tui.core.ledger_identity import open_elsewhere
from refund_tui.core.money import AmountError, Money, check_currency, parse_amount
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent, State
from refund_tui.core.rules import NeedsSecondYes, Refused, TripBalance, must_be_typed_twice, problems
from refund_tui.core.text import visible
from refund_tui.core.times import span
from refund_tui.desk.desk import Desk
from refund_tui.errors import UsageError

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

_REASONS = "; ".join(f"{reason.digit} {reason} ({reason.words})" for reason in ReasonCode)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the trip and the flags."""
    parser.add_argument("trip", metavar="TRIP", help="the shopping trip id")
    parser.add_argument("--amount", required=True, help="such as 12.50, or 'left' for all that is left")
    parser.add_argument("--reason", required=True, help=_REASONS)
    parser.add_argument("--note", default="", help="is kept in the ledger, never sent")
    parser.add_argument(
        "--no-wait", action="store_true", help="end when it has to wait; it continues when a terminal or resume runs"
    )


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Ask, record, send and wait. Raises RefundTuiError.

    Exit code 0 accepted, 1 not done or rejected, 4 still open, 5 a person must act.
    """
    return asyncio.run(_refund(arguments, settings))


async def _refund(arguments: argparse.Namespace, settings: Settings) -> int:
    desk, signals = Desk(settings), StopSignals()
    try:
        await desk.open()
        with ending_means(NOTHING):
            key = await _recorded(desk, signals, arguments)
        if key is None:
            print_out(NOTHING_DONE)
            return 1
        with ending_means(GOES_ON):
            return await _follow(desk, signals, key, wait=not arguments.no_wait)
    finally:
        await desk.close()


async def _recorded(desk: Desk, signals: StopSignals, arguments: argparse.Namespace) -> str | None:
    """The key of the recorded refund, None if the person did not agree."""
    desk.require_service()
    await _print_open_elsewhere(desk)
    intent, balance = await _intent(desk, arguments)
    above = desk.settings.limits.exceeded(intent.amount, await desk.asked_today(intent.amount.currency))
    return await _take(desk, signals, intent) if _agreed(desk, signals, intent, balance, above) else None


async def _print_open_elsewhere(desk: Desk) -> None:
    counts = await desk.history.elsewhere(desk.endpoint)
    if elsewhere := open_elsewhere(counts):
        print_out(f"{elsewhere}: not sent from here. refund-tui history shows them.")


async def _intent(desk: Desk, arguments: argparse.Namespace) -> tuple[Intent, TripBalance]:
    """The complete refund that is asked for. Raises UsageError."""
    refuse(check_note(arguments.note))
    store, trip_id = await named_trip(desk, arguments.trip, print_out)
    balance = await desk.trips.balance(store, trip_id)
    closes = desk.window_closes(await desk.trips.get(store, trip_id), balance)
    amount = _amount(arguments.amount, _currency(desk, balance), balance)
    intent = Intent(store, trip_id, amount, _reason(arguments.reason), arguments.note, balance.captured, closes)
    refuse("; ".join(problem.message for problem in problems(intent, balance, desk.now().at)))
    return intent, balance


def _currency(desk: Desk, balance: TripBalance) -> str:
    currency = balance.currency or desk.settings.currency
    if currency is None:
        raise UsageError("the trip's currency is not known here: give it with --currency. Nothing was recorded.")
    refuse(check_currency(currency))
    return currency


def _amount(text: str, currency: str, balance: TripBalance) -> Money:
    if text == "left":
        if balance.left is None:
            raise UsageError("how much is left is not known here: type the amount. Nothing was recorded.")
        return balance.left
    try:
        return parse_amount(text, currency)
    except AmountError as error:
        raise UsageError(f"{visible(text, 40)}: {error}. {NOTHING_DONE}") from error


def _reason(text: str) -> ReasonCode:
    found = ReasonCode.parse(text)
    if found is None:
        raise UsageError(f"{visible(text, 40)} is not a reason: {_REASONS}. Nothing was recorded.")
    return found


def _agreed(desk: Desk, signals: StopSignals, intent: Intent, balance: TripBalance, above: str | None) -> bool:
    """Show the refund and ask. In PRODUCTION an amount above `confirm_above` must be typed again.

    `above` is why it needs an approval, if it does.
    """
    settings = desk.settings
    print_out(f"Store        {visible(intent.store_id)}")
    print_out(f"Environment  {settings.environment}")
    print_out(f"Trip         {visible(intent.trip_id)}")
    if balance.disagreement:
        print_out(
            f"Captured     {balance.captured_words}; the trips file now says {balance.known}, which does not count"
        )
    print_out(f"Left         {balance.left if balance.left else 'not known here: the service decides'}")
    if intent.window_closes is not None:
        print_out(f"Window       closes in {span((intent.window_closes - desk.now().at).total_seconds())}")
    print_out(f"Refund       {intent.amount}")
    print_out(f"Reason       {intent.reason} ({intent.reason.words})")
    if above:
        print_out(f"Approval     another person must approve it before it is sent: {above}")
    if _ask(signals, "Refund it? Type y and Enter; anything else goes back: ") != "y":
        return False
    if not must_be_typed_twice(intent.amount, settings.environment, settings.confirm_above):
        return True
    return _ask(signals, f"This is real money. Type the amount {intent.amount.digits} again: ") == intent.amount.digits


async def _take(desk: Desk, signals: StopSignals, intent: Intent) -> str | None:
    """The key of the recorded refund, after a second yes if one is needed; None without it."""
    try:
        return (await desk.take(intent)).key
    except NeedsSecondYes as alike:
        print_out("This trip already has:")
        for refund in alike.alike:
            print_out(f"  {refund.intent.amount}  {refund.state}  by {visible(refund.clerk)}  {refund.key}")
    except Refused as refused:
        print_out(f"Not possible: {refused}.")
        return None
    if _ask(signals, "Is this a different refund? Type different and Enter; anything else goes back: ") != "different":
        return None
    try:
        return (await desk.take(intent, second_yes=True)).key
    except Refused as refused:
        print_out(f"Not possible: {refused}.")
        return None


async def _follow(desk: Desk, signals: StopSignals, key: str, *, wait: bool) -> int:
    print_out(f"Recorded as {key}.")
    follower = Follower(desk, key, signals.guarded(print_out))
    signals.check()
    desk.begin()
    refund = await signals.run(follower.until_decided(wait=wait))
    if left := follower.left(refund):
        when = next_attempt(left, desk.now().at, desk.settings.zone)
        print_out(f"It waits: {when}. It is sent if refund-tui or refund-tui resume runs then.")
    if refund.state is State.AWAITING_APPROVAL:
        print_out(f"Nothing was sent: another person must run refund-tui approve {key}, or approve it in a terminal.")
    if refund.state is State.ACCEPTED:
        return 0
    if refund.state.needs_person:
        return PERSON
    return OPEN if refund.open else 1


def _ask(signals: StopSignals, question: str) -> str:
    """The typed line; "" at the end of the input. Raises Stopped."""
    try:
        with signals.raise_at_once():
            ERR.write(question)
            ERR.flush()
            return sys.stdin.buffer.readline().decode(errors="replace").strip() if sys.stdin else ""
    except Stopped:
        print_err("")  # ends the line of the question
        raise
    except OSError:  # the terminal is gone
        return ""
