"""Owns the subcommands by which a person says to which services a ledger sends. Recorded; only for the ledger's owner.

Sends nothing. Moves no refund from one endpoint to another, but where version 0.1.0 did not tell them apart.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.ledger.because import add_because, because
from refund_tui.commands.output import say
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
    """Which service, and why."""
    parser.add_argument("url", metavar="URL", help="the service's base_url")
    add_because(parser, "why it may have these refunds; it stays in the ledger")


def assign_arguments(parser: argparse.ArgumentParser) -> None:
    """Which service, which refunds, and why."""
    add_arguments(parser)
    parser.add_argument("keys", nargs="+", metavar="KEY", help="a refund's request id")


def add(arguments: argparse.Namespace, settings: Settings) -> int:
    """Let the ledger send to one more endpoint of its environment. Raises RefundTuiError."""
    service, why = _service(arguments.url, settings), because(arguments)
    _write(settings, lambda services, now: services.add(service, why, settings.clerk, now))
    say(f"This ledger may now send to {visible(str(service))}.")
    return OK


def assign(arguments: argparse.Namespace, settings: Settings) -> int:
    """Say to which endpoint refunds of version 0.1.0 belong. Raises RefundTuiError."""
    where, why = _service(arguments.url, settings).endpoint, because(arguments)
    _write(settings, lambda services, now: services.assign(arguments.keys, where, why, settings.clerk, now))
    say(f"{len(arguments.keys)} {'refund belongs' if len(arguments.keys) == 1 else 'refunds belong'} to {where} now.")
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
            f"there is no ledger at {storage.place} yet: the first terminal that is opened names its service"
        )
    if not storage.owned():
        raise UsageError(f"only the account that owns {storage.place}, or root, may say to which services it sends")
    with closing(storage.open_ledger()) as ledger:
        change(ledger.services, SystemClock().now())
