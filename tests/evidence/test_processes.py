"""The check of a large ledger runs in several processes: the same findings, and an end in order whatever ends early."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from multiprocessing import parent_process
from pathlib import Path

import pytest

from refund_tui.core.refunds import Intent
from refund_tui.errors import StoreError
from refund_tui.host.paths import ledger_path
from refund_tui.payments.body import build_body
from refund_tui.store.sqlite import verify
from tests.support.crowd import build, trip_id
from tests.support.damage import damage
from tests.support.program import PATIENCE, default_signals, environment

REFUNDS = 30
BASE = "http://127.0.0.1:9"
SMALL_PIECES = """
import sys
from refund_tui.cli import main
from refund_tui.commands import verify as command
from refund_tui.store.sqlite import verify
from tests.evidence import test_processes
verify.CHUNK, verify.FEW = 10, 1
command.build_body = getattr(test_processes, sys.argv.pop(1))
sys.exit(main(sys.argv[1:]))
"""
"""The program, with so small pieces of work that it starts processes for the check, and a function that they call."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crowd") / "data"
    build(folder, 1, REFUNDS)
    return folder


def kills_its_process(_key: str, _intent: Intent) -> bytes:
    assert parent_process() is not None
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def presses_ctrl_c(key: str, intent: Intent) -> bytes:
    """As a terminal does it, once: it sends SIGINT to every process of the program."""
    assert parent_process() is not None
    if intent.trip_id == trip_id(REFUNDS - 1):
        os.killpg(0, signal.SIGINT)
    return build_body(key, intent)


def kills_the_program(_key: str, _intent: Intent) -> bytes:
    parent = parent_process()
    assert parent is not None
    assert parent.pid is not None
    os.kill(parent.pid, signal.SIGKILL)
    return b""


def checked_by(function: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """How the program ended. All its processes ended too, because each of them holds its output open."""
    return subprocess.run(
        [sys.executable, "-c", SMALL_PIECES, function, "verify", "--data-dir", str(folder), "--base-url", BASE],
        env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False, start_new_session=True,
        preexec_fn=default_signals,
    )  # fmt: skip


def test_several_processes_find_what_one_finds(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "ledger.sqlite3"
    here.write_bytes(ledger_path(folder).read_bytes())
    damage(here, "UPDATE refund SET minor = 1 WHERE id = 25")
    damage(here, "UPDATE event SET why = 'nothing happened' WHERE seq = 44")
    shown: list[tuple[int, int]] = []
    alone = verify.verify(here, build_body, lambda _done, _total: None)
    monkeypatch.setattr(verify, "CHUNK", 10)
    monkeypatch.setattr(verify, "FEW", 1)
    assert verify.verify(here, build_body, lambda *step: shown.append(step)) == alone
    assert re.search("event 44 does not follow.*minor says 1", " ".join(alone.problems))
    assert shown[-1] == (121, 121)


def test_a_process_that_is_killed_ends_the_check_with_a_sentence(folder: Path) -> None:
    ended = checked_by("kills_its_process", folder)
    assert (ended.returncode, ended.stdout) == (StoreError.exit_code, "")
    assert ended.stderr.startswith("refund-tui: a process that checked the ledger was ended")
    assert "check again" in ended.stderr


def test_ctrl_c_ends_the_check_and_all_its_processes_without_a_word(folder: Path) -> None:
    ended = checked_by("presses_ctrl_c", folder)
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + signal.SIGINT, "", "")


def test_no_process_outlives_a_program_that_is_killed(folder: Path) -> None:
    ended = checked_by("kills_the_program", folder)
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "")
