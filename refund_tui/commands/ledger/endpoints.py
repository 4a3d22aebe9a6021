"""Owns the subcommands that name the services of a ledger. Only the ledger's owner may use them; each use is recorded.

Sends nothing. Never moves a refund to another endpoint, except refunds whose endpoint version 0.1.0 did not record.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.ledger.because import add_because, because
from refund_tui.commands.output import print_out
from refund_tui.core.endpoints import check_base_url
from refund_tui.core.ledger_services import Service
from refund_tui.core.text import visible
from refund_tui.core.times import Instant
from refund_tui.desk.opening import storage_of
from refund_tui.errors import StoreUnusable, UsageError
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.desk.ports import ServicesPort
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the service and the reason."""
    parser.add_argument("url", metavar="URL", help="the service's base_url")
    add_because(parser, "why this service is right; it is recorded")


def assign_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the service, the refunds and the reason."""
    add_arguments(parser)
    parser.add_argument("keys", nargs="+", metavar="KEY", help="a refund's request id")


def add(arguments: argparse.Namespace, settings: Settings) -> int:
    """Add one more endpoint of the ledger's environment. Raises RefundTuiError."""
    service, why = _service(arguments.url, settings), because(arguments)
    _write(settings, lambda services, now: services.add(service, why, settings.clerk, now))
    print_out(f"This ledger may now send to {visible(str(service))}.")
    return OK


def assign(arguments: argparse.Namespace, settings: Settings) -> int:
    """Set the endpoint of refunds that version 0.1.0 recorded. Raises RefundTuiError."""
    where, why = _service(arguments.url, settings).endpoint, because(arguments)
    _write(settings, lambda services, now: services.assign(arguments.keys, where, why, settings.clerk, now))
    print_out(
        f"{len(arguments.keys)} {'refund belongs' if len(arguments.keys) == 1 else 'refunds belong'} to {where} now."
    )
    return OK


def _service(url: str, settings: Settings) -> Service:
    try:
        return settings.for_base_url(check_base_url(url)).service
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
