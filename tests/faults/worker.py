"""A clerk without a screen, as a process that can be killed at any durable step: `python -m tests.faults.worker`.

It records refunds at the real desk and waits until none is open. With `--kill-at N` it kills itself at the N-th step. A
step is before and after each commit, and before and after each connect, send and receive of its socket.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent, State
from refund_tui.core.rules import Refused
from refund_tui.core.waits import Policy
from refund_tui.desk.desk import Desk
from refund_tui.settings.load import load_settings

FAST = Policy(base=0.02, cap=0.05, least=0.01)
"""The real rules with shorter waits, so that hundreds of deaths fit into a test."""

_real_connect = sqlite3.connect


class Killer:
    """Counts durable steps, and kills the process at step `kill_at`."""

    def __init__(self, kill_at: int, trace: Path | None) -> None:
        self.kill_at, self.steps, self.trace = kill_at, 0, trace

    def step(self, name: str) -> None:
        """Count one step. The last step does not return."""
        self.steps += 1
        if self.trace is not None:
            with self.trace.open("a") as lines:
                lines.write(f"{self.steps} {name}\n")
        if self.steps == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """`call` with a step before and after it."""

        def stepping(*args: Any, **kwargs: Any) -> Any:
            self.step(f"before {name}")
            result = call(*args, **kwargs)
            self.step(f"after {name}")
            return result

        return stepping


def install(killer: Killer, *, unsafe: bool) -> None:
    """Put steps around every commit of SQLite and every socket call to the service.

    `unsafe` turns SQLite's syncs off, to show that the check of their order can fail.
    """

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            call, word = super().execute, sql.strip().upper()
            if word.startswith("BEGIN") and unsafe:
                call("PRAGMA synchronous = OFF")
            return killer.around("commit", call)(sql, *values) if word == "COMMIT" else call(sql, *values)

    sqlite3.connect = lambda *args, **kwargs: _real_connect(*args, factory=Connection, **kwargs)  # type: ignore[assignment]
    for name in ("connect", "send", "recv"):
        setattr(socket.socket, name, _on_the_wire(killer, name, getattr(socket.socket, name)))


def _on_the_wire(killer: Killer, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """Steps around a socket's call, except for the socket pair of the event loop."""

    def stepping(sock: socket.socket, *args: Any) -> Any:
        if sock.family != socket.AF_INET:
            return call(sock, *args)
        return killer.around(name, call)(sock, *args)

    return stepping


async def work(arguments: argparse.Namespace) -> int:
    """Record the refunds, then wait until none continues by itself."""
    flags = {
        "base_url": arguments.base_url, "store_id": "STORE-001", "data_dir": str(arguments.data_dir),
        "clerk": arguments.clerk, "currency": "EUR", "timezone": "UTC",
    }  # fmt: skip
    desk = Desk(load_settings(flags, {}), policy=replace(FAST, longest_attempt=arguments.longest_attempt))
    await desk.open()
    desk.begin()
    try:
        for number in range(arguments.take):
            intent = Intent("STORE-001", f"{arguments.trip}-{number}", Money(1250, "EUR"), ReasonCode.OTHER)
            try:
                refund = await desk.take(intent, second_yes=True)
            except Refused as error:
                print(f"refused {error}", flush=True)
            else:
                print(f"took {refund.key}", flush=True)
        async with asyncio.timeout(arguments.deadline):
            summary = await desk.drain()
        print(f"open unknown={summary[State.UNKNOWN]} blocked={summary[State.BLOCKED]}", flush=True)
    finally:
        await desk.close()
    return 0


def main() -> int:
    """Run one worker."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--clerk", default="worker")
    parser.add_argument("--take", type=int, default=0)
    parser.add_argument("--trip", default="trip")
    parser.add_argument("--deadline", type=float, default=60.0)
    parser.add_argument("--longest-attempt", type=float, default=FAST.longest_attempt)
    parser.add_argument("--kill-at", type=int, default=0)
    parser.add_argument("--trace", type=Path)
    parser.add_argument("--unsafe", action="store_true")
    arguments = parser.parse_args()
    install(Killer(arguments.kill_at, arguments.trace), unsafe=arguments.unsafe)
    return asyncio.run(work(arguments))


if __name__ == "__main__":
    sys.exit(main())
