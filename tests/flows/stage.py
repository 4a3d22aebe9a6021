"""The program at 80x24 for the tests of flows: real files, a clock that the test moves, keys and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from refund_tui.core.filters import Filter
from refund_tui.core.outcomes import Answer, NeedsRepair, Outcome, Rejected, Repair
from refund_tui.core.refunds import Refund
from tests.gallery import LIMITED, LOST, OFFLINE, Face, Stage, staged
from tests.support.ledgers import sound

__all__ = ["FORBIDDEN", "LIMITED", "LOST", "MALFORMED", "OFFLINE", "Stage", "program", "refunds", "unknown"]

FORBIDDEN = NeedsRepair(Answer(403, "not authorised (403)"), Repair.CREDENTIALS)
MALFORMED = Rejected(Answer(400, "malformed (400)"), "BadRequestException")

Step = Outcome | Callable[[bytes], Awaitable[Outcome]]


async def _nothing(_stage: Stage) -> None:
    """No keys."""


@asynccontextmanager
async def program(
    folder: Path, *script: Step, trips: bool = True, seen: str = "trips", **changes: object
) -> AsyncIterator[Stage]:
    """The program with the sample trips once `seen` is there; its service answers by `script` and then always yes."""
    async with staged(Face("", _nothing, script, trips, changes=changes), (80, 24), folder) as stage:
        await stage.until(seen)
        yield stage


async def refunds(stage: Stage) -> list[Refund]:
    """What the ledger has, newest first."""
    return sound(await stage.desk.history.rows(Filter(), 0, 50))


async def unknown(stage: Stage) -> None:
    """From the search to a refund that ended UNKNOWN; the script is LOST, MALFORMED."""
    await stage.refund("R-1007", "5.00")
    await stage.until("WAITING")
    stage.clock.advance(30)
    stage.desk.wake()
    await stage.until("UNKNOWN")
