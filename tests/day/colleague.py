"""A second clerk on the same ledger, in its own process: `python -m tests.day.colleague FOLDER`.

Reads one command per line, as JSON: what the service answers, and what the colleague does. Answers with the refund's id
and state when they are on disk.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from refund_tui.core.money import Money
from refund_tui.core.outcomes import Outcome
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Action, Intent, State
from refund_tui.core.rules import Refused
from refund_tui.desk.actions import Evidence
from refund_tui.desk.desk import Desk
from tests.flows.stage import FORBIDDEN, LIMITED, LOST, MALFORMED, SERVICE
from tests.support.clock import FakeClock
from tests.support.desks import STORE, settings
from tests.support.patience import PATIENCE
from tests.support.program import ROOT
from tests.support.service import ScriptedService, accepted

if TYPE_CHECKING:
    from refund_tui.payments.client import PaymentClient

ANSWERS: dict[str, tuple[Outcome, State]] = {
    "yes": (accepted("RECBEN1"), State.ACCEPTED), "no": (MALFORMED, State.REJECTED),
    "forbidden": (FORBIDDEN, State.BLOCKED), "limited": (LIMITED, State.WAITING), "lost": (LOST, State.WAITING),
}  # fmt: skip
"""Answers of the service, each with the state that a refund gets by it."""

OF_OTHERS = (FORBIDDEN,) * 50
"""Its answer to refunds of other processes, if this process sends them."""


class Colleague:
    """The test's side: it sends commands to the process and waits until each is done."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def refund(self, trip: str, minor: int, answer: str = "yes") -> str:
        """Refund this amount. The refund's id."""
        return self._do({"trip": trip, "minor": minor, "answer": answer})

    def act(self, key: str, action: Action) -> str:
        """Apply an action to a refund."""
        return self._do({"key": key, "action": str(action)})

    def advance(self, seconds: float) -> str:
        """Let time pass in the colleague's process too."""
        return self._do({"seconds": seconds})

    def _do(self, command: dict[str, object]) -> str:
        assert self._process.stdin
        assert self._process.stdout
        assert self._process.poll() is None, f"the colleague's process has ended with {self._process.returncode}"
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the colleague's process has ended"
        return str(json.loads(line))


@contextmanager
def colleague(folder: Path, at: datetime, url: str = "", clerk: str = "ben") -> Iterator[Colleague]:
    """A colleague whose clock starts at `at`. The service is at `url`, else inside the colleague's process."""
    command = [sys.executable, "-m", "tests.day.colleague", str(folder), at.isoformat(), url, clerk]
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) as process:
        try:
            yield Colleague(process)
        finally:
            process.kill()


async def _serve(folder: Path, at: datetime, url: str, clerk: str) -> None:
    service, numbers = ScriptedService(*OF_OTHERS), itertools.count(1)
    told, clock = settings(folder, base_url=url or SERVICE, clerk=clerk), FakeClock(at)
    desk = Desk(told, clock=clock, connect=None if url else lambda: cast("PaymentClient", service), random=lambda: 0.5)
    await desk.open()
    desk.begin()
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            command = json.loads(line)
            if "seconds" in command:
                clock.advance(command["seconds"])
                done = ""
            else:
                done = await _do(desk, service, command, next(numbers))
            print(json.dumps(done), flush=True)
    finally:
        await desk.close()


async def _taken(desk: Desk, command: dict[str, Any]) -> str:
    """Refund if possible, without waiting for the answer."""
    intent = Intent(STORE, command["trip"], Money(command["minor"], "EUR"), ReasonCode.DAMAGED_ITEM, "by ben")
    try:
        return (await desk.take(intent, second_yes=True)).key
    except Refused as refused:
        return str(refused)


async def _do(desk: Desk, service: ScriptedService, command: dict[str, Any], number: int) -> str:
    if "action" in command:
        evidence = Evidence(True, "CASE-7", "support", "2026-03-02") if command["action"] == Action.SETTLE else None
        return (await desk.act(command["key"], Action(command["action"]), evidence=evidence)).key
    if command["answer"] == "any":
        return await _taken(desk, command)
    outcome, state = ANSWERS[command["answer"]]
    service.script = [outcome, *OF_OTHERS]
    intent = Intent(STORE, command["trip"], Money(command["minor"], "EUR"), ReasonCode.DAMAGED_ITEM, f"by ben {number}")
    key = (await desk.take(intent, second_yes=True)).key
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await desk.history.get(key)
            if found is not None and getattr(found, "state", None) is state:
                return key
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), *sys.argv[3:]))
