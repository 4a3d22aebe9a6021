"""Owns `refund-tui ledger open-gate`: a person ends the wait that the service asked of the account. Sends nothing."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from refund_tui.commands import OK
from refund_tui.commands.ledger.because import add_because, because
from refund_tui.commands.output import say
from refund_tui.core.lifecycle import NotPossible
from refund_tui.desk.desk import Desk
from refund_tui.desk.opening import storage_of
from refund_tui.errors import UsageError

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Why."""
    add_because(parser, "why the wait is ended; it stays in the ledger")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """End the account's wait. Raises RefundTuiError, also where the account does not wait."""
    settings.require("base_url")
    why = because(arguments)
    storage_of(settings).open_history().close()  # none is made where there is none
    try:
        asyncio.run(_open(settings, why))
    except NotPossible as error:
        raise UsageError(str(error)) from error
    say("The account's wait was ended. What is held goes now where refund-tui runs, else with refund-tui resume.")
    return OK


async def _open(settings: Settings, word: str) -> None:
    desk = Desk(settings)
    try:
        await desk.open()
        await desk.open_gate(word)
    finally:
        await desk.close()
