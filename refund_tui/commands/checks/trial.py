"""Owns one refund that doctor makes: the real desk and ledger with a sandbox, in a temporary folder.

`python -m refund_tui.commands.checks.trial FOLDER` makes it and prints a line. With `--die` the process kills itself
after the attempt is recorded. Never opens the real ledger.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import ATTEMPT_STARTED, Intent
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Changed, News
from refund_tui.sandbox import SandboxThread
from refund_tui.settings.load import Settings, load_settings

TRIP = "doctors-trial"
SENT = "POST /v1/refund"
"""The first bytes of the request, by which a trace finds it."""

SETTLED = "settled and said"
"""The line that is printed when the answer is on disk."""


def settings(folder: str, url: str) -> Settings:
    """Settings for a ledger in `folder`."""
    given = {"base_url": url, "store_id": "DOCTOR", "data_dir": folder, "clerk": "doctor", "timezone": "UTC"}
    return load_settings(given, {"HOME": folder}).replace(environment="DEMO")


async def make(folder: str, *, die: bool) -> None:
    """Make the refund, or kill this process while it is sent."""

    def end(news: News) -> None:
        if die and isinstance(news, Changed) and news.kind == ATTEMPT_STARTED:
            os.kill(os.getpid(), signal.SIGKILL)

    with SandboxThread(any_trip=True) as service:
        desk = Desk(settings(folder, service.url))
        await desk.open()
        desk.listen(end)
        desk.begin()
        await desk.take(Intent("DOCTOR", TRIP, Money(100, "EUR"), ReasonCode.OTHER))
        await desk.drain()
        os.write(sys.stdout.fileno(), f"{SETTLED}\n".encode())
        await desk.close()


if __name__ == "__main__":
    asyncio.run(make(sys.argv[1], die="--die" in sys.argv))
