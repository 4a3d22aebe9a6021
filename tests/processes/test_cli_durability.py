"""`doctor --durability`: its result for a good folder, and its failures for bad ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from refund_tui.commands.checks import Level, durability
from refund_tui.commands.checks.durability import Departure, judged
from refund_tui.settings.load import load_settings
from refund_tui.store.sqlite import database
from tests.support.program import run

GOOD = Departure("the request", frozenset())
EARLY = Departure("the request", frozenset({"ledger.sqlite3-journal"}))


def test_it_shows_that_a_killed_process_s_attempt_is_kept_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    told = run("doctor", "--durability", "--offline", "--json", REFUND_TUI_DATA_DIR=str(folder))
    results = {line["name"]: line for line in map(json.loads, told.stdout.splitlines())}
    assert results["kill -9"]["level"] == "ok"
    assert results["SQLite setting"]["level"] == "ok"
    assert results["order of syncs"]["level"] == ("ok" if shutil.which("strace") else "warn")
    assert list(folder.iterdir()) == []


def test_an_early_departure_fails_and_a_missing_trace_is_not_called_good() -> None:
    assert judged([GOOD, GOOD]).level is Level.OK
    assert judged([GOOD, EARLY]).level is Level.FAIL
    assert judged([]).level is Level.WARN


def test_a_disk_that_keeps_nothing_is_told_as_a_failure_of_each_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durability, "_trial", lambda *_arguments, **_more: None)  # the process that died wrote nothing
    monkeypatch.setitem(database._WRITING, "journal_mode", "no such mode")
    told = [
        (result.name, result.level)
        for result in durability.check_durability(load_settings({"data_dir": str(tmp_path)}, {}))
    ]
    assert ("SQLite setting", Level.FAIL) in told
    assert ("kill -9", Level.FAIL) in told
    assert told[-1][0] == "order of syncs"
