"""Lets each write to standard output and standard error fail: `python -m tests.faults.stdout`.

Each command runs under strace, which makes its N-th write to one stream and all later writes fail. It must end without
a traceback, with the right exit code, and without an open attempt. Then another process finishes the open refunds, and
the service's books and the ledger must agree.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from refund_tui.core.refunds import State
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread, parse_script
from tests.faults.kill import all_refunds, disagreements, worker
from tests.support.desks import recorded
from tests.support.program import PATIENCE, default_signals, environment

COMMANDS = {
    "refund": "refund trip --amount 12.50 --reason 1 --currency EUR --store-id S-1 --data-dir DATA --base-url URL",
    "resume": "resume --data-dir DATA --base-url URL",
    "history": "history --data-dir DATA",
    "history --csv": "history --csv --data-dir DATA",
    "trips import": "trips import TRIPS --data-dir DATA",
    "doctor": "doctor --offline --data-dir DATA",
}
CODES = {"EPIPE": 141, "ENOSPC": 1, "EIO": 1}
"""How a write fails, and the exit code for it: nobody reads, or the data cannot be written."""

STREAMS = ("stdout", "stderr")


@dataclass(frozen=True, slots=True)
class WriteFault:
    """The `number`-th write of a command to `stream` fails with `error`, and so does every later one."""

    command: str
    stream: str
    error: str
    number: int


@dataclass(frozen=True, slots=True)
class WriteRound:
    """One round: whether the fault happened, and what was wrong (empty if nothing)."""

    fault: WriteFault
    met: bool
    wrong: tuple[str, ...]


def one_round(folder: Path, fault: WriteFault) -> WriteRound:
    """Run the command with failing output, finish with another process, and compare the ledger and the books."""
    data = folder / "data"
    script = parse_script({"refund": [{"status": 503, "retryAfter": "0"}]})
    (folder / "trips.json").write_text('{"storeId": "STORE-001", "shoppingTripId": "trip-9"}\n{"storeId": 1}\n')
    with SandboxThread(any_trip=True, script=script) as service:
        recorded(data, service.url, "trip-1", "trip-2")
        try:
            code = _run(folder, service.url, fault)
        except subprocess.TimeoutExpired:
            return WriteRound(fault, True, (f"it did not end within {PATIENCE} s and was killed",))
        met = "(INJECTED)" in (folder / "trace").read_text(errors="replace")
        wrong = list(_out_of_order(folder, fault, code)) if met else []
        recovered = worker(data, service.url)
        wrong += [] if recovered.returncode == 0 else [f"the recovery failed: {recovered.stderr[-500:]}"]
        wrong.extend(disagreements(ledger_path(data), service))
    return WriteRound(fault, met, tuple(wrong))


def _run(folder: Path, url: str, fault: WriteFault) -> int:
    """The exit code of the command, whose streams are files; `y` is typed. Raises TimeoutExpired."""
    words = COMMANDS[fault.command].replace("DATA", str(folder / "data")).replace("URL", url)
    command = [
        "strace", "-f", "-qq", "-o", str(folder / "trace"), "-P", str(folder / fault.stream),
        "-e", "trace=write", "-e", f"inject=write:error={fault.error}:when={fault.number}+",
        sys.executable, "-m", "refund_tui", *words.replace("TRIPS", str(folder / "trips.json")).split(),
    ]  # fmt: skip
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as words_out:
        return subprocess.run(
            command, env=environment(), input=b"y\n", stdout=out, stderr=words_out, timeout=PATIENCE, check=False
        ).returncode


def _out_of_order(folder: Path, fault: WriteFault, code: int) -> Iterator[str]:
    if code != CODES[fault.error]:
        yield f"the exit code is {code}, not {CODES[fault.error]}"
    told = (folder / "stderr").read_text(errors="replace")
    for sign in ("Traceback", "Exception ignored"):
        if sign in told:
            yield f"{sign} on standard error: {told[-300:]}"
    if any(refund.state is State.SENDING for refund in all_refunds(ledger_path(folder / "data"))):
        yield "an attempt was left under way"


def every_write(command: str, stream: str, error: str) -> Iterator[WriteRound]:
    """A round for each write of a command to a stream, until one is not reached."""
    for number in count(1):
        with tempfile.TemporaryDirectory() as folder:
            cut = one_round(Path(folder), WriteFault(command, stream, error, number))
        if not cut.met:
            return
        yield cut


def main() -> int:
    """Let every write of every command fail; print the counts. Exit code 1 if anything was wrong."""
    default_signals()
    parser = argparse.ArgumentParser(description="Cut each write to the standard streams, and compare the records.")
    parser.parse_args()
    rounds = wrong = 0
    for command, stream, error in ((c, s, e) for c in COMMANDS for s in STREAMS for e in CODES):
        for cut in every_write(command, stream, error):
            rounds, wrong = rounds + 1, wrong + bool(cut.wrong)
            if cut.wrong:
                print(f"{cut.fault}: {', '.join(cut.wrong)}", flush=True)
    print(f"{rounds} rounds, {wrong} with anything wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
