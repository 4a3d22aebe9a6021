"""How the commands report a record that cannot be read: message, count and exit code. They do not hang."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from tests.support.damage import damage
from tests.support.desks import recorded
from tests.support.program import run


@pytest.fixture
def service() -> Iterator[SandboxThread]:
    with SandboxThread(any_trip=True) as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path: Path, service: SandboxThread) -> Path:
    """Two refunds that wait to be sent, one of them damaged."""
    recorded(tmp_path, service.url, "trip-1", "trip-2")
    assert damage(ledger_path(tmp_path), "UPDATE refund SET reason = 'NONE' || char(27) WHERE trip_id = 'trip-2'") == 1
    return tmp_path


def test_resume_finishes_the_others_names_it_and_ends_for_a_person(folder: Path, service: SandboxThread) -> None:
    ended = run("resume", "--data-dir", str(folder), "--base-url", service.url)
    assert len(service.books.executions) == 1
    assert ended.returncode == 5
    assert "1 refund DAMAGED: nothing is sent for them" in ended.stderr
    assert "reason holds 'NONE" in ended.stderr
    assert "still open" not in ended.stderr


@pytest.mark.parametrize("form", ["", "--json", "--csv"])
def test_history_shows_it_among_the_others_and_ends_for_a_person(folder: Path, form: str) -> None:
    told = run("history", "--data-dir", str(folder), *filter(None, [form]))
    assert told.returncode == 5
    assert "refunds with a record that cannot be read: 1;" in told.stderr
    assert "\x1b" not in told.stdout
    assert len(told.stdout.splitlines()) == (3 if form == "--csv" else 2)
    assert "DAMAGED" in told.stdout
    if form == "--json":
        [row] = [row for row in map(json.loads, told.stdout.splitlines()) if row["state"] == "DAMAGED"]
        assert (row["shopping_trip_id"], row["amount"], row["maybe_executed"]) == ("trip-2", None, None)
        assert "reason holds" in row["damage"]
    if form == "--csv":
        rows = csv.DictReader(io.StringIO(told.stdout))
        assert [row["state"] for row in rows] == ["DAMAGED", "QUEUED"]


def test_doctor_names_it(folder: Path) -> None:
    assert damage(ledger_path(folder), "UPDATE refund SET minor = 125 WHERE trip_id = 'trip-1'") == 1
    told = run("doctor", "--offline", "--data-dir", str(folder))
    assert told.returncode == 1
    [line] = [line for line in told.stdout.splitlines() if line.startswith("FAIL  records")]
    assert "DAMAGED: refund 2" in line
    lines = [line for line in told.stdout.splitlines() if line.startswith("FAIL  evidence")]
    assert any("minor says 125, and its events say 1250" in line for line in lines)
    assert any("its stored request differs from its record" in line for line in lines)
