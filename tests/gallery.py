"""Draws the screenshots from the running program: `python -m tests.gallery`; a test draws them again and compares.

Each screen is reached by keys, on real files, with fixed time, idempotency keys and answers of the service.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from refund_tui.core.actor import Actor
from refund_tui.core.evidence import Head
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Answer, Rejected
from refund_tui.tui.themes import PALETTES
from refund_tui.tui.wording.questions import DIFFERENT
from tests.flows.stage import FORBIDDEN, LIMITED, LOST, OFFLINE, SERVICE, SIZE, UNKNOWN_TRIP, Stage, Step, program
from tests.support.approvals import SITE
from tests.support.desks import desk_over, intent
from tests.support.service import ScriptedService, accepted, never

FOLDER = Path(__file__).parents[1] / "screenshots"
SIZES = (SIZE, (120, 36))
CELL = 12.2
"""The width of a character in the pictures."""
FONT_SIZE = f"font-size: {CELL / 0.60205:.2f}px"
"""The size at which a character of the local font is that wide: some viewers ignore the length of a text."""
NO_TRIP = Rejected(Answer(400, "the service knows no such trip in this store: check the store and the trip id"), "")
HISTORY = (accepted("REC1A2B3C"), NO_TRIP, LOST, NO_TRIP, LIMITED)
TILL = Actor("1001", "store", "1002", "ana", "/dev/pts/3", "192.0.2.7 51234 192.0.2.1 22", "till-4", "4711")
"""The process facts in all pictures."""

Play = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Face:
    """One screenshot: the service's answers, and the keys that lead to it."""

    name: str
    play: Play
    script: Sequence[Step] = ()
    trips: bool = True
    sizes: tuple[tuple[int, int], ...] = SIZES
    changes: Mapping[str, Any] = field(default_factory=dict)


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
    await _keys_lit(stage)


async def _keys_lit(stage: Stage, key: str = "y") -> None:
    """Wait until the question's keys are drawn as accepted."""
    stage.clock.advance(1)
    await stage.until_lit(key)


async def _second_look(stage: Stage) -> None:
    await stage.refund("R-1001", "5.00")
    await stage.until("ACCEPTED")
    await stage.refund("R-1001", "5.00")
    await stage.until("already has")
    await _keys_lit(stage, DIFFERENT)


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
    await stage.press("/", "state:UNKN")
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
    await _keys_lit(stage)


async def _gate(stage: Stage) -> None:
    await _waiting(stage)
    await stage.press("ctrl+g")
    await stage.until("whole account?")


async def _awaiting(stage: Stage) -> None:
    await stage.refund("R-1001", "12.00")
    await stage.until("another person must approve it")


async def _approve(stage: Stage) -> None:
    folder, clock = stage.desk.settings.data_dir, stage.clock
    async with desk_over(folder, ScriptedService(), clerk="ana", base_url=SERVICE, clock=clock, **LOW) as ana:
        await ana.take(intent(1_200, note="both jars were broken"))
    await stage.until("another person must approve it first")
    await stage.press("f4")
    await stage.until("AWAITING_APPROVAL")
    await stage.press("down", "enter")
    await stage.until("a approves it")
    await stage.press("a")
    await stage.until("Approve this refund?")
    await stage.press("saw the jars")


LOW = {**SITE, "approve_above": {"EUR": Money(1_000, "EUR")}}
"""Above 10.00 EUR a second person is needed."""

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
    Face("approval-awaited", _awaiting, changes=LOW, sizes=SIZES[:1]),
    Face("approval", _approve, changes={**LOW, "clerk": "ben"}, sizes=SIZES[:1]),
)
"""Every screen, and each important state."""


@contextmanager
def drafts_unsaved() -> Iterator[None]:
    """Save no draft while a picture is drawn, so that a slow host draws no `Draft of` either."""
    with mock.patch("refund_tui.tui.drafts.SAVE_AFTER", 3600.0):
        yield


async def draw(face: Face, size: tuple[int, int]) -> str:
    """One screenshot, as an SVG without external resources."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("refund_tui.host.actor._actor", return_value=TILL),
        mock.patch.object(Head, "short", "7 9c56cc51b374c3ba"),  # each new ledger has an id, and so hashes, of its own
        drafts_unsaved(),
    ):
        shown = program(Path(folder), *face.script, trips=face.trips, size=size, seen="", **face.changes)
        async with shown as stage:
            await face.play(stage)
            await stage.reread()
            return drawn(stage)


def drawn(stage: Stage) -> str:
    """What is on the screen now."""
    return self_contained(stage.pilot.app.export_screenshot(title="refund-tui"))


def self_contained(svg: str) -> str:
    """The picture with the local monospaced font instead of a downloaded one."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono, Menlo, Consolas").replace("font-size: 20px", FONT_SIZE)
    svg = re.sub(r'x="([\d.]+)"( y="[\d.]+") textLength="([\d.]+)"([^>]*>)((?:&#160;)+)', _indented, svg)
    return re.sub(r"terminal-\d+", "terminal", svg)


def _indented(match: re.Match[str]) -> str:
    """Leading blanks as an x position: some viewers drop blanks."""
    x, y, length, rest, blanks = match.groups()
    shift = CELL * (len(blanks) // len("&#160;"))
    return f'x="{float(x) + shift:.1f}"{y} textLength="{float(length) - shift:.1f}"{rest}'


def pictures() -> list[tuple[Face, tuple[int, int], str]]:
    """Every screenshot's face, size and file name."""
    return [(face, size, f"{face.name}-{size[0]}x{size[1]}.svg") for face in FACES for size in face.sizes]


def main() -> int:
    """Draw all pictures and the film, and remove pictures that are not drawn any more."""
    from tests import film, verify_picture  # they import this module

    names = {film.NAME, verify_picture.NAME, *(name for _, _, name in pictures())}
    for old in FOLDER.glob("*.svg"):
        if old.name not in names:
            old.unlink()
    for face, size, name in pictures():
        (FOLDER / name).write_text(asyncio.run(draw(face, size)))
        print(name, flush=True)
    (FOLDER / film.NAME).write_text(asyncio.run(film.film()))
    (FOLDER / verify_picture.NAME).write_text(asyncio.run(verify_picture.picture()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
