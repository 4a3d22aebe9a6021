"""Makes refunds in several states, backs their ledger up and restores it with the real commands."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from refund_tui.core.outcomes import Answer, Doubt, Uncertain
from refund_tui.core.refunds import Action, Refund, State
from refund_tui.desk.actions import Evidence
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.program import PATIENCE, environment, run
from tests.support.service import ScriptedService

WHERE = ("--base-url", "http://127.0.0.1:9")
ROOM = 16_384
"""The bytes of the largest file in `without_room`: less than the tables of an empty ledger need."""

WHY = ("--because", "the disk failed")


async def paid(folder: Path, trip: str) -> Refund:
    """A refund that the service accepted."""
    async with desk_over(folder, ScriptedService()) as desk:
        desk.begin()
        refund = await desk.take(intent(trip=trip))
        return await Ears(desk).until_state(refund.key, State.ACCEPTED)


def backup(data: Path, target: Path, *flags: str) -> Path:
    ended = run("backup", str(target), "--data-dir", str(data), *WHERE, *flags)
    assert ended.returncode == 0, ended.stderr
    return Path(ended.stdout.splitlines()[0].split()[1])


def restore(data: Path, made: Path) -> subprocess.CompletedProcess[str]:
    return run("restore", str(made), *WHY, "--data-dir", str(data), *WHERE)


def without_room(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `refund-tui ARGUMENTS` where no file can become as large as a ledger."""
    return subprocess.run(
        [sys.executable, "-m", "refund_tui", *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM)),
        check=False,
    )


async def recorded(folder: Path, trip: str) -> Refund:
    """A refund that was not sent yet."""
    async with desk_over(folder, ScriptedService()) as desk:
        return await desk.take(intent(trip=trip))


async def stopped(folder: Path, trip: str) -> Refund:
    """A refund that is UNKNOWN: its attempt had no clear answer, and a person stopped it."""
    async with desk_over(folder, ScriptedService(Uncertain(Answer(), Doubt.TIMEOUT))) as desk:
        desk.begin()
        refund = await desk.take(intent(trip=trip))
        await Ears(desk).until_state(refund.key, State.WAITING)
        return await desk.act(refund.key, Action.STOP)


async def acted(folder: Path, key: str, action: Action, evidence: Evidence | None = None) -> None:
    """A person acts on a refund; nothing is sent."""
    async with desk_over(folder, ScriptedService()) as desk:
        await desk.act(key, action, evidence=evidence)


async def resumed(data: Path, key: str) -> tuple[Refund, list[bytes]]:
    """A refund after everything was sent that is sent without a person, and the requests."""
    service = ScriptedService()
    async with desk_over(data, service) as desk:
        desk.begin()
        await desk.drain()
        found = await desk.history.get(key)
        assert isinstance(found, Refund)
        return found, service.requests
