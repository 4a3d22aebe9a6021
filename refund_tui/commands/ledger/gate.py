"""Owns `refund-tui ledger open-gate`: a person ends the account's wait after a 429. Sends nothing."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.ledger.because import add_because, because
from refund_tui.commands.output import print_out
from refund_tui.core.lifecycle import NotPossible
from refund_tui.desk.desk import Desk
from refund_tui.desk.opening import storage_of
from refund_tui.errors import UsageError

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the reason."""
    add_because(parser, "why the wait is ended; it is recorded")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """End the account's wait. Raises RefundTuiError, also if the account does not wait."""
    settings.require("base_url")
    why = because(arguments)
    storage_of(settings).open_history().close()  # an error if there is none, so that none is created
    try:
        asyncio.run(_open(settings, why))
    except NotPossible as error:
        raise UsageError(str(error)) from error
    print_out("The account's wait was ended. A running refund-tui sends its refunds now, else refund-tui resume does.")
    return OK


async def _open(settings: Settings, why: str) -> None:
    desk = Desk(settings)
    try:
        await desk.open()
        await desk.open_gate(why)
    finally:
        await desk.close()
