"""Lets each write and each sync of a refund's COMMITs fail, once or always: `python -m tests.faults.commit`.

The refund is made at the real prompt under strace, which makes the N-th system call on the ledger or its journal fail.
Then the disk works again, and another process finishes the open refunds. The service's books, the ledger and the
messages to the clerk must agree.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from refund_tui.store.sqlite.ledger import Ledger
from tests.faults.kill import all_refunds, disagreements, worker
from tests.support.program import PATIENCE, default_signals, environment, limited

CALLS = {"fdatasync": "EIO", "ftruncate": "EIO", "pwrite64": "ENOSPC"}
"""The system calls of a COMMIT, and how each one fails."""

HUNG = "it did not end and was killed"

_ENDLESS = "ledger at "
"""Every message about a failing disk contains this. If the disk always fails, the clerk leaves after the first message.


"""


@dataclass(frozen=True, slots=True)
class CallFault:
    """The `number`-th call of one kind fails. `lasting`: every later call of this process fails too."""

    call: str
    number: int
    lasting: bool

    def __str__(self) -> str:
        return f"{self.call} {self.number}{' and all later' if self.lasting else ''}"


@dataclass(frozen=True, slots=True)
class CallRound:
    """One round: whether the fault happened, what the clerk was told, and what was wrong (empty if nothing)."""

    fault: CallFault
    met: bool
    said: str
    wrong: tuple[str, ...]


def one_round(folder: Path, fault: CallFault) -> CallRound:
    """Make a refund with `fault`, finish it with another process, and compare books, ledger and messages."""
    ledger, log = ledger_path(folder), folder.parent / "trace"
    Ledger.open(ledger).close()
    with SandboxThread(any_trip=True) as service:
        said = _refund(folder, service.url, fault, log)
        recovered = worker(folder, service.url)
        wrong = [] if recovered.returncode == 0 else [f"the recovery failed: {recovered.stderr[-500:]}"]
        wrong.extend(disagreements(ledger, service))
        wrong.extend(_untrue(said, ledger, paid=len(service.books.executions)))
    return CallRound(fault, "(INJECTED)" in log.read_text(errors="replace"), said, tuple(wrong))


def _refund(folder: Path, url: str, fault: CallFault, log: Path) -> str:
    """All output of the prompt. It is ended by ctrl+c if it would try without end."""
    inject = f"inject={fault.call}:error={CALLS[fault.call]}:when={fault.number}{'+' * fault.lasting}"
    paths = [str(ledger_path(folder)), f"{ledger_path(folder)}-journal"]
    command = [
        "strace", "-f", "-qq", "-o", str(log), "-P", paths[0], "-P", paths[1],
        "-e", f"trace={','.join(CALLS)}", "-e", inject,
        sys.executable, "-m", "refund_tui", "refund", "trip", "--amount", "12.50", "--reason", "1",
        "--currency", "EUR", "--store-id", "STORE-001", "--clerk", "ana",
        "--data-dir", str(folder), "--base-url", url,
    ]  # fmt: skip
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    ) as program, limited(program) as killed:  # fmt: skip
        assert program.stdin is not None
        assert program.stdout is not None
        program.stdin.write("y\n")
        program.stdin.close()
        said, left = "", False
        for line in program.stdout:
            said += line
            if fault.lasting and not left and _ENDLESS in line and "Recorded as" in said:
                os.killpg(program.pid, signal.SIGINT)
                left = True
        program.wait(PATIENCE)
    return said + f"exit code {program.returncode}\n" + (f"{HUNG}\n" if killed.is_set() else "")


def _untrue(said: str, ledger: Path, *, paid: int) -> Iterator[str]:
    """Messages to the clerk that were wrong."""
    if HUNG in said:
        yield HUNG
    if "Traceback" in said:
        yield "a traceback was shown"
    if "no money moved" in said and paid:
        yield "the clerk was told that no money moved, and it did"
    if "ACCEPTED" in said and not paid:
        yield "the clerk was told that it was accepted, and it was not"
    if "not saved" in said and "try again" in said:
        yield "the clerk was told to try again what the service has answered"
    if "Recorded as" in said and not all_refunds(ledger):
        yield "the clerk was told that it was recorded, and it is not there"


def every_call(call: str, *, lasting: bool, stride: int = 1, offset: int = 0) -> Iterator[CallRound]:
    """A round for each call of that kind in turn (each `stride`-th from `offset`), until one is not reached."""
    for number in count(1 + offset, stride):
        with tempfile.TemporaryDirectory() as folder:
            cut = one_round(Path(folder) / "data", CallFault(call, number, lasting))
        if not cut.met:
            return
        yield cut


def main() -> int:
    """Let every call fail, once and always; print the counts. Exit code 1 if anything was wrong."""
    default_signals()
    parser = argparse.ArgumentParser(description="Let each write and sync of a refund fail, and compare the records.")
    parser.add_argument("--show", action="store_true", help="print what the clerk was told in each round")
    arguments = parser.parse_args()
    wrong = rounds = 0
    for call, lasting in ((call, lasting) for call in CALLS for lasting in (False, True)):
        for cut in every_call(call, lasting=lasting):
            rounds, wrong = rounds + 1, wrong + bool(cut.wrong)
            if cut.wrong or arguments.show:
                print(f"{cut.fault}: {', '.join(cut.wrong) or 'nothing wrong'}\n{cut.said}", flush=True)
    print(f"{rounds} rounds, {wrong} with anything wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
