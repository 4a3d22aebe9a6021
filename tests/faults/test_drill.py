"""`refund-tui drill` as a command: every case is played and judged, and the real ledger is not touched."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from refund_tui.commands import drill
from refund_tui.commands.drill import CASES, Case
from refund_tui.core.refunds import State
from refund_tui.settings.load import load_settings
from tests.support.program import run

KILLED_AND_RACED = 2


def test_it_ends_well_and_accounts_for_every_case(tmp_path: Path) -> None:
    own = tmp_path / "data"
    own.mkdir(mode=0o700)
    told = run("drill", REFUND_TUI_DATA_DIR=str(own), REFUND_TUI_BASE_URL="https://payments.invalid")
    *table, total = told.stdout.splitlines()
    assert total == f"{len(CASES) + KILLED_AND_RACED} cases, 0 wrong; paid twice: 0"
    assert [line.rsplit()[-1] for line in table[2:-1]] == ["ok"] * (len(CASES) + KILLED_AND_RACED)
    assert {case.name for case in CASES} <= {line.split("  ")[0] for line in table}
    assert (told.returncode, told.stderr) == (0, "")
    assert list(own.iterdir()) == []


def test_a_case_that_ends_otherwise_is_named_and_fails_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        drill, "CASES", (Case("a no that is hoped to be a yes", [{"status": 400}], end=State.ACCEPTED),)
    )
    settings = load_settings({"data_dir": str(tmp_path), "clerk": "ana", "timezone": "UTC"}, {"HOME": str(tmp_path)})
    assert drill.run(argparse.Namespace(), settings) == 1
    said = capsys.readouterr().out
    [row] = [line for line in said.splitlines() if line.startswith("a no that is hoped")]
    assert row.endswith("WRONG")
    assert said.endswith("3 cases, 1 wrong; paid twice: 0\n")
