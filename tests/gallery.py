"""Draws the screenshots from the running program: `python -m tests.gallery`; a test draws them again and compares.

Each face is reached by keys alone, over real files, with the time, the keys and the service's answers fixed.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast
from unittest import mock

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
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Elsewhere
from refund_tui.host.paths import trips_path
from refund_tui.sandbox import sample_trips
from refund_tui.store.imports.records import trip_of
from refund_tui.store.sqlite.trips import Trips
from refund_tui.tui.terminal import signals
from refund_tui.tui.themes import PALETTES
from refund_tui.tui.widgets.plain_text import Plain
from tests.support.clock import NOON, FakeClock
from tests.support.desks import settings
from tests.support.service import ScriptedService, accepted, never

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from refund_tui.payments.client import PaymentClient

FOLDER = Path(__file__).parents[1] / "screenshots"
SIZES = ((80, 24), (120, 36))
PATIENCE = 20.0
CELL = 12.2
"""The width of a character in the pictures."""
LIMITED = RateLimited(Answer(429, "the service takes no more requests for now (429)"), 600.0)
LOST = Uncertain(Answer(None, "the connection was lost after the request was sent"), Doubt.CONNECTION_LOST)
FORBIDDEN = NeedsRepair(Answer(403, "not authorised (403): the role lacks execute-api:Invoke"), Repair.CREDENTIALS)
NO_TRIP = Rejected(Answer(400, "the service knows no such trip in this store: check the store and the trip id"), "")
UNKNOWN_TRIP = "7c1e0b52-nowhere"
HISTORY = (accepted("REC1A2B3C"), NO_TRIP, LOST, NO_TRIP, LIMITED)
OFFLINE = Unreachable(Answer(None, "the service could not be reached: no route to host"))


@dataclass
class Stage:
    """The running program in a test terminal, and what it stands on."""

    pilot: Pilot[int]
    desk: Desk
    clock: FakeClock

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(strip.text for strip in self.pilot.app.screen._compositor.render_strips())

    async def press(self, *keys: str) -> None:
        """Press keys, each by its name; a longer word is typed."""
        for key in keys:
            await self.pilot.press(*([key] if key in _NAMED else key))

    def shows(self, words: str) -> bool:
        """Whether the words are on the screen, on one line or folded within a widget."""
        plain = (widget for widget in self.pilot.app.screen.query(Plain) if widget.region.area and widget.is_on_screen)
        return words in self.text or any(words in widget.shown for widget in plain)

    async def until(self, seen: str) -> None:
        """Return when `seen` is on the screen and nothing is left to draw."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not self.shows(seen):
            if asyncio.get_running_loop().time() > end:
                raise TimeoutError(f"{seen!r} was never seen; on the screen was:\n{self.text}")
            await self.pilot.pause(0.02)
        await self.pilot.pause(0.1)

    async def reread(self) -> None:
        """Have everything that is shown read anew, so that no picture depends on when it was last read."""
        await self.desk.tell(Elsewhere())
        await self.pilot.pause(0.3)

    async def refund(self, find: str, amount: str, reason: str = "1") -> None:
        """From anywhere to the timeline of a new refund."""
        await self.ask(find, amount, reason)
        self.clock.advance(1)
        await self.press("y")

    async def ask(self, find: str, amount: str, reason: str = "1") -> None:
        """From anywhere to the question."""
        await self.open(find)
        await self.press(amount, "tab", reason, "f10")
        await self.until("go back")

    async def open(self, find: str) -> None:
        """From anywhere to an empty form."""
        await self.press("f2", "ctrl+u", find)
        await self.until("1 trip")
        await self.press("enter")
        await self.until("Amount")

    async def open_unknown(self) -> None:
        """From anywhere to the form of a trip that is not known here."""
        await self.press("f2", "ctrl+u", UNKNOWN_TRIP)
        await self.until("No trip here matches")
        await self.press("enter")
        await self.until("not known here")


_NAMED = {
    "enter", "tab", "shift+tab", "escape", "space", "down", "up", "end",
    *(f"ctrl+{letter}" for letter in "glopqrsuy"), *(f"f{n}" for n in range(1, 13)),
}  # fmt: skip
Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Face:
    """One screenshot: what the service answers, and the keys that lead there."""

    name: str
    play: Play
    script: Sequence[Outcome | Callable[[bytes], Awaitable[Outcome]]] = ()
    trips: bool = True
    sizes: tuple[tuple[int, int], ...] = SIZES
    changes: Mapping[str, object] = field(default_factory=dict)


async def _lookup(stage: Stage) -> None:
    await stage.until("R-1001")


async def _first_start(stage: Stage) -> None:
    await stage.until("No trips are known")


async def _no_match(stage: Stage) -> None:
    await stage.press(UNKNOWN_TRIP)
    await stage.until("No trip here matches")


async def _form(stage: Stage) -> None:
    await stage.open("R-1002")
    await stage.press("5.005")
    await stage.until("3 decimals")


async def _unknown_trip(stage: Stage) -> None:
    await stage.open_unknown()


async def _confirm(stage: Stage) -> None:
    await stage.ask("R-1001", "5.00")


async def _second_look(stage: Stage) -> None:
    await stage.refund("R-1001", "5.00")
    await stage.until("ACCEPTED")
    await stage.refund("R-1001", "5.00")
    await stage.until("already has")


async def _sending(stage: Stage) -> None:
    await stage.refund("R-1001", "5.00")
    await stage.until("SENDING")


async def _waiting(stage: Stage) -> None:
    await stage.refund("R-1004", "5.00")
    await stage.until("WAITING")
    stage.clock.advance(7)
    await stage.until("09:53")


async def _accepted(stage: Stage) -> None:
    await _waiting(stage)
    stage.clock.advance(593)
    stage.desk.wake()
    await stage.until("ACCEPTED")


async def _unknown(stage: Stage) -> None:
    await stage.refund("R-1007", "5.00")
    await stage.until("WAITING")
    stage.clock.advance(30)
    stage.desk.wake()
    await stage.until("UNKNOWN")


async def _blocked(stage: Stage) -> None:
    await stage.refund("R-1010", "5.00")
    await stage.until("BLOCKED")


async def _history(stage: Stage) -> None:
    for receipt, amount, state in (("R-1001", "3.40", "ACCEPTED"), ("R-1006", "8.20", "REJECTED")):
        await stage.refund(receipt, amount)
        await stage.until(state)
        stage.clock.advance(240)
    await _unknown(stage)
    stage.clock.advance(60)
    await stage.refund("R-1004", "9.05", "4")
    await stage.until("WAITING")
    await stage.press("f4")
    await stage.until("REJECTED")


async def _detail(stage: Stage) -> None:
    await _history(stage)
    await stage.press("down", "enter")
    await stage.until("connection was lost")


async def _raw(stage: Stage) -> None:
    await _detail(stage)
    await stage.press("ctrl+o")
    await stage.until("Answers as they came")


async def _receipt(stage: Stage) -> None:
    await _accepted(stage)
    await stage.press("ctrl+r")
    await stage.until("Reference")


async def _settle(stage: Stage) -> None:
    await _unknown(stage)
    await stage.press("f12", "f10")
    await stage.until("press 1 or 2")


async def _offline(stage: Stage) -> None:
    await stage.refund("R-1001", "5.00")
    await stage.until("NO NETWORK")


async def _articles(stage: Stage) -> None:
    await stage.open("R-1002")
    await stage.press("tab", "1", "tab", "tab", "space")
    await stage.until("✓")


async def _empty_history(stage: Stage) -> None:
    await stage.until("R-1001")
    await stage.press("f4")
    await stage.until("No refunds yet")


async def _filtered(stage: Stage) -> None:
    await _history(stage)
    await stage.press("f7", "state:UNKN")
    await stage.until("state:UNKNOWN")


async def _palette(stage: Stage) -> None:
    await _history(stage)
    await stage.press("ctrl+p")
    await stage.until("What it does")


async def _small(stage: Stage) -> None:
    await stage.until("too small")


async def _help(stage: Stage) -> None:
    await stage.until("R-1001")
    await stage.press("f1")
    await stage.until("What a refund can be")


async def _leaving(stage: Stage) -> None:
    await _waiting(stage)
    await stage.press("ctrl+q")
    await stage.until("still open")


async def _gate(stage: Stage) -> None:
    await _waiting(stage)
    await stage.press("ctrl+g")
    await stage.until("whole account?")


FACES = (
    Face("lookup", _lookup),
    Face("first-start", _first_start, trips=False, sizes=SIZES[:1]),
    Face("lookup-no-match", _no_match, sizes=SIZES[:1]),
    Face("refund-form", _form),
    Face("refund-unknown-trip", _unknown_trip, sizes=SIZES[:1]),
    Face("confirm", _confirm),
    Face("second-look", _second_look, sizes=SIZES[:1]),
    Face("timeline-sending", _sending, (never(),), sizes=SIZES[:1]),
    Face("timeline-waiting", _waiting, (LIMITED,)),
    Face("timeline-accepted", _accepted, (LIMITED,)),
    Face("timeline-unknown", _unknown, (LOST, Rejected(Answer(400, "malformed (400)"), "")), sizes=SIZES[:1]),
    Face("timeline-blocked", _blocked, (FORBIDDEN,), sizes=SIZES[:1]),
    Face("history", _history, HISTORY),
    Face("history-detail", _detail, HISTORY),
    Face("history-filter", _filtered, HISTORY, sizes=SIZES[:1]),
    Face("history-empty", _empty_history, sizes=SIZES[:1]),
    Face("raw", _raw, HISTORY, sizes=SIZES[:1]),
    Face("receipt", _receipt, (LIMITED,), sizes=SIZES[:1]),
    Face("settle", _settle, (LOST, Rejected(Answer(400, "malformed (400)"), "")), sizes=SIZES[:1]),
    Face("timeline-offline", _offline, (OFFLINE,) * 9, sizes=SIZES[:1]),
    Face("articles", _articles, sizes=SIZES[:1]),
    Face("palette", _palette, HISTORY, sizes=SIZES[:1]),
    Face("small", _small, sizes=((50, 12),)),
    *(Face(f"history-{name}", _history, HISTORY, changes={"theme": name}, sizes=SIZES[1:]) for name in PALETTES),
    *(Face(f"refund-form-{name}", _form, changes={"theme": name}, sizes=SIZES[:1]) for name in PALETTES),
    Face("help", _help, sizes=SIZES[:1]),
    Face("leaving", _leaving, (LIMITED,), sizes=SIZES[:1]),
    Face("gate", _gate, (LIMITED,), sizes=SIZES[:1]),
)
"""Every screen and each state that matters."""


@asynccontextmanager
async def staged(face: Face, size: tuple[int, int], folder: Path) -> AsyncIterator[Stage]:
    """The program with the face's trips and service, at a size."""
    signals.prepare(os.environ)
    from refund_tui.tui.app import RefundApp  # after its environment is set

    if face.trips:
        trips = Trips.open(trips_path(folder))
        trips.put([trip_of(sample.record) for sample in sample_trips(NOON)])
        trips.close()
    clock, service = FakeClock(), ScriptedService(*face.script)
    keys = (f"550e8400-e29b-41d4-a716-{number:012d}" for number in itertools.count(1))
    told = settings(folder, **{"base_url": "https://eu-central-1.test.payments.example.com", **face.changes})
    desk = Desk(told, clock=clock, connect=lambda: cast("PaymentClient", service), random=lambda: 0.5)
    colours = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with mock.patch("refund_tui.desk.desk.new_key", side_effect=keys), mock.patch.dict(os.environ, colours):
        async with RefundApp(told, desk=desk).run_test(size=size) as pilot:
            yield Stage(pilot, desk, clock)


async def draw(face: Face, size: tuple[int, int]) -> str:
    """One screenshot, as SVG without anything from elsewhere."""
    with tempfile.TemporaryDirectory() as folder:
        async with staged(face, size, Path(folder)) as stage:
            await stage.pilot.pause(0.1)
            await face.play(stage)
            await stage.reread()
            return drawn(stage)


def drawn(stage: Stage) -> str:
    """What is on the screen now."""
    return self_contained(stage.pilot.app.export_screenshot(title="refund-tui"))


def self_contained(svg: str) -> str:
    """The picture with this machine's monospaced font instead of one fetched from elsewhere."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas")
    svg = re.sub(r'x="([\d.]+)"( y="[\d.]+") textLength="([\d.]+)"([^>]*>)((?:&#160;)+)', _indented, svg)
    return re.sub(r"terminal-\d+", "terminal", svg)


def _indented(match: re.Match[str]) -> str:
    """Blanks at the beginning as a place further right: some viewers drop them."""
    x, y, length, rest, blanks = match.groups()
    shift = CELL * (len(blanks) // len("&#160;"))
    return f'x="{float(x) + shift:.1f}"{y} textLength="{float(length) - shift:.1f}"{rest}'


def pictures() -> list[tuple[Face, tuple[int, int], str]]:
    """Every screenshot's face, size and file name."""
    return [(face, size, f"{face.name}-{size[0]}x{size[1]}.svg") for face in FACES for size in face.sizes]


def main() -> int:
    """Draw them all, and the film, and remove those that are drawn no more."""
    from tests import film  # it stands on this module

    names = {film.NAME, *(name for _, _, name in pictures())}
    for old in FOLDER.glob("*.svg"):
        if old.name not in names:
            old.unlink()
    for face, size, name in pictures():
        (FOLDER / name).write_text(asyncio.run(draw(face, size)))
        print(name, flush=True)
    (FOLDER / film.NAME).write_text(asyncio.run(film.film()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
