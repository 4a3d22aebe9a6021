"""Owns `refund-tui approve`: another person approves a refund that is above the limits. Sends nothing."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.output import print_out
from refund_tui.core.damage import Damaged
from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.refunds import Action, Refund
from refund_tui.core.text import visible
from refund_tui.desk.desk import Desk
from refund_tui.desk.storage import storage_of
from refund_tui.errors import RecordUnusable, UsageError

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the refund and the reason."""
    parser.add_argument("key", metavar="KEY", help="the refund's request id, as refund-tui history prints it")
    parser.add_argument("--why", required=True, metavar="WORDS", help="the reason; it is recorded")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Approve a refund. Raises RefundTuiError, also if this person may not."""
    refund = decided(arguments, settings, Action.APPROVE)
    print_out(f"Approved: {refund.state}. A running refund-tui sends it, else refund-tui resume does.")
    return OK


def decided(arguments: argparse.Namespace, settings: Settings, action: Action) -> Refund:
    """Print the refund, and record the decision. The refund as it is then. Raises RefundTuiError."""
    storage_of(settings).open_history().close()  # an error if there is none, so that none is created
    try:
        return asyncio.run(_decided(settings, arguments.key.strip(), action, arguments.why))
    except NotPossible as error:
        raise UsageError(str(error)) from error


async def _decided(settings: Settings, key: str, action: Action, why: str) -> Refund:
    desk = Desk(settings)
    try:
        await desk.open()
        _print(await _found(desk, key))
        return await desk.decide(key, action, why)
    finally:
        await desk.close()


async def _found(desk: Desk, key: str) -> Refund:
    refund = await desk.history.get(key)
    if refund is None:
        raise UsageError(f"there is no refund {visible(key, 40)} in this ledger. Nothing was changed")
    if isinstance(refund, Damaged):
        raise RecordUnusable(refund.sentence)
    return refund


def _print(refund: Refund) -> None:
    asked = refund.intent
    print_out(f"Trip         {visible(asked.trip_id)} of {visible(asked.store_id)}")
    print_out(f"Refund       {asked.amount}, {asked.reason.words}, asked for by {visible(refund.clerk)}")
    print_out(f"State        {refund.state}: {visible(refund.life.why)}")
