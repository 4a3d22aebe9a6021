"""The attempt is on disk before the first byte of its request, and the answer before the terminal says so.

Shown by a trace of the system calls of a real process with a real service. The same check must fail with
`synchronous=OFF`, or it would prove nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refund_tui.commands.checks.durability import CALLS, departures
from refund_tui.sandbox import SandboxThread

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed; .ci/run installs it where it can"
)


MARKERS = {"POST /v1/refund": "request", "took ": "taken", "open unknown": "settled"}


def traced(tmp_path: Path, *extra: str) -> list[str]:
    """Run one refund under strace; the lines of the trace."""
    log = tmp_path / "trace"
    with SandboxThread(any_trip=True) as service:
        subprocess.run(
            [
                "strace", "-f", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", str(log),
                sys.executable, "-m", "tests.faults.worker", "--data-dir", str(tmp_path / "data"),
                "--base-url", service.url, "--take", "1", *extra,
            ],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    return log.read_text(errors="replace").splitlines()


def of_the_ledger(trace: list[str], *calls: str) -> list[str]:
    return [line for line in trace if "ledger.sqlite3" in line and any(f" {call}(" in line for call in calls)]


def test_everything_written_is_durable_before_anything_is_sent_or_said(tmp_path: Path) -> None:
    trace = traced(tmp_path)
    left = [departure for departure in departures(trace, MARKERS) if departure.what != "taken"]
    assert [departure.what for departure in left] == ["request", "settled"]
    for departure in left:
        assert departure.unsynced == frozenset(), f"{departure.what} left before {departure.unsynced} was on disk"
    sent, said = (next(row for row, line in enumerate(trace) if text in line) for text in ("POST /v1", "open unknown"))
    assert of_the_ledger(trace[sent:said], "pwrite64", "write"), "the answer was never written"
    assert of_the_ledger(trace[sent:said], "fdatasync", "fsync"), "the answer was never synced"


def test_the_trace_tells_an_unsafe_ledger(tmp_path: Path) -> None:
    left = departures(traced(tmp_path, "--unsafe"), MARKERS)
    request = next(departure for departure in left if departure.what == "request")
    assert request.unsynced, "with synchronous=OFF the request leaves before the attempt is durable"
