"""Kills real processes at every durable step, and at random, and lets others recover: `python -m tests.faults.kill`.

After each death the sandbox's books and the ledger must agree, and no id was executed twice.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from refund_tui.core.filters import Filter
from refund_tui.core.refunds import Refund, State
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread, parse_script
from refund_tui.store.sqlite.history import History
from tests.support.ledgers import sound
from tests.support.program import default_signals

SCRIPTS: dict[str, list[dict[str, object]]] = {
    "clean": [],
    "answer lost": [{"drop": "after"}],
    "lost before it moved": [{"drop": "before"}],
    "rate limited": [{"status": 429, "retryAfter": "0"}],
    "server error after it moved": [{"status": 500, "execute": True}],
}
"""The service's answers to the first requests of a round."""


@dataclass(frozen=True, slots=True)
class Death:
    """One round: how the process ended, and what was wrong after the recovery (empty if nothing)."""

    script: str
    kill_at: int
    died: bool
    wrong: tuple[str, ...]


def worker(data_dir: Path, url: str, *extra: str) -> subprocess.CompletedProcess[str]:
    """Run one clerk's process until it ends or dies."""
    command = [sys.executable, "-m", "tests.faults.worker", "--data-dir", str(data_dir), "--base-url", url, *extra]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def one_round(folder: Path, script: str, kill_at: int) -> Death:
    """Let a process die at step `kill_at`, recover with another process, and compare ledger and books."""
    steps = parse_script({"refund": SCRIPTS[script]})
    with SandboxThread(any_trip=True, script=steps) as service:
        first = worker(folder, service.url, "--take", "2", "--kill-at", str(kill_at))
        died = first.returncode == -signal.SIGKILL
        recovered = worker(folder, service.url)
        wrong = list(_unhealthy(first, died, recovered))
        wrong.extend(disagreements(ledger_path(folder), service))
        wrong.extend(_lost(first.stdout, folder))
    return Death(script, kill_at, died, tuple(wrong))


def disagreements(ledger: Path, service: SandboxThread) -> Iterator[str]:
    """A sentence for each difference between the ledger and the books."""
    executed = Counter(execution.request_id for execution in service.books.executions)
    for key, times in executed.items():
        if times > 1:
            yield f"{key} was executed {times} times"
    refunds = {refund.key: refund for refund in all_refunds(ledger)}
    for key in executed.keys() - refunds.keys():
        yield f"{key} moved money and is not in the ledger"
    for refund in refunds.values():
        yield from _differs(refund, moved=refund.key in executed)


def _differs(refund: Refund, *, moved: bool) -> Iterator[str]:
    if moved and refund.state is not State.ACCEPTED:
        yield f"{refund.key} moved money, and the ledger says {refund.state}"
    if not moved and refund.state is State.ACCEPTED:
        yield f"{refund.key} is ACCEPTED, and no money moved"
    if refund.open:
        yield f"{refund.key} is still {refund.state} after recovery"


def all_refunds(ledger: Path) -> list[Refund]:
    """Every refund of a ledger; none if the process died before it created the ledger."""
    if not ledger.exists():
        return []
    history = History.open(ledger)
    try:
        return sound(history.rows(Filter(), 0, 10_000))
    finally:
        history.close()


def _lost(said: str, folder: Path) -> Iterator[str]:
    """Refunds that the process reported as recorded and that are not in the ledger."""
    known = {refund.key for refund in all_refunds(ledger_path(folder))}
    for line in said.splitlines():
        if line.startswith("took ") and line.removeprefix("took ") not in known:
            yield f"{line}, and the ledger does not know it"


def _unhealthy(
    first: subprocess.CompletedProcess[str], died: bool, recovered: subprocess.CompletedProcess[str]
) -> Iterator[str]:
    if not died and first.returncode != 0:
        yield f"the process failed by itself: {first.stderr[-500:]}"
    if recovered.returncode != 0:
        yield f"the recovery failed: {recovered.stderr[-500:]}"


def every_step(script: str, *, stride: int = 1, offset: int = 0) -> Iterator[Death]:
    """A round for each step in turn (each `stride`-th from `offset`), until a step is not reached."""
    kill_at = 1 + offset
    while True:
        with tempfile.TemporaryDirectory() as folder:
            death = one_round(Path(folder) / "data", script, kill_at)
        yield death
        if not death.died:
            return
        kill_at += stride


def main() -> int:
    """Kill at every step of every script, then at random; print the counts. Exit code 1 if anything was wrong."""
    default_signals()
    parser = argparse.ArgumentParser(description="Kill real processes and compare what moved with what is written.")
    parser.add_argument("--random", type=int, default=100, help="further rounds at a random step of a random script")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    deaths: list[Death] = []
    for script in SCRIPTS:
        rounds = list(every_step(script))
        print(f"{script}: killed at each of {sum(d.died for d in rounds)} steps", flush=True)
        deaths.extend(rounds)
    chance = random.Random(arguments.seed)
    longest = max(death.kill_at for death in deaths)
    for _ in range(arguments.random):
        with tempfile.TemporaryDirectory() as folder:
            kill_at, script = chance.randint(1, longest), chance.choice(list(SCRIPTS))
            deaths.append(one_round(Path(folder) / "data", script, kill_at))
    wrong = [death for death in deaths if death.wrong]
    print(f"{len(deaths)} rounds, {sum(d.died for d in deaths)} deaths, {len(wrong)} with anything wrong")
    for death in wrong:
        print(death)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
