"""Prints how long a search in Lookup among many trips takes, next to the plain SQL of its most common word.

python -m tests.benchmarks.trips_search [number of trips, 100,000 by default]
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from refund_tui.core.money import Money
from refund_tui.core.trips import Article, Card, Trip
from refund_tui.store.sqlite.trip_search import wanted
from refund_tui.store.sqlite.trips import Trips, search_sql

PAGE = 20
ROUNDS = 200
START = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = "milk bread apple müsli coffee banana chips water juice butter cheese pasta".split()

TYPED = (
    *("", "1", "a", "v", "r-9", "r-99999", "12,50", "visa 1234", "musli 9", "milk bread", "today", "visa 01.03.", "zz"),
)


def made(count: int) -> Iterator[Trip]:
    """Trips of one store, a minute apart."""
    chance = random.Random(1)
    for number in range(count):
        began = START + timedelta(minutes=number)
        articles = tuple(
            Article(f"SKU-{chance.randrange(5000)}", chance.choice(NAMES), Decimal(1))
            for _ in range(chance.randrange(1, 5))
        )
        yield Trip(
            "STORE-001", str(UUID(int=chance.getrandbits(128), version=4)), began, began + timedelta(minutes=9),
            Money(chance.randrange(100, 20_000), "EUR"), Card("VISA", f"{chance.randrange(10_000):04d}"),
            f"R-{number}", articles,
        )  # fmt: skip


def timed(call: Callable[[], object], rounds: int) -> tuple[float, float]:
    """p50 and p99 of a call, in milliseconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def main() -> None:
    """Fill a file, then measure each search next to its plain SQL."""
    count = int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trips.sqlite3"
        trips = Trips.open(path)
        _fill(trips, count)
        raw = sqlite3.connect(path)
        print(f"{path.stat().st_size / 1e6:.0f} MB")
        print("typed              hits      p50      p99  raw p50      p99   ratios of p50, p99 (times in ms)")
        for text in TYPED:
            _compare(trips, raw, text)
        raw.close()
        trips.close()


def _fill(trips: Trips, count: int) -> None:
    began, batch = time.perf_counter(), []
    for trip in made(count):
        batch.append(trip)
        if len(batch) == 1000:
            trips.put(batch)
            batch = []
    trips.put(batch)
    print(f"{count:,} trips stored in {time.perf_counter() - began:.1f} s")


def _compare(trips: Trips, raw: sqlite3.Connection, text: str) -> None:
    today = date(2026, 3, 2)
    hits = trips.count(text, 10_000, today=today)
    find = timed(lambda: trips.find(text, 0, PAGE, today=today), ROUNDS)
    sql, values = _raw(text, today)
    bare = timed(lambda: raw.execute(sql, values).fetchall(), ROUNDS)
    figures = "".join(f"{figure:>9.3f}" for figure in (*find, *bare))
    print(f"{text or '(nothing)':<16}{hits:>7}{figures}   {find[0] / bare[0]:.1f}, {find[1] / bare[1]:.1f}")


def _raw(text: str, today: date) -> tuple[str, tuple[object, ...]]:
    """The plain query for the same rows, without the ids that come first."""
    asked = wanted(text, UTC, today)
    inner, values = search_sql(asked, []) if asked else ("SELECT id FROM trip", ())
    page = f"{inner} ORDER BY id DESC LIMIT {PAGE}"
    return f"SELECT trip.* FROM ({page}) AS page JOIN trip USING (id)", values


if __name__ == "__main__":
    main()
