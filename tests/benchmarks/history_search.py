"""How long History takes to find refunds among a million: `python -m tests.benchmarks.history_search [REFUNDS]`.

Each search is a page and a count, as the screen asks for them. Next to it runs the plain SQL for the same rows: one
query for the page, one for the count, without creating objects. Prints p50 and p99 in milliseconds.
"""

from __future__ import annotations

import re
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC
from statistics import median, quantiles

from refund_tui.core.filters import Query
from refund_tui.core.money import readings
from refund_tui.host.paths import ledger_path
from refund_tui.store.sqlite.history import History
from tests.benchmarks.first_screen import FEW, MILLION
from tests.support.crowd import CURRENCY, LAST, crowd, made_refunds, trip_id

PAGE, MOST = 60, 10_001
ROUNDS, LEAST, LONGEST = 300, 20, 4.0
BUDGET, TIMES = 10, 3

_PAGE = "SELECT * FROM refund WHERE id IN (SELECT id FROM refund WHERE {0} ORDER BY id DESC LIMIT {1}) ORDER BY id DESC"
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM refund WHERE {0} LIMIT {1})"
_DAY = "created_at >= '2026-01-15T00:00:00' AND created_at < '2026-01-16T00:00:00'"
_NOTES = "SELECT id FROM refund WHERE id > (SELECT max(id) - 10000 FROM refund) AND note LIKE '%{0}%'"


def typed(number: int) -> dict[str, str]:
    """Search texts, each with the condition of a plain query for the same rows. `+` keeps SQLite from a worse index."""
    trip = trip_id(number // 2)
    key = next(made_refunds(number)).key
    return {
        "": "1",
        **{word: _word(word) for word in (trip, trip[:6], trip[:2], trip[:1], key[:13], "RECON1", "seal", "zzz")},
        "state:UNKNOWN": "state = 'UNKNOWN'",
        "state:ACCEPTED": "state = 'ACCEPTED'",
        "open": "state IN ('QUEUED', 'SENDING', 'WAITING', 'BLOCKED', 'UNKNOWN')",
        "day:2026-01-15": _DAY,
        "since:2026-01-15": "created_at >= '2026-01-15T00:00:00'",
        "amount:12.50": "minor = 1250",
        "amount:>10": "+minor > 1000",
        "clerk:ana": "clerk = 'ana'",
        "reason:1": "reason = 'DAMAGED_ITEM'",
        "clerk:ana day:2026-01-15": f"+clerk = 'ana' AND {_DAY}",
        "day:2026-01-15 state:REJECTED": f"{_DAY} AND +state = 'REJECTED'",
        "amount:12.50 clerk:ana": "minor = 1250 AND +clerk = 'ana'",
        "amount:49-49.99 state:REJECTED": "+minor BETWEEN 4900 AND 4999 AND state = 'REJECTED'",
    }


def _word(word: str) -> str:
    """The beginning of an id, a receipt or a card's last four, an amount, or a part of a note of a newest refund."""
    columns = ["trip_id COLLATE NOCASE", "key", "reconciliation_id", "receipt COLLATE NOCASE"]
    columns += ["tail"] if re.fullmatch("[0-9]{1,4}", word) else []
    found = [f"SELECT id FROM refund WHERE {column} >= '{word}' AND {column} < '{word}~'" for column in columns]
    amounts = [minor for minor, currencies in readings(word).items() if CURRENCY in currencies]
    found += [f"SELECT id FROM refund WHERE minor = {minor}" for minor in amounts]
    return f"id IN ({' UNION ALL '.join(found)} UNION ALL {_NOTES.format(word)})"


def timed(*calls: Callable[[], object]) -> list[list[float]]:
    """Milliseconds of the calls, in turn. Slow calls are repeated less often."""
    times: list[list[float]] = [[] for _ in calls]
    end = time.monotonic() + LONGEST
    while len(times[0]) < LEAST or (len(times[0]) < ROUNDS and time.monotonic() < end):
        for call, own in zip(calls, times, strict=True):
            began = time.perf_counter()
            call()
            own.append((time.perf_counter() - began) * 1000)
    return times


def compare(history: History, raw: sqlite3.Connection, line: str, condition: str) -> None:
    """Print one search next to its plain query."""
    wanted = Query(UTC, LAST.date(), CURRENCY).read(line)

    def ours() -> int:
        history.rows(wanted, 0, PAGE)
        return history.count(wanted, MOST)

    def plain() -> int:
        raw.execute(_PAGE.format(condition, PAGE)).fetchall()
        count = "SELECT max(id) FROM refund" if condition == "1" else _COUNT.format(condition, MOST)
        return int(raw.execute(count).fetchone()[0])

    assert ours() == plain(), (line, ours(), plain())
    own, bare = timed(ours, plain)
    worst, ratio = p99(own), p99(own) / p99(bare)
    kept = "" if worst <= BUDGET and ratio <= TIMES else "  over"
    figures = "".join(f"{figure:>9.3f}" for figure in (median(own), worst, median(bare), p99(bare)))
    print(f"{line or '(nothing)':<36}{ours():>7}{figures}   {median(own) / median(bare):5.1f}, {ratio:5.1f}{kept}")


def p99(times: list[float]) -> float:
    """The 99th percentile."""
    return quantiles(times, n=100)[-1]


def main() -> None:
    """Measure each search next to its plain query."""
    number = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else MILLION
    path = ledger_path(crowd(FEW, number))
    history, raw = History.open(path), sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    print(f"{number:,} refunds; budget: p99 {BUDGET} ms, and {TIMES} x the plain query's")
    print(f"{'typed':<36}{'hits':>7}      p50      p99  raw p50      p99   ratios of p50, p99 (times in ms)")
    for line, condition in typed(number).items():
        compare(history, raw, line, condition)
    raw.close()
    history.close()


if __name__ == "__main__":
    main()
