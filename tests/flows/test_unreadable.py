"""Each command of each screen while the ledger is locked or missing: it is reported, and works again afterwards."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from refund_tui.core.money import Money
from refund_tui.core.outcomes import Answer, Outcome, RateLimited
from refund_tui.core.refunds import State
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.store.sqlite.connection import Patience
from refund_tui.tui.commands import COMMANDS
from refund_tui.tui.screens.history import NEEDS_A_PERSON
from tests.day.test_elsewhere import agreed
from tests.flows.stage import FORBIDDEN, LOST, MALFORMED, SERVICE, Stage, import_samples, program
from tests.support.approvals import SITE
from tests.support.clock import NOON, FakeClock
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.obstacles import held, moved, replaced
from tests.support.patience import PATIENCE
from tests.support.service import ScriptedService, accepted

LONG = RateLimited(Answer(429, "the service takes no more requests for now (429)"), 20_000.0)
REFUNDS: tuple[tuple[State, tuple[Outcome, ...]], ...] = (
    (State.ACCEPTED, (accepted("REC1"),)), (State.UNKNOWN, (LOST, MALFORMED)), (State.BLOCKED, (FORBIDDEN,)),
    (State.WAITING, (LONG,)),
)  # fmt: skip
"""What the ledger has, and what the service answered."""

KEYS = {command.name: command.keys[0] for command in COMMANDS}


@dataclass(frozen=True)
class Place:
    """A screen: the keys that lead to it from any screen, and a text on it.

    `pressed` are commands by name, or keys, each for one lock; what only moves stands together. `back` are keys after
    which all that was `typed` is to be seen again.
    """

    keys: tuple[str, ...]
    seen: str
    pressed: tuple[str, ...]
    typed: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


def _list(line: str = "") -> tuple[str, ...]:
    return "f4", "escape", "/", "ctrl+u", *line.split(), "enter"


FORM = ("f2", "ctrl+u", "R-1002", "enter", "2.00", "enter", "1", "tab", "torn")
SETTLED = (*_list("state:UNKNOWN"), "enter", "f12", "1", "tab", "case", "tab", "bank")
PLACES = {
    "lookup": Place(
        ("f2", "ctrl+u", "R-10"), "14 trips",
        (
            "lookup.open", "list.down list.up list.page_down list.page_up", "lookup", "refund", "history", "gate",
            "palette", "redraw", "help",
        ),
        ("R-10",), ("escape", "f2"),
    ),
    "an unknown trip": Place(("f2", "ctrl+u", "nowhere"), "No trip here", ("lookup.open", "lookup.clear")),
    "the form": Place(
        FORM, "torn",
        ("refund.articles", "refund.submit", "refund.earlier", "refund.back", "refund.card"), ("2.00", "torn"), ("f3",),
    ),
    "all left": Place(FORM, "torn", ("refund.all",), ("13.79", "torn"), ("f3",)),
    "the articles": Place((*FORM, "f7"), "torn", ("articles.mark articles.more articles.less",), ("torn",)),
    "the question": Place((*FORM, "f10"), "Refund 2.00 EUR", ("y", "n"), ("2.00", "torn"), ("f3",)),
    "the list": Place(
        (*_list(), "home"), "of 4 refunds",
        (
            "history.open", "history.find", "history.export", "history.lines", "history.go_on", "history.turn",
            "list.last list.first", "refund.stop", "refund.raw", "refund.receipt",
        ),
    ),
    "the filter": Place(
        (*_list(), "/", "clerk:ana"), "clerk:ana", ("enter",), ("clerk:ana",), ("f4",)
    ),
    "a blocked refund": Place(
        (*_list("state:BLOCKED"), "enter"), "Request id", ("refund.ask_again", "refund.next refund.previous")
    ),
    "an accepted refund": Place(
        (*_list("state:ACCEPTED"), "enter"), "REC1",
        ("refund.copy", "refund.receipt", "refund.back", "refund.raw"),
    ),
    "a receipt": Place(
        (*_list("state:ACCEPTED"), "enter", "ctrl+r"), "w  To a file", ("refund.write", "refund.copy"),
        (f"{NOON:%Y-%m-%d} 13:00",),
    ),
    "what needs a person": Place((*_list(NEEDS_A_PERSON), "home"), "of 2 refunds", ("history.person",)),
    "stop?": Place((*_list("state:WAITING"), "enter", "f9"), "go back", ("y", "n")),
    "go on?": Place((*_list(), "g"), "go back", ("y", "n")),
    "an unknown refund": Place((*_list("state:UNKNOWN"), "enter"), "Request id", ("refund.settle",)),
    "evidence": Place(SETTLED, "bank", ("refund.submit",)),
    "settle?": Place((*SETTLED, "f10"), "Settle this", ("y", "n"), ("case", "bank")),
    "the palette": Place(("f2", "ctrl+p", "hist"), "shows all refunds", ("palette.run", "palette.back")),
    "the wait": Place(("f2", "ctrl+g", "manager"), "manager", ("gate.end",), ("manager",)),
    "the wait is left": Place(("f2", "ctrl+g", "manager"), "manager", ("gate.back",)),
    "leaving": Place(("f2", "ctrl+q"), "stay", ("n",)),
}  # fmt: skip

APPROVALS = ("refund.approve", "refund.decline")

ELSEWHERE = frozenset(("quit", "suspend"))
"""The commands that need a real terminal, or end the program; other tests press them while the ledger is locked."""


def test_every_command_is_pressed_somewhere() -> None:
    pressed = {name for place in PLACES.values() for names in place.pressed for name in names.split()}
    assert not set(KEYS) - pressed - ELSEWHERE - {*APPROVALS}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample trips and four refunds on other trips, the last of which has the account wait."""
    folder = tmp_path_factory.mktemp("written")
    asyncio.run(_write(folder))
    return folder


async def _write(folder: Path) -> None:
    import_samples(folder)
    clock, service = FakeClock(NOON - timedelta(minutes=15), FakeClock.ticks - 900), ScriptedService()
    async with desk_over(folder, service, base_url=SERVICE, clock=clock) as desk:
        ears = Ears(desk)
        desk.begin()
        for number, (state, script) in enumerate(REFUNDS):
            service.script = list(script)
            refund = await desk.take(intent(100 + number, trip=f"other-trip-{number}"))
            if len(script) > 1:
                await ears.until_state(refund.key, State.WAITING)
                clock.advance(60)
                desk.wake()
            await ears.until_state(refund.key, state)


@pytest.fixture
def folder(tmp_path: Path, written: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it, for a program that waits for locks, and looks at the files, in fractions of a second."""
    monkeypatch.setattr(Patience.__init__, "__defaults__", (2,))
    monkeypatch.setattr("refund_tui.desk.watch.WATCH", 0.05)
    monkeypatch.setattr("refund_tui.tui.app.TICK", 0.05)
    shutil.copytree(written, tmp_path / "data")
    yield tmp_path / "data"
    assert not list((tmp_path / "data").glob("*crash*"))


def keys_of(pressed: str) -> list[str]:
    """The keys of these commands, or the key itself."""
    return [KEYS.get(name, name) for name in pressed.split()]


async def arrive(stage: Stage, place: Place) -> None:
    """Go there from wherever the clerk is."""
    for key in place.keys:
        stage.clock.advance(1 if key == "escape" else 0)  # a question takes that as its answer
        if key == "enter":
            await stage.idle()
        await stage.press(key)
    await stage.until(place.seen)
    stage.clock.advance(1)
    if "go back" in stage.text:
        await stage.until_lit("y")


async def recovers(stage: Stage, folder: Path, words: str, place: Place) -> None:
    """When the file can be read again, the screen is true, shows no problem, and still has the typed text."""
    while len(stage.pilot.app.screen_stack) > 1:
        await stage.pilot.press("escape")  # out of help
    async with asyncio.timeout(PATIENCE):
        while stage.shows(words):
            stage.clock.advance(1)  # the answer to a key stays for ten seconds
            await stage.pilot.pause(0.02)
            if stage.shows("Nothing was recorded"):
                await stage.press("f2")  # the answer to a yes stays until its screen is left
    await stage.until_not("! LEDGER")
    await agreed(stage, folder, {"STORE-001", *place.typed}, fields_are_typed=True)
    await stage.pilot.press(*place.back)
    await stage.idle()
    for typed in place.typed:
        await stage.sees(typed)


@pytest.mark.parametrize("name", PLACES)
async def test_while_another_process_holds_the_ledger_no_command_crashes(folder: Path, name: str) -> None:
    place = PLACES[name]
    async with program(folder, trips=False) as stage:
        await survives(stage, folder, place)


async def survives(stage: Stage, folder: Path, place: Place) -> None:
    """Press each command of the place while the ledger is held; each time the screen is true again afterwards."""
    for pressed in place.pressed:
        await arrive(stage, place)
        with held(ledger_path(folder)):
            await stage.pilot.press(*keys_of(pressed))
            await stage.sees("LEDGER LOCKED" if pressed != "help" else "Keys")
            await stage.idle()
            assert "This program failed" not in stage.text
        await recovers(stage, folder, "is held by another program", place)


@pytest.mark.parametrize("pressed", APPROVALS)
async def test_while_another_process_holds_the_ledger_an_approval_is_survived(folder: Path, pressed: str) -> None:
    limits = {**SITE, "approve_above": {"EUR": Money(1_000, "EUR")}}
    async with desk_over(folder, ScriptedService(), base_url=SERVICE, clock=FakeClock(), **limits) as ana:
        await ana.take(intent(2_000, trip="other-trip-9"))
    async with program(folder, trips=False, clerk="ben", **limits) as stage:
        await survives(stage, folder, Place((*_list("state:AWAITING_APPROVAL"), "enter"), "Request id", (pressed,)))


Obstacle = Callable[[Path], AbstractContextManager[None]]
OBSTACLES: dict[str, tuple[Obstacle, str]] = {
    "the ledger is gone": (lambda folder: moved(ledger_path(folder)), "was moved or replaced"),
    "the trips are locked": (lambda folder: held(trips_path(folder)), "is held by another program"),
    "the trips are gone": (lambda folder: moved(trips_path(folder)), "was moved or replaced"),
    "the trips are garbage": (lambda folder: replaced(trips_path(folder)), "was moved or replaced"),
    "the folder is gone": (moved, "was moved or replaced"),
}


@pytest.mark.parametrize("obstacle", OBSTACLES)
async def test_whatever_blocks_a_file_no_screen_crashes(folder: Path, obstacle: str) -> None:
    in_the_way, words = OBSTACLES[obstacle]
    async with program(folder, trips=False) as stage:
        for name in ("lookup", "the question", "the filter", "a blocked refund", "leaving"):
            place = PLACES[name]
            await arrive(stage, place)
            with in_the_way(folder):
                await stage.pilot.press(*keys_of(place.pressed[0]))
                await stage.sees(words)
                await stage.idle()
                assert ("LEDGER UNUSABLE" in stage.text) == ("trips" not in obstacle)
            await recovers(stage, folder, words, place)


async def test_an_answer_that_is_not_on_disk_yet_is_not_said_to_be_awaited(folder: Path) -> None:
    with ExitStack() as lock:

        async def answer(_body: bytes) -> Outcome:
            await stage.sees("◐ SENDING")
            await asyncio.to_thread(lock.enter_context, held(ledger_path(folder)))
            return accepted()

        async with program(folder, answer, trips=False) as stage:
            await arrive(stage, Place((*_list("state:WAITING"), "enter"), "Request id", ()))
            await stage.press("ctrl+g", "asked support", "enter")
            await stage.sees("accepted, not saved")
            await stage.sees("Its answer is here but not on disk yet")
            assert "Its answer is awaited" not in stage.text
            lock.close()
            await stage.sees("● ACCEPTED")
            await stage.until_not("not saved")


async def test_the_facts_below_the_list_are_never_those_of_another_trip(folder: Path) -> None:
    async with program(folder, trips=False) as stage:
        await arrive(stage, PLACES["lookup"])
        assert "18.40 EUR left" in stage.text
        with held(ledger_path(folder)):
            await stage.press("down")
            await stage.until_not("18.40 EUR left")
            assert stage.shows("What was given back is not read yet") or stage.shows("cannot be read now.")
        await stage.sees("9.05 EUR left of 9.05")
