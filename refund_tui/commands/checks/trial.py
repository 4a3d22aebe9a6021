"""Owns one refund made for the doctor: the real desk and ledger against a sandbox, in a folder that is thrown away.

`python -m refund_tui.commands.checks.trial FOLDER` makes it and says so; with `--die` the process kills itself, for
real, after the attempt is recorded. Never touches the folder's own ledger.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Changed, News
from refund_tui.sandbox import SandboxThread
from refund_tui.settings.load import Settings, load_settings

TRIP = "doctors-trial"
SENT = "POST /v1/refund"
"""What the request's first bytes say, for who traces them."""

SETTLED = "settled and said"
"""What is said when the answer is on disk."""


def settings(folder: str, url: str) -> Settings:
    """A terminal of its own in `folder`."""
    given = {"base_url": url, "store_id": "DOCTOR", "data_dir": folder, "clerk": "doctor", "timezone": "UTC"}
    return load_settings(given, {"HOME": folder}).replace(environment="DEMO")


async def make(folder: str, *, die: bool) -> None:
    """Make the refund, or die while it is under way."""

    def end(news: News) -> None:
        if die and isinstance(news, Changed) and news.kind == "attempt_started":
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
