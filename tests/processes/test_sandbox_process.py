"""The sandbox as a process: it starts, serves, ends correctly, and keeps its journal if it is killed."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from refund_tui.sandbox import PortTaken, SandboxThread
from tests.support.program import limited
from tests.support.wire import KEY, PATIENCE, refund_body

COMMAND = (sys.executable, "-m", "refund_tui.sandbox")


@contextmanager
def running(*flags: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A sandbox process and its port; killed at the end if it still runs."""
    with (
        subprocess.Popen(
            [*COMMAND, "--port", "0", *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process,
        limited(process),
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line)
            assert found, line
            yield process, int(found[1])
        finally:
            process.kill()


def status_of_refund(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("POST", "/v1/refund", refund_body(), {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *flags], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order_with_the_report(number: signal.Signals) -> None:
    with running("--any-trip", "--report") as (process, port):
        assert status_of_refund(port) == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert KEY in out
    assert "moved in all: 25.99 EUR" in out


def test_killed_and_started_again_it_remembers_what_moved(tmp_path: Path) -> None:
    journal, script = tmp_path / "moved.jsonl", tmp_path / "faults.json"
    script.write_text('{"refund": [{"status": 502, "execute": true}]}')
    with running("--any-trip", "--journal", str(journal), "--script", str(script)) as (process, port):
        assert status_of_refund(port) == 502
        process.kill()
        process.wait(PATIENCE)
    with running("--any-trip", "--journal", str(journal)) as (_, port):
        assert status_of_refund(port) == 200
    kinds = [json.loads(line)["kind"] for line in journal.read_text().splitlines()]
    assert kinds == ["execution", "request", "request"]


def test_without_any_trips_the_sandbox_knows_the_sample_trips_that_it_prints() -> None:
    printed = run("--print-trips")
    trips = [json.loads(line) for line in printed.stdout.splitlines()]
    assert len(trips) == 14
    with running() as (_, port):
        assert status_of_refund(port) == 400
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        query = json.dumps({"storeId": trips[0]["storeId"], "shoppingTripId": trips[0]["shoppingTripId"]})
        connection.request(
            "POST", "/v1/payment/transactional-data", query, {"Content-Type": "application/json; charset=utf-8"}
        )
        assert json.loads(connection.getresponse().read())["tail"] == trips[0]["card"]["tail"]
        connection.close()


def test_mistakes_are_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    script = tmp_path / "faults.json"
    script.write_text('{"refund": [{"staus": 500}]}')
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        taken = run("--port", str(port))
    for failed, words in (
        (taken, f"port {port}: it is already taken"),
        (run("--port", "0", "--script", str(script)), 'did you mean "status"?'),
        (run("--port", "0", "--journal", str(tmp_path)), "cannot open the journal"),
    ):
        assert failed.returncode == 2
        assert failed.stdout == ""
        assert words in failed.stderr
        assert failed.stderr.count("\n") == 1
    assert run("--port", "70000").returncode == 2


def test_a_thread_tells_of_a_taken_port_too() -> None:
    with SandboxThread() as first, pytest.raises(PortTaken, match="already taken"):
        SandboxThread(port=first.port).start()


def test_naming_the_sandbox_loads_neither_http_nor_an_event_loop_and_running_it_nothing_of_the_client() -> None:
    light = "import sys, refund_tui.sandbox.flags; print(sorted({'h11', 'asyncio', 'http'} & set(sys.modules)))"
    whole = (
        "import sys; from refund_tui.sandbox import *; "
        "print(sorted(name for name in sys.modules if name.startswith(('refund_tui.', 'httpx', 'textual', 'pydantic'))"
        " and not name.startswith('refund_tui.sandbox')))"
    )
    for code in (light, whole):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
        assert done.stdout == "[]\n"
