"""Screens that stand still on the ledger of a day, each in its own process: `python -m tests.day.observer FOLDER URL`.

An observer sends nothing and records nothing: what its screen shows follows from what the others do. Reads one command
per line, as JSON: keys to press, or seconds that pass. Answers with the text of its screen.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from tests.flows.stage import SIZE, program
from tests.support.program import ROOT

LOOK_EVERY = 0.1
"""Seconds between two looks of an observer at the ledger; a real terminal looks each second."""


class Observer:
    """The test's side of one observer."""

    def __init__(self, name: str, process: subprocess.Popen[str]) -> None:
        self.name, self._process = name, process

    def text(self) -> str:
        """The text of the present screen."""
        return self._do({})

    def press(self, *keys: str) -> None:
        """Press keys, or type words."""
        self._do({"keys": keys})

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._do({"seconds": seconds})

    def _do(self, command: dict[str, object]) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the observer of {self.name} has ended"
        return str(json.loads(line))


class Observers:
    """An observer of each screen: Lookup and the history, which are wide, and the form of the trip that is refunded."""

    def __init__(self, lookup: Observer, history: Observer, form: Observer) -> None:
        self._lookup, self._form = lookup, form
        self.all = (lookup, history, form)
        history.press("f4")

    def follow(self, find: str) -> None:
        """Find the trip of the next shopper in Lookup, and open its form."""
        self._lookup.press("f2", "ctrl+u", find)
        self._form.press("f2", "ctrl+u", find)
        self._form.press("enter")

    def advance(self, seconds: float) -> None:
        """Let time pass for all."""
        for one in self.all:
            one.advance(seconds)


@contextmanager
def observers(folder: Path, url: str) -> Iterator[Observers]:
    """Three observers of this data folder."""
    with ExitStack() as stack:
        wide = (120, 36)
        sizes = {"Lookup": wide, "the history": wide, "the form": SIZE}
        yield Observers(*(stack.enter_context(_observer(name, size, folder, url)) for name, size in sizes.items()))


@contextmanager
def _observer(name: str, size: tuple[int, int], folder: Path, url: str) -> Iterator[Observer]:
    command = [sys.executable, "-m", "tests.day.observer", str(folder), url, *map(str, size)]
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True) as process:
        try:
            yield Observer(name, process)
        finally:
            process.kill()


async def _serve(folder: Path, url: str, size: tuple[int, int]) -> None:
    patches = (
        mock.patch("refund_tui.desk.watch.WATCH", LOOK_EVERY), mock.patch("refund_tui.desk.sender.Sender.begin"),
    )  # fmt: skip
    with patches[0], patches[1]:
        async with program(
            folder, trips=False, size=size, base_url=url, connected=True, timezone="UTC", clerk="dora"
        ) as stage:
            while line := await asyncio.to_thread(sys.stdin.readline):
                command = json.loads(line)
                stage.clock.advance(command.get("seconds", 0))
                await stage.press(*command.get("keys", ()))
                if command:
                    await stage.idle()
                print(json.dumps(stage.text), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), sys.argv[2], (int(sys.argv[3]), int(sys.argv[4]))))
