"""Whether the process that holds an attempt still lives: a wrong "dead" would send a refund while it is being sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from refund_tui import clock, holder
from refund_tui.core.refunds import Holder
from refund_tui.holder import alive, this_process

_TELL_AND_STAY = (
    "import dataclasses, json, sys; from refund_tui.holder import this_process;"
    "print(json.dumps(dataclasses.asdict(this_process())), flush=True); sys.stdin.read()"
)


@contextmanager
def another_process() -> Iterator[tuple[subprocess.Popen[str], Holder]]:
    """A living process and the lease it would write."""

    arguments = [sys.executable, "-c", _TELL_AND_STAY]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, Holder(**json.loads(process.stdout.readline()))
        finally:
            process.kill()


def test_this_process_lives_and_is_told_by_its_start() -> None:
    mine = this_process()
    assert alive(mine)
    assert mine.pid == os.getpid()
    assert mine.started.isdigit()
    assert mine == this_process()


def test_a_process_lives_until_it_is_gone() -> None:
    with another_process() as (process, lease):
        assert alive(lease)
        process.kill()
        process.wait()
        assert not alive(lease)


def test_a_zombie_sends_nothing_any_more() -> None:
    with another_process() as (process, lease):
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet waited for
        assert Path(f"/proc/{process.pid}").exists()
        assert not alive(lease)


def test_a_pid_that_is_used_again_is_another_process() -> None:
    mine = this_process()
    assert not alive(replace(mine, started=str(int(mine.started) - 1)))


def test_nothing_of_an_earlier_boot_lives() -> None:
    assert not alive(replace(this_process(), boot="11111111-2222-3333-4444-555555555555"))


def test_a_holder_of_another_host_is_never_taken_for_dead() -> None:
    assert alive(Holder("another-host", "its-boot", 1, "1"))


def test_a_process_that_this_account_may_not_look_at_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    with another_process() as (process, lease):
        monkeypatch.setattr(holder, "_stat", lambda _pid: None)  # as /proc is with hidepid
        assert alive(lease)
        process.kill()
        process.wait()
        assert not alive(lease)


def test_where_no_boot_has_a_name_another_process_is_judged_by_its_pid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_BOOT_ID", Path("/nowhere/boot_id"))
    monkeypatch.setattr(holder, "_stat", lambda _pid: None)
    with another_process() as (process, lease):
        unnamed = replace(lease, boot="process-of-its-own", started="")
        assert alive(unnamed)
        process.kill()
        process.wait()
        assert not alive(unnamed)
