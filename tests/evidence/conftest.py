"""An unaltered ledger with refunds in several states, and a copy of it to alter."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from refund_tui.core.money import Money
from refund_tui.core.outcomes import Answer, Doubt, RateLimited, Rejected, Uncertain
from refund_tui.core.refunds import Action, State
from refund_tui.desk.actions import Evidence
from tests.support.desks import STORE, desk_over, intent
from tests.support.ears import Ears
from tests.support.service import ScriptedService, accepted

SCRIPT = (
    accepted("REC1"),
    accepted("REC2"),
    Rejected(Answer(400, "no"), "BadRequestException"),
    Uncertain(Answer(None, "cut off"), Doubt.TIMEOUT),
    RateLimited(Answer(429, "slow down"), 600.0),
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the untouched ledger: accepted, accepted, rejected, settled as paid, waiting behind the gate."""
    folder = tmp_path_factory.mktemp("good")
    asyncio.run(_live(folder))
    return folder


async def _live(folder: Path) -> None:
    async with desk_over(folder, ScriptedService(*SCRIPT)) as desk:
        ears = Ears(desk)
        desk.begin()
        ends = (State.ACCEPTED, State.ACCEPTED, State.REJECTED, State.WAITING, State.WAITING)
        for number, end in enumerate(ends, 1):
            refund = await desk.take(intent(100 * number, trip=f"trip-{number}", note=f"note {number}"))
            await ears.until_state(refund.key, end)
            if number == 4:
                await desk.act(refund.key, Action.STOP)
                evidence = Evidence(True, "line 7 of the report", "the processor", "23 Nov")
                await desk.act(refund.key, Action.SETTLE, evidence=evidence)
        await desk.set_ceiling(STORE, "trip-9", Money(5_000, "EUR"), "the till's own record")


@pytest.fixture
def folder(good: Path, tmp_path: Path) -> Path:
    """A copy, to be altered."""
    shutil.copytree(good, tmp_path / "data")
    return tmp_path / "data"
