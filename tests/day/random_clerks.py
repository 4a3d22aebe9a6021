"""Random clerks: `python -m tests.day.random_clerks --seed N --steps M`.

Keys are drawn from a seed; whole errands are likelier than single keys. A colleague in another process refunds on the
same ledger, and the sandbox fails sometimes. After each step the oracle reads the screen. At the end the sandbox's
books must agree with the ledger. A failure shows the seed and the keys so far.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from refund_tui.sandbox import SandboxThread, parse_script
from tests.day.colleague import Colleague, colleague
from tests.day.test_elsewhere import HERE, agreed
from tests.day.truth import Truth
from tests.flows.stage import Stage, program
from tests.support.clock import NOON

AMOUNTS = ("1.00", "2.50", "3.40")
KEYS = [
    *"enter tab shift+tab escape space down up home end f2 f3 f4 f5 f7 f8 f9 f10 f11".split(),
    *"y n d u / ctrl+o ctrl+r ctrl+u".split(),
]
FAULTS: tuple[dict[str, object] | None, ...] = (
    None, None, None, {"status": 429, "retryAfter": "12"}, {"drop": "after"}, {"drop": "before"}, {"status": 500},
    {"status": 503, "retryAfter": "8"}, {"status": 400}, {"status": 403}, {"status": 500, "execute": True},
)  # fmt: skip
OPEN = ("QUEUED", "SENDING", "WAITING")


class Clerks:
    """One clerk at the keys, and a colleague in another process. `log` is what they did."""

    def __init__(self, stage: Stage, ben: Colleague, service: SandboxThread, folder: Path, seed: int) -> None:
        self._stage, self._ben, self._service, self._folder = stage, ben, service, folder
        self._chance = random.Random(seed)
        self._trips = sorted(Truth.read(folder, stage.desk.settings.zone).trips)
        self.log: list[str] = []

    async def step(self) -> None:
        """Do something random, and check the screen."""
        chance = self._chance.random()
        if chance < 0.35:
            await self._errand()
        elif chance < 0.7:
            await self._press(*self._chance.choices(KEYS, k=self._chance.randint(1, 3)))
        elif chance < 0.8:
            await self._pass(self._chance.choice((1.0, 12.0, 60.0)))
        elif chance < 0.9:
            trip, minor = self._chance.choice(self._trips), self._chance.randint(100, 300)
            self.log.append(f"ben refunds {minor} on {trip}")
            await asyncio.to_thread(self._ben.refund, trip, minor, "any")
        else:
            self._fault(self._chance.choice(FAULTS))
        await agreed(self._stage, self._folder, {*HERE, *AMOUNTS}, fields_are_typed=True)

    async def end(self) -> None:
        """Let all waiting refunds be sent, then compare the books with the ledger."""
        self._fault(None)
        for _ in range(40):
            if not Truth.read(self._folder, self._stage.desk.settings.zone).count(*OPEN):
                break
            await self._pass(700.0)
            await self._stage.pilot.pause(0.2)
        truth = Truth.read(self._folder, self._stage.desk.settings.zone)
        assert not truth.count(*OPEN), "something was never sent"
        moved = Counter(done.request_id for done in self._service.books.executions)
        assert not [key for key, times in moved.items() if times > 1], "paid twice"
        yes = {row.key for row in truth.refunds if row.state == "ACCEPTED"}
        perhaps = {row.key for row in truth.refunds if row.state in ("UNKNOWN", "BLOCKED")}
        assert yes <= set(moved) <= yes | perhaps, "the books and the ledger differ"

    async def _errand(self) -> None:
        """Refund a known trip. Sometimes the clerk stops before the end."""
        find = f"R-10{self._chance.randint(1, 14):02d}"
        keys = ["f2", "ctrl+u", find, "enter", self._chance.choice(AMOUNTS), "tab", "1", "f10", "", "y"]
        if self._chance.random() < 0.3:
            keys = keys[: self._chance.randint(1, len(keys))]
        for key in keys:
            await (self._press(key) if key else self._pass(1.0))

    async def _press(self, *keys: str) -> None:
        self.log += keys
        for key in keys:
            await self._stage.press(key)
            await self._stage.idle()

    async def _pass(self, seconds: float) -> None:
        self.log.append(f"{seconds:.0f} s pass")
        self._stage.clock.advance(seconds)
        await asyncio.to_thread(self._ben.advance, seconds)
        self._stage.desk.wake()

    def _fault(self, fault: dict[str, object] | None) -> None:
        self.log.append(f"the service: {fault}")
        self._service.play(parse_script({"refund": [fault] if fault else []}))


async def play(folder: Path, seed: int, steps: int) -> list[str]:
    """Play `steps` steps. What was done. Raises AssertionError with the seed and the keys so far."""
    with SandboxThread(any_trip=True) as service, colleague(folder, NOON, service.url) as ben:
        stage_of = program(folder, base_url=service.url, connected=True, timezone="UTC")
        async with stage_of as stage:
            clerks = Clerks(stage, ben, service, folder, seed)
            try:
                for _ in range(steps):
                    await clerks.step()
                await clerks.end()
            except Exception as error:
                done = " ".join(clerks.log)
                raise AssertionError(f"seed {seed}, after: {done}\n{error!r}\n{error}") from error
            return clerks.log


def given(about: str | None) -> tuple[int, int]:
    """The seed and the steps of the command line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=100)
    told = parser.parse_args()
    return told.seed, told.steps


def main() -> int:
    """Play one seed, and print what was done."""
    seed, steps = given(__doc__)
    os.environ.pop("REFUND_TUI_BASE_URL", None)
    with tempfile.TemporaryDirectory() as folder:
        print(" ".join(asyncio.run(play(Path(folder), seed, steps))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
