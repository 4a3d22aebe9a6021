"""Owns `refund-tui ledger ceiling`: a person states what was captured on a trip, for example if records disagree.

The statement is recorded with the person and the reason, and counts until the next one. Sends nothing.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.ledger.because import add_because, because
from refund_tui.commands.output import print_out
from refund_tui.commands.trip_argument import named_trip, refuse
from refund_tui.core.money import AmountError, Money, parse_amount, split_currency
from refund_tui.core.rules import TripBalance
from refund_tui.core.text import visible
from refund_tui.desk.desk import Desk
from refund_tui.desk.opening import storage_of
from refund_tui.errors import UsageError

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the trip, the amount, and the reason."""
    parser.add_argument("trip", metavar="TRIP", help="the shopping trip id")
    parser.add_argument("amount", metavar="AMOUNT", help="what was captured, such as 50.00, or 50.00EUR")
    add_because(parser, "how this is known; it is recorded")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Record the amount; print what counted before and what counts now. Raises UsageError, StoreError."""
    why = because(arguments)
    storage = storage_of(settings)
    if not storage.exists():
        raise UsageError(f"there is no ledger at {storage.place}: nothing was changed")
    return asyncio.run(_set(arguments, settings, why))


async def _set(arguments: argparse.Namespace, settings: Settings, why: str) -> int:
    desk = Desk(settings)
    await desk.open()
    try:
        store, trip_id = await named_trip(desk, arguments.trip, print)
        before = await desk.trips.balance(store, trip_id)
        amount = _amount(arguments.amount, before.currency or settings.currency)
        await desk.set_ceiling(store, trip_id, amount, why)
        after = await desk.trips.balance(store, trip_id)
    finally:
        await desk.close()
    _print(store, trip_id, before, after)
    return OK


def _amount(text: str, currency: str | None) -> Money:
    digits, code = split_currency(text)
    refuse(None if code or currency else "the trip's currency is not known here: add it, such as 50.00EUR")
    try:
        return parse_amount(digits, code or currency or "")
    except AmountError as error:
        raise UsageError(f"{visible(text, 40)}: {error}. Nothing was changed.") from error


def _print(store: str, trip_id: str, before: TripBalance, after: TripBalance) -> None:
    print_out(f"Trip         {visible(trip_id)} of {visible(store)}")
    print_out(f"Captured     {after.told_captured} (before: {before.told_captured})")
    print_out(f"Left         {after.left}")
    print_out("It is recorded. Nothing was sent.")
