"""What the evidence costs: `python -m tests.benchmarks.evidence [REFUNDS]`.

- The road of a refund to its end on disk: recorded, compared with its events, attempt begun, answer written. Beside it
  the same road without records, hashes and comparison. Both in turn, in one run. Budget 1.1 x.
- `refund-tui verify` over a ledger with so many refunds (default 100,000), beside reading the same rows bare. Budget: a
  minute for 1,000,000 on two cores.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from unittest import mock

from refund_tui.core.lifecycle import decide
from refund_tui.core.outcomes import Accepted, Answer
from refund_tui.core.refunds import Holder, Life, Refund, State
from refund_tui.core.waits import Policy
from refund_tui.host.paths import ledger_path
from refund_tui.payments.body import build_body
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.verify import verify
from tests.support.crowd import ENDPOINT, belongs_to, crowd, made_refunds
from tests.support.ledgers import NOW

ROUNDS = 300
EVENTS = "refund_tui.store.sqlite.events"


def _nothing(*_: object, **__: object) -> None:
    """In place of what the evidence does."""


def _no_hash(*_: object) -> bytes:
    return b"0" * 64


@contextmanager
def _without() -> Iterator[None]:
    """The road as it would be without evidence."""
    with (
        mock.patch(f"{EVENTS}.record_of", _nothing),
        mock.patch(f"{EVENTS}.link", _no_hash),
        mock.patch.object(Ledger, "contradiction", _nothing),
    ):
        yield


def _road(ledger: Ledger, refund: Refund) -> float:
    """Milliseconds of one refund's way to its end."""
    began = time.perf_counter()
    written = ledger.record(refund, NOW, second_yes=True)
    ledger.contradiction(written)
    attempt = ledger.begin(written, Holder("host", "boot-1", 1, "start"), NOW)
    sending = ledger.get(written.key)
    assert attempt is not None
    assert sending is not None
    outcome = Accepted(Answer(200), "REC1")
    ledger.finish(sending, attempt, outcome, decide(sending.life, outcome, NOW, NOW, Policy(), 0.5), "ana", NOW)
    return (time.perf_counter() - began) * 1_000


def _sending() -> None:
    with tempfile.TemporaryDirectory() as folder:
        belongs_to(Path(folder), f"http://{ENDPOINT}")
        with closing(Ledger.open(ledger_path(Path(folder)))) as ledger:
            source = (replace(made, life=Life(State.QUEUED)) for made in made_refunds(2 * ROUNDS, NOW.at))
            pairs = []
            for _ in range(ROUNDS):
                with _without():
                    bare = _road(ledger, next(source))
                pairs.append((bare, _road(ledger, next(source))))
    bare, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(ours / bare for bare, ours in pairs)
    print(f"a refund's road on disk: without evidence {bare:.2f} ms, with it {ours:.2f} ms, {ratio:.3f} x, budget 1.1")


def _bare(path: Path) -> float:
    """Seconds to read the same rows."""
    began = time.perf_counter()
    with closing(sqlite3.connect(path)) as connection:
        for table in ("event", "refund", "attempt"):
            for _ in connection.execute(f"SELECT * FROM {table}"):
                pass
    return time.perf_counter() - began


def _verifying(refunds: int) -> None:
    path = ledger_path(crowd(10, refunds))
    bare = _bare(path)
    began = time.perf_counter()
    found = verify(path, build_body, lambda _done, _total: None)
    took = time.perf_counter() - began
    assert not found.problems, found.problems
    print(
        f"verify of {found.refunds:,} refunds and {found.events:,} events: {took:.1f} s, {took / bare:.1f} x the bare "
        f"read; for 1,000,000: {took * 1_000_000 / refunds:.0f} s, budget 60 s on two idle cores"
    )


def main() -> None:
    """Measure and print."""
    _sending()
    _verifying(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)


if __name__ == "__main__":
    main()
