"""Killed at any step, a backup is complete or missing, and a restore that is run again pays nothing twice."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from refund_tui.core.refunds import Action, Refund
from refund_tui.errors import StoreError
from refund_tui.store.sqlite.backup import copy_out
from tests.evidence.restores import WHERE, WHY, acted, backup, paid, recorded
from tests.support.desks import desk_over
from tests.support.program import environment, limited
from tests.support.service import ScriptedService

RUNNER = """
import json, os, signal, sys
import refund_tui.commands.backup, refund_tui.commands.restore, refund_tui.settings.load
import refund_tui.store.sqlite.maintenance
from refund_tui.cli import main

def counted(real):
    def call(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return call

for line in sys.stdin:
    left, *command = json.loads(line)
    child = os.fork()
    if child == 0:
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        for name in ("replace", "rename", "link", "fsync", "unlink", "write", "open", "mkdir", "rmdir"):
            setattr(os, name, counted(getattr(os, name)))
        os._exit(main(command))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Runs commands in processes of their own, each killed before its file operation with the given number.

They are forked from one process, since starting Python takes longer than a restore.
"""

NEVER = 10**6


class Runner:
    """Asks the process that runs commands."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def restore(self, data: Path, made: Path, kill_at: int = NEVER) -> int:
        """The exit code of a restore."""
        return self._run(kill_at, "restore", str(made), *WHY, "--data-dir", str(data), *WHERE)

    def backup(self, data: Path, target: Path, kill_at: int = NEVER) -> int:
        """The exit code of a backup that keeps only the newest one."""
        return self._run(kill_at, "backup", str(target), "--keep", "1", "--data-dir", str(data), *WHERE)

    def _run(self, kill_at: int, *command: str) -> int:
        assert self._program.stdin
        assert self._program.stdout
        self._program.stdin.write(json.dumps([kill_at, *command]) + "\n")
        self._program.stdin.flush()
        return int(self._program.stdout.readline())


@contextmanager
def runner() -> Iterator[Runner]:
    """A process that runs commands until the end of this block."""
    command = [sys.executable, "-c", RUNNER]
    with (
        subprocess.Popen(
            command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as program,
        limited(program),
    ):
        yield Runner(program)


async def test_killed_at_any_step_it_pays_nothing_twice_and_sends_nothing_that_was_cancelled(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    cancelled = await recorded(data, "trip-2")
    made = backup(data, tmp_path / "backups")
    await acted(data, cancelled.key, Action.CANCEL)
    instead = await paid(data, "trip-2")
    with runner() as run:
        for step in range(200):
            copy = tmp_path / f"step-{step}"
            shutil.copytree(data, copy)
            ended = run.restore(copy, made, kill_at=step)
            await _sends_nothing(copy, instead)
            if ended != -signal.SIGKILL:
                break
            assert run.restore(copy, made) == 5, step
            await _sends_nothing(copy, instead)
            assert not list(copy.glob(".restore-*")), step
            shutil.rmtree(copy)
    assert ended == 5
    assert step > 10


async def test_a_backup_killed_at_any_step_is_complete_or_missing_and_the_older_one_stays(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "backups"
    await paid(data, "trip-1")
    backup(data, target)
    with runner() as run:
        for step in range(200):
            ended = run.backup(data, target, kill_at=step)
            complete = list(target.glob("refund-tui-*"))
            assert complete, step
            for number, folder in enumerate(complete):
                (copy := tmp_path / f"{step}-{number}").mkdir()
                copy_out(folder, copy, shared=False)
            if ended != -signal.SIGKILL:
                break
        assert run.backup(data, target) == 0
    assert ended == 0
    assert step > 10
    assert len(list(target.iterdir())) == 1


async def _sends_nothing(data: Path, instead: Refund) -> None:
    """Nothing is sent; and either nothing can be recorded at all, or the refund that was paid is there and counts."""
    service = ScriptedService()
    try:
        async with desk_over(data, service) as desk:
            desk.begin()
            await desk.drain()
            found = await desk.history.get(instead.key)
            assert isinstance(found, Refund)
            assert found.state.counts
    except StoreError:
        pass
    assert service.requests == []
