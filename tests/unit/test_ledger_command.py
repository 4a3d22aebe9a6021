"""`refund-tui ledger` as an operator runs it."""

from __future__ import annotations

from pathlib import Path

from refund_tui.paths import ledger_path
from tests.support.ledgers import NOW, ledger_at, new_refund
from tests.support.program import run


def test_what_the_ledger_says_of_itself_is_printed(tmp_path: Path) -> None:
    with ledger_at(ledger_path(tmp_path)) as ledger:
        ledger.record(new_refund(), NOW, second_yes=False)
    told = run("ledger", "show", "--data-dir", str(tmp_path))
    assert (told.returncode, told.stderr) == (0, "")
    shown = {line[:14].strip(): line[14:] for line in told.stdout.splitlines()}
    assert shown["ledger"] == str(ledger_path(tmp_path))
    assert len(shown["id"]) == 32
    assert shown["newest event"] == "1"


def test_without_a_ledger_there_is_nothing_to_say(tmp_path: Path) -> None:
    told = run("ledger", "show", "--data-dir", str(tmp_path))
    assert told.returncode == 3
    assert "there is no ledger" in told.stderr
