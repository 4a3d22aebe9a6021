"""Three real processes, one ledger, one faulty service, random deaths, and a checker: `python -m tests.faults.jepsen`.

Every process tries to refund 12.50 on each of the same trips, of which 30.00 was captured: two of three may pass.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from refund_tui.core.money import Money
from refund_tui.core.refunds import ATTEMPT_STARTED, State
from refund_tui.core.trips import Trip
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.sandbox import SandboxThread, parse_script
from refund_tui.store.sqlite.trips import Trips
from tests.faults.kill import all_refunds, disagreements, worker
from tests.support.ledgers import all_events, history_at, sound
from tests.support.program import default_signals, limited

CLERKS = 3
CAPTURED, ASKED = 3000, 1250
FAULTS: list[dict[str, object]] = [
    {"drop": "after"}, {"drop": "before"}, {"status": 500}, {"status": 500, "execute": True},
    {"status": 503, "retryAfter": "0"}, {"status": 429, "retryAfter": "2"}, {"cut": "body", "execute": True},
    {"delay": 0.05},
]  # fmt: skip
RETRY_AFTER = timedelta(seconds=2)
"""What the service asks for in its 429."""


@dataclass(frozen=True, slots=True)
class RunVerdict:
    """The result of one run: how much happened in it, and what was wrong."""

    invocations: int
    deaths: int
    requests: int
    executions: int
    wrong: tuple[str, ...]


def run(folder: Path, seed: int, trips: int) -> RunVerdict:
    """One run: concurrent clerks, random deaths and faults; then recovery, and the comparison of ledger and books."""
    chance = random.Random(seed)
    _import_trips(folder, trips)
    faults = [dict(chance.choice(FAULTS)) if chance.random() < 0.5 else {"status": 200} for _ in range(4 * trips)]
    with SandboxThread(any_trip=True, script=parse_script({"refund": faults})) as service:
        said, deaths = _invoke(folder, service.url, chance, trips)
        recovery = worker(folder, service.url)
        wrong = [] if recovery.returncode == 0 else [f"the recovery failed: {recovery.stderr[-500:]}"]
        wrong.extend(disagreements(ledger_path(folder), service))
        wrong.extend(_too_much(folder))
        wrong.extend(_lost(said, folder))
        wrong.extend(_impatient(ledger_path(folder)))
        return RunVerdict(len(said), deaths, len(service.books.arrivals), len(service.books.executions), tuple(wrong))


def _import_trips(folder: Path, count: int) -> None:
    folder.mkdir(parents=True)
    known = Trips.open(trips_path(folder))
    known.put(Trip("STORE-001", f"trip-{number}", captured=Money(CAPTURED, "EUR")) for number in range(count))
    known.close()


def _invoke(folder: Path, url: str, chance: random.Random, trips: int) -> tuple[list[str], int]:
    """Start the clerks together; some kill themselves. Their output, and how many died."""
    clerks = [_start(folder, url, chance.choice([0, chance.randint(5, 20 * trips)]), trips) for _ in range(CLERKS)]
    with limited(*clerks):
        spoken = [clerk.communicate()[0] for clerk in clerks]
    return [line for words in spoken for line in words.splitlines()], sum(clerk.returncode != 0 for clerk in clerks)


def _start(folder: Path, url: str, kill_at: int, trips: int) -> subprocess.Popen[str]:
    command = [
        sys.executable, "-m", "tests.faults.worker", "--data-dir", str(folder), "--base-url", url,
        "--take", str(trips), "--kill-at", str(kill_at),
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _too_much(folder: Path) -> Iterator[str]:
    """Refunds for more than the captured amount. There must be none."""
    counted: Counter[str] = Counter()
    for refund in all_refunds(ledger_path(folder)):
        counted[refund.intent.trip_id] += refund.intent.amount.minor if refund.state.counts else 0
    for trip, minor in counted.items():
        if minor > CAPTURED:
            yield f"{minor} of {CAPTURED} was refunded on {trip}"


def _lost(said: list[str], folder: Path) -> Iterator[str]:
    known = {refund.key for refund in all_refunds(ledger_path(folder))}
    for line in said:
        if line.startswith("took ") and line.removeprefix("took ") not in known:
            yield f"{line}, and the ledger does not know it"


def _impatient(ledger: Path) -> Iterator[str]:
    """Requests that began during the wait after a 429 that was on disk. There must be none."""
    with history_at(ledger) as history:
        attempts = [each for refund in all_refunds(ledger) for each in sound(history.attempts(refund.key))]
    begun, ended = _order(ledger)
    for refused in attempts:
        if refused.http_status == 429 and (arrived := refused.ended_at):
            on_disk = ended[refused.key, refused.number]
            later = [each for each in attempts if begun[each.key, each.number] > on_disk]
            early = [each for each in later if each.started.at < arrived + RETRY_AFTER]
            if early:
                yield f"{len(early)} requests were begun within {RETRY_AFTER} after a 429 was on disk"


def _order(ledger: Path) -> tuple[dict[tuple[str, int], int], dict[tuple[str, int], int]]:
    """The numbers of the events by which each attempt began and ended: the order in which they were on disk."""
    begun, ended = dict[tuple[str, int], int](), dict[tuple[str, int], int]()
    attempts: Counter[str] = Counter()
    for event in all_events(ledger):
        if event.key is None:
            continue
        if event.kind == ATTEMPT_STARTED:
            attempts[event.key] += 1
            begun[event.key, attempts[event.key]] = event.seq
        elif event.before is State.SENDING:
            ended.setdefault((event.key, attempts[event.key]), event.seq)
    return begun, ended


def main() -> int:
    """Run many times and print the counts. Exit code 1 if anything was wrong."""
    default_signals()
    parser = argparse.ArgumentParser(description="Concurrent clerks, faults and deaths, and a checker over it all.")
    parser.add_argument("--histories", type=int, default=20)
    parser.add_argument("--trips", type=int, default=6)
    arguments = parser.parse_args()
    verdicts = []
    for seed in range(arguments.histories):
        with tempfile.TemporaryDirectory() as folder:
            verdicts.append(run(Path(folder) / "data", seed, arguments.trips))
        for wrong in verdicts[-1].wrong:
            print(f"history {seed}: {wrong}", flush=True)
    print(
        f"{len(verdicts)} histories: {sum(v.invocations for v in verdicts)} invocations answered, "
        f"{sum(v.deaths for v in verdicts)} processes killed, {sum(v.requests for v in verdicts)} requests, "
        f"{sum(v.executions for v in verdicts)} executions, {sum(bool(v.wrong) for v in verdicts)} histories wrong"
    )
    return 1 if any(verdict.wrong for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
