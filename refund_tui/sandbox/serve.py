"""Owns the standalone sandbox: one process that serves until a signal, then closes everything."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Callable

from refund_tui.sandbox.books import Books, utc_now
from refund_tui.sandbox.catalogue import Catalogue
from refund_tui.sandbox.errors import SandboxError
from refund_tui.sandbox.samples import sample_trips
from refund_tui.sandbox.script import Script, load_script
from refund_tui.sandbox.server import PaymentServer
from refund_tui.sandbox.service import PaymentService


def serve(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Run the sandbox with the flags of `add_arguments` until SIGINT or SIGTERM; exit code 0, or 2 with a message.

    `say` writes a line to standard output. An exception of it closes the sandbox and is raised.
    """
    if options.print_trips:
        say("\n".join(json.dumps(trip.record) for trip in sample_trips(utc_now())))
        return 0
    try:
        _run(options, say)
    except SandboxError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 2
    return 0


def _run(options: argparse.Namespace, say: Callable[[str], None]) -> None:
    script = load_script(options.script) if options.script is not None else Script()
    catalogue = Catalogue((trip.service_trip for trip in sample_trips(utc_now())), options.any_trip)
    books = Books(ceilings=catalogue.ceilings(), journal=options.journal, key_memory=options.key_memory)
    try:
        asyncio.run(_listen(PaymentService(books, catalogue, script), options.port, say))
        if options.report:
            say(books.report().rstrip("\n"))
    finally:
        books.close()


async def _listen(service: PaymentService, port: int, say: Callable[[str], None]) -> None:
    server, end = PaymentServer(service), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    await server.start(port)
    try:
        say(f"listening on {server.url}")
        await end.wait()
    finally:
        await server.stop()
