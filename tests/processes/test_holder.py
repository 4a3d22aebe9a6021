"""Whether the holder of an attempt still lives. A wrong "dead" would send a refund that is being sent."""

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

from refund_tui.core.refunds import Holder
from refund_tui.host import clock
from refund_tui.host import lease as lease_module
from refund_tui.host.lease import alive, this_process
from tests.support.containers import need_containers
from tests.support.program import PATIENCE, limited

_TELL_AND_STAY = (
    "import dataclasses, json, sys; from refund_tui.host.lease import this_process;"
    "print(json.dumps(dataclasses.asdict(this_process())), flush=True); sys.stdin.read()"
)


@contextmanager
def another_process() -> Iterator[tuple[subprocess.Popen[str], Holder]]:
    """A living process, and the holder that it would record."""

    arguments = [sys.executable, "-c", _TELL_AND_STAY]
    with (
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process,
        limited(process),
    ):
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
        process.wait(PATIENCE)
        assert not alive(lease)


def test_a_process_that_ended_but_is_not_waited_for_counts_as_dead() -> None:
    with another_process() as (process, lease):
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet waited for
        assert Path(f"/proc/{process.pid}").exists()
        assert not alive(lease)


def test_a_pid_that_is_used_again_is_another_process() -> None:
    mine = this_process()
    assert not alive(replace(mine, started=str(int(mine.started) - 1)))


def test_no_process_of_an_earlier_boot_is_alive() -> None:
    assert not alive(replace(this_process(), boot="11111111-2222-3333-4444-555555555555"))


def test_whether_a_process_of_another_host_lives_is_not_known_here() -> None:
    assert alive(Holder("another-host", "its-boot", 1, "1", "pid:[1]")) is None


def test_a_new_name_of_the_host_hides_nothing_of_this_boot() -> None:
    with another_process() as (process, lease):
        renamed = replace(lease, host="its-name-before")
        assert alive(renamed) is True
        process.kill()
        process.wait(PATIENCE)
        assert alive(renamed) is False


@pytest.mark.parametrize("namespace", ["pid:[1]", ""])
def test_a_pid_of_another_container_names_no_process_here(namespace: str) -> None:
    """A process with the same pid here says nothing about it, and neither does a missing one."""
    mine = replace(this_process(), namespace=namespace)
    assert alive(mine) is None
    assert alive(replace(mine, pid=2**22 + 1)) is None


@pytest.mark.parametrize("proc", [["--mount-proc"], []])
def test_a_container_has_another_namespace_or_none_that_it_could_look_a_pid_up_in(proc: list[str]) -> None:
    """Without its own /proc it sees the processes of another namespace."""
    need_containers()
    command = ["unshare", "--pid", "--fork", *proc, sys.executable, "-c", _TELL_AND_STAY]
    told = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=PATIENCE, check=True
    ).stdout
    lease = Holder(**json.loads(told))
    assert lease.boot == this_process().boot
    assert bool(lease.namespace) is bool(proc)
    assert lease.namespace != this_process().namespace
    assert alive(lease) is None


def test_a_boot_with_a_name_and_one_without_cannot_be_compared() -> None:
    assert alive(replace(this_process(), boot="process-of-its-own")) is None


def test_a_process_that_this_account_may_not_look_at_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    with another_process() as (process, lease):
        monkeypatch.setattr(lease_module, "_stat", lambda _pid: None)  # as /proc is with hidepid
        assert alive(lease)
        process.kill()
        process.wait(PATIENCE)
        assert not alive(lease)


def test_where_no_boot_has_a_name_another_process_is_judged_by_its_pid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_BOOT_ID", Path("/nowhere/boot_id"))
    monkeypatch.setattr(lease_module, "_stat", lambda _pid: None)
    with another_process() as (process, lease):
        unnamed = replace(lease, boot="process-of-its-own", started="")
        assert alive(unnamed)
        process.kill()
        process.wait(PATIENCE)
        assert not alive(unnamed)
