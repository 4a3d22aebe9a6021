"""The running program at 80x24, for the flows and the screenshots: real files, keys only, a clock that tests move."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast
from unittest import mock

from textual._context import active_app
from textual.events import Key
from textual.keys import _character_to_key

from refund_tui.core.filters import Filter
from refund_tui.core.outcomes import (
    Answer,
    Doubt,
    NeedsRepair,
    Outcome,
    RateLimited,
    Rejected,
    Repair,
    Uncertain,
    Unreachable,
)
from refund_tui.core.refunds import Refund
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Elsewhere
from refund_tui.host.paths import trips_path
from refund_tui.sandbox import sample_trips
from refund_tui.store.imports.records import trip_of
from refund_tui.store.sqlite.trips import Trips
from refund_tui.tui.terminal.signals import prepare
from refund_tui.tui.widgets.plain_text import Plain
from tests.support.clock import NOON, FakeClock
from tests.support.desks import settings
from tests.support.ledgers import sound
from tests.support.patience import PATIENCE
from tests.support.service import ScriptedService

if TYPE_CHECKING:
    from textual.pilot import Pilot
    from textual.strip import Strip

    from refund_tui.payments.client import PaymentClient
    from refund_tui.tui.app import RefundApp

SIZE = (80, 24)
FRAME = 1 / 60
SETTLED_WITHIN = 0.2
SERVICE = "https://eu-central-1.test.payments.example.com"
UNKNOWN_TRIP = "7c1e0b52-nowhere"
LIMITED = RateLimited(Answer(429, "the service takes no more requests for now (429)"), 600.0)
LOST = Uncertain(Answer(None, "the connection was lost after the request was sent"), Doubt.CONNECTION_LOST)
OFFLINE = Unreachable(Answer(None, "the service could not be reached: no route to host"))
FORBIDDEN = NeedsRepair(Answer(403, "not authorised (403): the role lacks execute-api:Invoke"), Repair.CREDENTIALS)
MALFORMED = Rejected(Answer(400, "malformed (400)"), "BadRequestException")

Step = Outcome | Callable[[bytes], Awaitable[Outcome]]


@dataclass
class Stage:
    """The running program in a test terminal, with its files, service and clock."""

    pilot: Pilot[int]
    desk: Desk
    clock: FakeClock

    @property
    def app(self) -> RefundApp:
        """The program."""
        return cast("RefundApp", self.pilot.app)

    @property
    def text(self) -> str:
        """The text on the screen."""
        return "\n".join(strip.text for strip in self.strips)

    @property
    def strips(self) -> list[Strip]:
        """The lines of the screen with their styles."""
        return self.pilot.app.screen._compositor.render_strips()

    async def press(self, *keys: str) -> None:
        """Press keys by their names. A word that is not a key's name is typed."""
        for key in keys:
            await (self.pilot.press(key) if key in NAMED_KEYS else self._type(key))

    async def _type(self, word: str) -> None:
        """Type a word as fast as a scanner, and wait after its last character only: a pilot waits after each key."""
        for character in word[:-1]:
            self.pilot.app.post_message(Key(_character_to_key(character), character))
        await self.pilot.press(word[-1])

    def shows(self, words: str) -> bool:
        """Whether the words are on the screen, on one line or wrapped inside a widget."""
        plain = (widget for widget in self.pilot.app.screen.query(Plain) if widget.region.area and widget.is_on_screen)
        return words in self.text or any(words in widget.shown for widget in plain)

    async def until(self, seen: str) -> None:
        """Return when `seen` is on the screen and the program is idle."""
        await self.sees(seen)
        await self.idle()

    async def sees(self, seen: str) -> None:
        """Return as soon as `seen` is on the screen, even if the program still works."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not self.shows(seen):
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError(f"{seen!r} was never seen; on the screen was:\n{self.text}")
            await self.pilot.pause(0.02)

    async def until_not(self, seen: str) -> None:
        """Return when `seen` is no longer on the screen."""
        async with asyncio.timeout(PATIENCE):
            while self.shows(seen):
                await self.pilot.pause(0.02)

    def lit(self, key: str) -> bool:
        """Whether the key is drawn as accepted."""
        runs = (run for strip in self.strips for run in strip)
        return any(run.text.strip() == key and run.style is not None and run.style.reverse for run in runs)

    async def until_lit(self, key: str) -> None:
        """Return when the key is accepted: after a question appears, its keys are ignored for a short time."""
        async with asyncio.timeout(PATIENCE):
            while not self.lit(key):
                await self.pilot.pause(0.02)

    async def idle(self) -> None:
        """Return when every key was handled, its work is done, and the result is drawn.

        This must be true twice in a row, because drawing may cause more reads.
        """
        app, quiet = self.app, 0
        async with asyncio.timeout(PATIENCE):
            while quiet < 2:
                await self.pilot.pause()
                quiet = 0 if app.handling or app.background.busy else quiet + 1

    async def reread(self) -> None:
        """Make the program read again all that it shows, so that a picture does not depend on the last read."""
        await self.desk.tell(Elsewhere())
        await self.idle()

    async def refund(self, find: str, amount: str, reason: str = "1") -> None:
        """Go from any screen to the timeline of a new refund."""
        await self.ask(find, amount, reason)
        await self.say_yes()

    async def say_yes(self) -> None:
        """Answer the question that is shown, when its keys are accepted by the clock."""
        self.clock.advance(1)
        await self.press("y")

    async def refund_unknown(self, amount: str) -> None:
        """Refund on the trip that is not known here, from its empty form."""
        await self.press(amount, "tab", "1", "f10")
        await self.until("go back")
        await self.say_yes()

    async def ask(self, find: str, amount: str, reason: str = "1") -> None:
        """Go from any screen to the question."""
        await self.open(find)
        await self.press(amount, "tab", reason, "f10")
        await self.until("go back")

    async def open(self, find: str) -> None:
        """Go from any screen to an empty form."""
        await self.press("f2", "ctrl+u", find)
        await self.until("1 trip")
        await self.press("enter")
        await self.until("Amount")

    async def open_unknown(self) -> None:
        """Go from any screen to the form of a trip that is not known here."""
        await self.press("f2", "ctrl+u", UNKNOWN_TRIP)
        await self.until("No trip here matches")
        await self.press("enter")
        await self.until("not known here")


NAMED_KEYS = {
    "enter", "tab", "shift+tab", "escape", "space", "down", "up", "home", "end",
    *(f"ctrl+{letter}" for letter in "glopqrsuy"), *(f"f{n}" for n in range(1, 13)),
}  # fmt: skip


async def _settled(*_limits: float) -> None:
    """Stands in for the pilot's wait, which ends when this process uses little CPU, up to a second later.

    Return when the keys are handled and the work is done, at the latest after SETTLED_WITHIN seconds: a test may hold
    the work up.
    """
    app = cast("RefundApp", active_app.get())
    end = asyncio.get_running_loop().time() + SETTLED_WITHIN
    await asyncio.sleep(FRAME)
    while (app.handling or app.background.busy) and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(FRAME)


@asynccontextmanager
async def program(
    folder: Path,
    *script: Step,
    trips: bool = True,
    size: tuple[int, int] = SIZE,
    seen: str = "trips",
    connected: bool = False,
    **changes: object,
) -> AsyncIterator[Stage]:
    """The program with the sample trips, when `seen` is on the screen.

    Its service answers by `script`, then always accepts.

    With `connected` the service is the one at `base_url`, over a socket.
    """
    prepare(os.environ)
    from refund_tui.tui.app import RefundApp  # after the environment is set

    if trips:
        import_samples(folder)
    clock, service = FakeClock(), ScriptedService(*script)
    keys = (f"550e8400-e29b-41d4-a716-{number:012d}" for number in itertools.count(1))
    told = settings(folder, **{"base_url": SERVICE, **changes})
    connect = None if connected else lambda: cast("PaymentClient", service)
    desk = Desk(told, clock=clock, connect=connect, random=lambda: 0.5)
    colours = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with ExitStack() as patches:
        patches.enter_context(mock.patch("refund_tui.desk.desk.new_key", side_effect=keys))
        patches.enter_context(mock.patch.dict(os.environ, colours))
        for module in ("app", "pilot"):
            patches.enter_context(mock.patch(f"textual.{module}.wait_for_idle", _settled))
        async with RefundApp(told, desk=desk).run_test(size=size) as pilot:
            stage = Stage(pilot, desk, clock)
            await stage.until(seen)
            yield stage


def import_samples(folder: Path) -> None:
    """Import the sandbox's sample trips, as they are at NOON."""
    trips = Trips.open(trips_path(folder))
    trips.put([trip_of(sample.record) for sample in sample_trips(NOON)])
    trips.close()


async def refunds(stage: Stage) -> list[Refund]:
    """The refunds in the ledger, newest first."""
    return sound(await stage.desk.history.rows(Filter(), 0, 50))


async def unknown(stage: Stage) -> None:
    """Go from Lookup to a refund that ended UNKNOWN. The script is LOST, MALFORMED."""
    await stage.refund("R-1007", "5.00")
    await stage.until("WAITING")
    stage.clock.advance(30)
    stage.desk.wake()
    await stage.until("UNKNOWN")
