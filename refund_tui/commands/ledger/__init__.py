"""Owns `refund-tui ledger`: facts about the ledger, and rare changes that a person decides.

Each subcommand is in SUBCOMMANDS with its own arguments and its own `run`. None of them changes a refund's intent.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.follow import next_attempt
from refund_tui.commands.ledger import changes
from refund_tui.commands.ledger.events import events_arguments, print_events
from refund_tui.commands.output import print_out
from refund_tui.core.text import visible
from refund_tui.core.times import Wait
from refund_tui.core.waits import left_of
from refund_tui.desk.storage import storage_of
from refund_tui.errors import StoreError
from refund_tui.host.clock import SystemClock

if TYPE_CHECKING:
    from refund_tui.desk.ports import HistoryPort
    from refund_tui.settings.load import Settings


@dataclass(frozen=True, slots=True)
class LedgerSubcommand:
    """One subcommand: its line in `--help`, its arguments, and its function."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Settings], int]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a parser for each subcommand."""
    commands = parser.add_subparsers(dest="ledger_command", metavar="COMMAND", required=True)
    for subcommand in SUBCOMMANDS:
        subcommand.add_arguments(commands.add_parser(subcommand.name, help=subcommand.help))


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run the subcommand; the exit code. Raises RefundTuiError."""
    chosen = next(subcommand for subcommand in SUBCOMMANDS if subcommand.name == arguments.ledger_command)
    if chosen.run is not changes.accept_older:
        storage_of(settings).refuse_lost()
    if chosen.run not in (_show, print_events):
        settings.require_clerk()
    return chosen.run(arguments, settings)


def _show(_arguments: argparse.Namespace, settings: Settings) -> int:
    storage = storage_of(settings)
    history = storage.open_history()
    try:
        identity, newest, ledger_services = history.identity(), history.last_seq(), history.ledger_services()
        writer, problem = history.writer(), _problem(history)
        held = history.summary(settings.service.endpoint).gate
    finally:
        history.close()
    for name, value in (
        ("ledger", storage.place),
        ("id", identity.id),
        ("made", identity.made_at),
        ("environment", identity.environment or "-"),
        ("endpoints", ", ".join(sorted(ledger_services.endpoints)) or "-"),
        ("host", writer.name if writer else "-"),
        ("newest event", newest),
        ("gate", _gate(held, settings)),
    ):
        print_out(f"{name:14}{visible(str(value))}")
    if problem:
        raise problem
    return OK


def _problem(history: HistoryPort) -> StoreError | None:
    """The error if the ledger lacks events that were seen before, else None."""
    try:
        history.check()
    except StoreError as error:
        return error
    return None


def _gate(held: Wait | None, settings: Settings) -> str:
    """Whether the account waits after a 429, and until when."""
    now = SystemClock().now()
    left = left_of(now, held)
    return f"closed by the service: {next_attempt(left, now.at, settings.zone)}" if left > 0 else "open"


SUBCOMMANDS = (
    LedgerSubcommand(
        "show", "print its id, environment, endpoints, host, newest event and gate", lambda _parser: None, _show
    ),
    LedgerSubcommand(
        "events", "print the events of the whole ledger, such as imports of trips", events_arguments, print_events
    ),
    LedgerSubcommand(
        "open-gate", "end the wait of the whole account after a 429", changes.open_gate_arguments, changes.open_gate
    ),
    LedgerSubcommand("ceiling", "record what was captured on a trip", changes.ceiling_arguments, changes.set_ceiling),
    LedgerSubcommand(
        "accept-older", "continue with an older copy, or with a new ledger if it is lost",
        changes.accept_older_arguments, changes.accept_older,
    ),
    LedgerSubcommand(
        "move-here", "move the ledger to this host; then no other host may use it", changes.move_here_arguments,
        changes.move_here,
    ),
    LedgerSubcommand(
        "add-endpoint", "let it send to one more endpoint of its environment", changes.add_endpoint_arguments,
        changes.add_endpoint,
    ),
    LedgerSubcommand(
        "assign-endpoint", "set the endpoint of refunds that version 0.1.0 recorded", changes.assign_endpoint_arguments,
        changes.assign_endpoint,
    ),
)  # fmt: skip
