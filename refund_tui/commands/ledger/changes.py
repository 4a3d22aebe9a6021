"""Owns the subcommands of `refund-tui ledger` that change something. A person gives the reason; the ledger records it.

None of them sends anything or changes a refund's intent.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from refund_tui.commands import OK, PERSON
from refund_tui.commands.arguments import add_because, because, named_trip, refuse
from refund_tui.commands.output import print_out
from refund_tui.core.endpoints import check_base_url
from refund_tui.core.ledger_identity import Service
from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.money import AmountError, Money, parse_amount, split_currency
from refund_tui.core.rules import TripBalance
from refund_tui.core.second_person import Awaited
from refund_tui.core.text import visible
from refund_tui.core.times import Instant
from refund_tui.desk.desk import Desk
from refund_tui.desk.storage import maintenance_of, storage_of
from refund_tui.errors import StoreUnusable, UsageError
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.desk.ports import ServicesPort
    from refund_tui.settings.load import Settings


def open_gate_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the reason."""
    add_because(parser, "why the wait is ended; it is recorded")


def open_gate(arguments: argparse.Namespace, settings: Settings) -> int:
    """End the account's wait. Raises RefundTuiError, also if the account does not wait."""
    settings.require("base_url")
    why = because(arguments)
    storage_of(settings).open_history().close()  # an error if there is none, so that none is created
    try:
        awaited = asyncio.run(_open_gate(settings, why))
    except NotPossible as error:
        raise UsageError(str(error)) from error
    if awaited:
        return _told(awaited)
    print_out("The account's wait was ended. A running refund-tui sends its refunds now, else refund-tui resume does.")
    return OK


def _told(awaited: Awaited) -> int:
    print_out(awaited.words)
    return PERSON


async def _open_gate(settings: Settings, why: str) -> Awaited | None:
    desk = Desk(settings)
    try:
        await desk.open()
        return await desk.open_gate(why)
    finally:
        await desk.close()


def ceiling_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the trip, the amount, and the reason."""
    parser.add_argument("trip", metavar="TRIP", help="the shopping trip id")
    parser.add_argument("amount", metavar="AMOUNT", help="what was captured, such as 50.00, or 50.00EUR")
    add_because(parser, "how this is known; it is recorded")


def set_ceiling(arguments: argparse.Namespace, settings: Settings) -> int:
    """Record the amount; print what counted before and what counts now. Raises UsageError, StoreError."""
    why = because(arguments)
    storage = storage_of(settings)
    if not storage.exists():
        raise UsageError(f"there is no ledger at {storage.place}: nothing was changed")
    return asyncio.run(_set_ceiling(arguments, settings, why))


async def _set_ceiling(arguments: argparse.Namespace, settings: Settings, why: str) -> int:
    desk = Desk(settings)
    await desk.open()
    try:
        store, trip_id = await named_trip(desk, arguments.trip, print)
        before = await desk.trips.balance(store, trip_id)
        amount = _amount(arguments.amount, before.currency or settings.currency)
        if awaited := await desk.set_ceiling(store, trip_id, amount, why):
            return _told(awaited)
        after = await desk.trips.balance(store, trip_id)
    finally:
        await desk.close()
    _print_ceiling(store, trip_id, before, after)
    return OK


def _amount(text: str, currency: str | None) -> Money:
    digits, code = split_currency(text)
    refuse(None if code or currency else "the trip's currency is not known here: add it, such as 50.00EUR")
    try:
        return parse_amount(digits, code or currency or "")
    except AmountError as error:
        raise UsageError(f"{visible(text, 40)}: {error}. Nothing was changed.") from error


def _print_ceiling(store: str, trip_id: str, before: TripBalance, after: TripBalance) -> None:
    print_out(f"Trip         {visible(trip_id)} of {visible(store)}")
    print_out(f"Captured     {after.captured_words} (before: {before.captured_words})")
    print_out(f"Left         {after.left}")
    print_out("It is recorded. Nothing was sent.")


def accept_older_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the reason."""
    add_because(parser, "why it is right to continue without the missing events; it is recorded")


def accept_older(arguments: argparse.Namespace, settings: Settings) -> int:
    """Accept the ledger as it is. Raises UsageError if no event is missing, StoreError."""
    why = because(arguments)
    doubts = maintenance_of(settings).accept_older(why, settings.clerk, SystemClock().now())
    print_out(
        f"Accepted and recorded. Open refunds that are UNKNOWN now, since nobody knows what became of them: {doubts}. "
        "Nothing was sent."
    )
    return OK


def move_here_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the reason."""
    add_because(parser, "why no other host uses it any more; it is recorded")


def move_here(arguments: argparse.Namespace, settings: Settings) -> int:
    """Move the ledger to this host. Raises UsageError if it is here already, StoreError."""
    why, storage = because(arguments), storage_of(settings)
    if not storage.exists():
        raise StoreUnusable(f"there is no ledger at {storage.place}: nothing was changed")
    host = maintenance_of(settings).move_here(why, settings.clerk, SystemClock().now())
    print_out(f"{visible(host.name)} writes this ledger from now on. It is recorded; nothing was sent.")
    return OK


def add_endpoint_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the service and the reason."""
    parser.add_argument("url", metavar="URL", help="the service's base_url")
    add_because(parser, "why this service is right; it is recorded")


def assign_endpoint_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the service, the refunds and the reason."""
    add_endpoint_arguments(parser)
    parser.add_argument("keys", nargs="+", metavar="KEY", help="a refund's request id")


def add_endpoint(arguments: argparse.Namespace, settings: Settings) -> int:
    """Add one more endpoint of the ledger's environment. Raises RefundTuiError."""
    service, why = _service(arguments.url, settings), because(arguments)
    _write(settings, lambda services, now: services.add(service, why, settings.clerk, now))
    print_out(f"This ledger may now send to {visible(str(service))}.")
    return OK


def assign_endpoint(arguments: argparse.Namespace, settings: Settings) -> int:
    """Set the endpoint of refunds that version 0.1.0 recorded. Raises RefundTuiError."""
    where, why = _service(arguments.url, settings).endpoint, because(arguments)
    _write(settings, lambda services, now: services.assign(arguments.keys, where, why, settings.clerk, now))
    print_out(
        f"{len(arguments.keys)} {'refund belongs' if len(arguments.keys) == 1 else 'refunds belong'} to {where} now."
    )
    return OK


def _service(url: str, settings: Settings) -> Service:
    try:
        return settings.replace(base_url=check_base_url(url)).service
    except ValueError as error:
        raise UsageError(f"the URL {visible(url, 80)} {error}") from error


def _write(settings: Settings, change: Callable[[ServicesPort, Instant], None]) -> None:
    storage = storage_of(settings)
    if not storage.exists():
        raise StoreUnusable(
            f"there is no ledger at {storage.place} yet: the first start of the terminal names its service"
        )
    if not storage.owned():
        raise UsageError(f"only the account that owns {storage.place}, or root, may say to which services it sends")
    with closing(storage.open_ledger()) as ledger:
        change(ledger.services, SystemClock().now())
