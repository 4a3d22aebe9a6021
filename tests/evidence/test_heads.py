"""Heads on paper, in exports and on other hosts prove later that no earlier event was altered."""

from __future__ import annotations

import csv
import io
import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.core.evidence import Head
from refund_tui.core.refunds import State
from refund_tui.host.paths import ledger_path
from refund_tui.store.sqlite.history import History
from tests.support.damage import damage
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.program import run
from tests.support.service import ScriptedService

WHERE = ("--base-url", "http://127.0.0.1:9")


def head_of(folder: Path) -> Head:
    with closing(History.open(ledger_path(folder))) as history:
        return history.head()


async def refund_once(folder: Path, head_log: Path | None = None) -> str:
    """The printed receipt of a refund."""
    async with desk_over(folder, ScriptedService(), head_log=head_log and str(head_log)) as desk:
        desk.begin()
        refund = await desk.take(intent())
        await Ears(desk).until_state(refund.key, State.ACCEPTED)
        return await desk.print_receipt(refund.key)


async def test_a_receipt_testifies_against_a_ledger_that_was_altered_before_it(tmp_path: Path) -> None:
    paper = tmp_path / "receipt.txt"
    paper.write_text(await refund_once(tmp_path))
    assert head_of(tmp_path).short in paper.read_text()
    verify = ("verify", "--data-dir", str(tmp_path), *WHERE, "--against", str(paper))
    assert run(*verify).returncode == 0
    damage(ledger_path(tmp_path), f"UPDATE event SET hash = '{'0' * 64}' WHERE seq = {head_of(tmp_path).seq}")
    ended = run(*verify)
    assert ended.returncode == 1
    assert f"is another than line {_line(paper, 'Ledger')} of {paper} says" in ended.stderr


def _line(path: Path, word: str) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if line.startswith(word))


@pytest.mark.parametrize("form", ["--json", "--csv"])
async def test_an_export_says_at_which_head_each_refund_was_read(tmp_path: Path, form: str) -> None:
    await refund_once(tmp_path)
    told = run("history", form, "--data-dir", str(tmp_path)).stdout
    [row] = [json.loads(told)] if form == "--json" else list(csv.DictReader(io.StringIO(told)))
    assert row["ledger_head"] == str(head_of(tmp_path))


async def test_each_change_appends_the_head_to_the_log_and_doctor_compares_it(tmp_path: Path) -> None:
    log = tmp_path / "heads.log"
    await refund_once(tmp_path, head_log=log)
    lines = log.read_text().splitlines()
    assert lines[-1].endswith(f" head {head_of(tmp_path)}")
    assert len(lines) >= 4, "opened, recorded, sent, answered"
    assert oct(log.stat().st_mode & 0o777) == "0o640"
    doctor = ("doctor", "--offline", "--data-dir", str(tmp_path), *WHERE, "--head-log", str(log))
    assert "ok    head log" in run(*doctor).stdout
    assert run("verify", "--data-dir", str(tmp_path), *WHERE, "--against", str(log)).returncode == 0
    log.write_text("\n".join(lines[:-1]) + "\n")
    assert "lacks the newest head" in run(*doctor).stdout


@pytest.mark.parametrize("trap", ["link", "fifo", "folder", "missing"])
async def test_a_log_that_cannot_be_written_safely_holds_no_refund_up(tmp_path: Path, trap: str) -> None:
    log, private = tmp_path / "heads.log", tmp_path / "private"
    private.write_text("a colleague's\n")
    if trap == "link":
        log.symlink_to(private)
    elif trap == "fifo":
        os.mkfifo(log)
    elif trap == "folder":
        log.mkdir()
    else:
        log = tmp_path / "nowhere" / "heads.log"
    assert "REFUND" in await refund_once(tmp_path, head_log=log)
    assert private.read_text() == "a colleague's\n"
