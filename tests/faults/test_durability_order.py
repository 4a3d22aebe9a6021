"""The attempt is on disk before the first byte of its request, and the answer before the terminal says so.

Shown by a trace of the system calls of a real process that refunds at a real service; it must fail with
`synchronous=OFF`, or it would show nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refund_tui.commands.checks.syscall_trace import CALLS, Departure, departures
from refund_tui.sandbox import SandboxThread

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed; .ci/run installs it where it can"
)


def traced(tmp_path: Path, *extra: str) -> list[Departure]:
    """Run one refund under strace; what left the process: the request's bytes, and the word that it is done."""
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
    markers = {"POST /v1/refund": "request", "took ": "taken", "open unknown": "settled"}
    return departures(log.read_text(errors="replace").splitlines(), markers)


def test_everything_written_is_durable_before_anything_is_sent_or_said(tmp_path: Path) -> None:
    left = [departure for departure in traced(tmp_path) if departure.what != "taken"]
    assert [departure.what for departure in left] == ["request", "settled"]
    for departure in left:
        assert departure.unsynced == frozenset(), f"{departure.what} left before {departure.unsynced} was on disk"
    request, settled = (next(d for d in left if d.what == what) for what in ("request", "settled"))
    assert settled.writes_before > request.writes_before, "the answer was never written"
    assert settled.syncs_before > request.syncs_before, "the answer was never synced"


def test_the_trace_tells_an_unsafe_ledger(tmp_path: Path) -> None:
    left = traced(tmp_path, "--unsafe")
    request = next(departure for departure in left if departure.what == "request")
    assert request.unsynced, "with synchronous=OFF the request leaves before the attempt is durable"
