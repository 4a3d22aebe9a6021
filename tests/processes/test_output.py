"""Every command ends correctly if its reader left, its disk is full, or its streams are closed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.core.filters import Filter
from refund_tui.core.refunds import State
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread, parse_script
from refund_tui.store.sqlite.history import History
from tests.support.desks import recorded
from tests.support.ledgers import sound
from tests.support.program import PATIENCE, environment, limited

COMMANDS = {
    "help": "--help",
    "history": "history --data-dir DATA",
    "history --json": "history --json --data-dir DATA",
    "history --csv": "history --csv --data-dir DATA",
    "trips": "trips import TRIPS TRIPS --data-dir DATA",
    "doctor": "doctor --offline --data-dir DATA",
    "resume": "resume --data-dir DATA --base-url URL",
    "refund": "refund trip-2 --amount 1 --reason 1 --currency EUR --store-id STORE-001 --data-dir DATA --base-url URL",
    "keys": "keys",
    "manual": "manual contract",
    "ledger": "ledger show --data-dir DATA",
    "sandbox": "sandbox --print-trips",
    "sandbox serving": "sandbox --port 0",
}
ENDS = {"| true": 141, ">&-": 1, ">/dev/full": 1}
"""How standard output fails, and the exit code for it."""


@pytest.fixture
def service() -> Iterator[SandboxThread]:
    """A service that accepts whatever is asked for."""
    with SandboxThread(any_trip=True) as running:
        yield running


def shell(folder: Path, url: str, command: str, end: str) -> subprocess.CompletedProcess[str]:
    """`refund-tui COMMAND END` in a shell, whose exit code is the program's; `y` is typed."""
    (folder / "trips.json").write_text('{"storeId": "STORE-001", "shoppingTripId": "trip-9"}\n')
    words = command.replace("DATA", str(folder)).replace("TRIPS", str(folder / "trips.json")).replace("URL", url)
    line = f"echo y | {{ {sys.executable} -m refund_tui {words}; echo $? >{folder}/code; }} {end}"
    return subprocess.run(
        ["sh", "-c", line], env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def code(folder: Path) -> int:
    """The exit code of what a shell ran last."""
    return int((folder / "code").read_text())


def states(folder: Path) -> list[State]:
    """The states of all refunds, newest first."""
    history = History.open(ledger_path(folder))
    try:
        return [refund.state for refund in sound(history.rows(Filter(), 0, 10))]
    finally:
        history.close()


@pytest.fixture
def folder(tmp_path: Path, service: SandboxThread) -> Path:
    """A data folder with a refund that was never sent."""
    recorded(tmp_path, service.url, "trip-1")
    return tmp_path


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_output_that_is_lost_ends_every_command_in_order(
    folder: Path, service: SandboxThread, command: str, end: str
) -> None:
    ended = shell(folder, service.url, COMMANDS[command], end)
    if end == "| true":  # it may end before the program writes, or during that
        assert code(folder) == 141
    else:
        assert code(folder) == ENDS[end], ended.stderr
        assert [line for line in ended.stderr.splitlines() if "standard output" in line], ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr
    assert State.SENDING not in states(folder)


def test_a_reader_that_leaves_a_sending_command_learns_what_becomes_of_the_refunds(
    folder: Path, service: SandboxThread
) -> None:
    for command in ("resume", "refund"):
        told = shell(folder, service.url, COMMANDS[command], "| true").stderr
        assert "nobody reads standard output: " in told
    assert "nothing was recorded and nothing was sent" in told
    assert states(folder) == [State.ACCEPTED], "what was being sent was heard to its end"


@pytest.mark.parametrize(("end", "expected"), [("2>&-", 0), ("2>&1 | head -1", 141), ("2>/dev/full", 1)])
def test_output_that_cannot_be_written_ends_the_command_in_order_unless_it_is_discarded(
    folder: Path, service: SandboxThread, end: str, expected: int
) -> None:
    ended = shell(folder, service.url, COMMANDS["resume"], end)
    assert code(folder) == expected, ended.stderr
    assert State.SENDING not in states(folder)
    assert shell(folder, service.url, COMMANDS["resume"], "").returncode == 0
    assert states(folder) == [State.ACCEPTED]


def test_the_descriptor_of_a_closed_stream_is_not_used_for_a_file_of_the_program(
    folder: Path, service: SandboxThread
) -> None:
    shell(folder, service.url, COMMANDS["resume"], "<&- >&- 2>&-")
    assert code(folder) == 1
    assert ledger_path(folder).read_bytes().startswith(b"SQLite format 3")
    assert shell(folder, service.url, COMMANDS["resume"], "").returncode == 0


def test_a_refund_over_a_line_that_drops_once_it_is_recorded_goes_on(folder: Path, service: SandboxThread) -> None:
    service.play(parse_script({"refund": [{"delay": 1.0}]}))
    words = COMMANDS["refund"].replace("DATA", str(folder)).replace("URL", service.url)
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(
            [sys.executable, "-m", "refund_tui", *words.split()],
            env=environment(),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        ) as program,
        limited(program),
    ):
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write(b"y\n")
        program.stdin.flush()
        assert any(line.startswith(b"Recorded as") for line in program.stdout)
        program.stdout.close()
        program.stdin.close()
        assert program.wait(PATIENCE) == 141
    assert State.SENDING not in states(folder)
    assert shell(folder, service.url, COMMANDS["resume"], "").returncode == 0
    assert states(folder) == [State.ACCEPTED, State.ACCEPTED]
    keys = [execution.request_id for execution in service.books.executions]
    assert len(keys) == len(set(keys)) == 2
