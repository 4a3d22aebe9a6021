"""Owns crowds: data folders with many trips and refunds, built fast and cached between runs.

The store itself writes the files, with the same constraints, triggers and indexes as for a clerk. Only the transactions
are larger, and nothing is synced to disk.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from pathlib import Path
from uuid import UUID

from refund_tui.core.endpoints import endpoint_of
from refund_tui.core.ledger_identity import Service
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent, Life, Refund, State
from refund_tui.core.trips import Article, Card, Trip
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.payments.body import build_body
from refund_tui.store.sqlite.evidence import ATTEMPT, CHANGING, REFUND, Image, head, image_of, link, refund_image
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.rows import INTENT, LIFE, intent_values, life_values
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.trip_rows import TRIPS
from refund_tui.store.sqlite.trips import Trips
from tests.support.ledgers import NOW

EDITION = "5"
"""The version of the cache. Change it when the rows here change, so that an old file is not used."""

STORE, ENDPOINT, CURRENCY = "STORE-001", "127.0.0.1:9", "EUR"
LAST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The default time of the newest trip and the newest refund."""

CLERKS = "ana ben chloé dmitri elif".split()
NAMES = "milk bread apple müsli coffee banana chips water juice butter cheese pasta".split()
NOTES = ("", "", "", "", "broken seal", "carried out of the store, the till knows nothing of it", "müsli, wet box")
BATCH = 20_000
LATER = {"ended_at", "outcome", "http_status"}
"""The columns that the end of an attempt fills in, without detail and raw answer."""

_ENDS = {State.ACCEPTED: 9_600, State.REJECTED: 300, State.SETTLED_PAID: 60, State.SETTLED_UNPAID: 39, State.UNKNOWN: 1}
"""How many of 10,000 refunds end in each state. Few stay UNKNOWN, because persons settle them."""

_ATTEMPT = """
INSERT INTO attempt (key, number, started_at, started_boot, started_ticks, host, boot, pid, started)
SELECT key, 1, created_at, 'boot-1', 1000.0 + id, 'back-office', 'boot-1', 4711, 'start-1' FROM refund WHERE id > ?
"""
_ANSWER = """
UPDATE attempt SET ended_at = started_at, outcome = ?, http_status = ?, detail = ?, raw = ?
WHERE key IN (SELECT key FROM refund WHERE id > ? AND why = ?)
"""
_END = """
UPDATE refund SET state = why, version = 2, maybe_executed = why = 'UNKNOWN', tries = 1, doubts = why = 'UNKNOWN',
  reconciliation_id = CASE why WHEN 'ACCEPTED' THEN 'RECON' || upper(substr(key, 1, 12)) END,
  why = CASE why WHEN 'ACCEPTED' THEN 'the service accepted it' ELSE 'the service was asked once' END
WHERE id > ?
"""
_EVENT = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WRITTEN = f"SELECT {', '.join(REFUND)} FROM refund WHERE id > ? ORDER BY id"
_TRIED = f"SELECT {', '.join(ATTEMPT)} FROM attempt WHERE key = ?"
_UNSENT = dict.fromkeys(("maybe_executed", "tries", "doubts", "asked", "alarm"), 0) | {"why": ""}


def crowd(trips: int, refunds: int) -> Path:
    """A data folder with so many trips and refunds, from the cache or built now. Copy it before you write to it."""
    steps = (part for step in (*LEDGER.steps, *TRIPS.steps) for part in step if isinstance(part, str))
    schema = sha256("".join((EDITION, *steps)).encode()).hexdigest()[:12]
    cache = Path(tempfile.gettempdir()) / f"refund-tui-crowds-{os.getuid()}"
    folder = cache / f"{trips}-{refunds}-{schema}"
    if not folder.exists():
        for older in cache.glob(f"{trips}-{refunds}-*"):
            shutil.rmtree(older)
        unfinished = cache / f"unfinished-{os.getpid()}"
        build(unfinished, trips, refunds)
        unfinished.rename(folder)
    return folder


def build(folder: Path, trips: int, refunds: int, *, last: datetime = LAST, endpoint: str = ENDPOINT) -> None:
    """Fill a new data folder. The newest trip and the newest refund are at `last`."""
    folder.mkdir(mode=0o700, parents=True)
    known = Trips.open(trips_path(folder))
    try:
        source = made_trips(trips, last)
        while batch := list(islice(source, BATCH)):
            known.put(batch)
    finally:
        known.close()
    _belongs_to(folder, endpoint)
    _fill(ledger_path(folder), made_refunds(refunds, last, endpoint))


def belongs_to(folder: Path, url: str) -> None:
    """Let a copy of a crowd's ledger send to the service at `url`."""
    _belongs_to(folder, endpoint_of(url))


def _belongs_to(folder: Path, endpoint: str) -> None:
    with closing(Ledger.open(ledger_path(folder))) as ledger:
        ledger.services.add(Service("TEST", endpoint), "made by the tests", "the tests", NOW)


def made_trips(count: int, last: datetime = LAST) -> Iterator[Trip]:
    """Trips of one store, oldest first, one minute apart, with receipts from R-1001 on."""
    chance = random.Random(1)
    for number in range(count):
        age = count - 1 - number
        began = last - timedelta(minutes=age)
        captured = Money(chance.randrange(5_000, 20_000), CURRENCY)
        card = Card("VISA", f"{chance.randrange(10_000):04d}")
        articles = tuple(_article(chance, line) for line in range(chance.randrange(1, 6)))
        receipt = f"R-{1001 + number}"
        yield Trip(STORE, trip_id(age), began, began + timedelta(minutes=9), captured, card, receipt, articles)


def _article(chance: random.Random, line: int) -> Article:
    price = Money(chance.randrange(50, 2_000), CURRENCY)
    return Article(f"SKU-{chance.randrange(5_000)}", chance.choice(NAMES), Decimal(1), "unit", price, f"line-{line}")


def trip_id(age: int) -> str:
    """The id of the trip with `age` newer trips. As many refunds are newer than its refund."""
    return str(UUID(bytes=sha256(b"trip %d" % age).digest()[:16], version=4))


def made_refunds(count: int, last: datetime = LAST, endpoint: str = ENDPOINT) -> Iterator[Refund]:
    """Refunds that are being sent, oldest first, one minute apart. `why` is their later state."""
    chance = random.Random(2)
    ends, weights = list(_ENDS), list(_ENDS.values())
    reasons = list(ReasonCode)
    for number in range(count):
        age = count - 1 - number
        at = last - timedelta(minutes=age)
        amount = Money(chance.randrange(100, 5_000), CURRENCY)
        intent = Intent(STORE, trip_id(age), amount, chance.choice(reasons), chance.choice(NOTES))
        key = str(UUID(int=chance.getrandbits(128), version=4))
        body = build_body(key, intent)
        life = Life(State.SENDING, why=str(chance.choices(ends, weights)[0]))
        yield Refund(key, endpoint, intent, chance.choice(CLERKS), body, at, at, life)


def _fill(path: Path, refunds: Iterator[Refund]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    for pragma in ("synchronous = OFF", "journal_mode = TRUNCATE", "recursive_triggers = ON", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA cache_size = -400000")
    while batch := list(islice(refunds, BATCH)):
        _write(connection, batch)
    connection.close()


def _write(connection: sqlite3.Connection, batch: list[Refund]) -> None:
    """Write each refund from its record to its end, with its attempt and its events."""
    columns = (*INTENT, *LIFE)
    connection.execute("BEGIN IMMEDIATE")
    (before,) = connection.execute("SELECT coalesce(max(id), 0) FROM refund").fetchone()
    connection.executemany(
        f"INSERT INTO refund ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        ((*intent_values(refund), *life_values(refund.life)) for refund in batch),
    )
    connection.execute(_ATTEMPT, (before,))
    for state in _ENDS:
        connection.execute(_ANSWER, (*_answer(state), before, str(state)))
    connection.execute(_END, (before,))
    connection.executemany(_EVENT, list(_events(connection, before)))
    connection.execute("COMMIT")


def _events(connection: sqlite3.Connection, before: int) -> Iterator[tuple[object, ...]]:
    """Three events of each refund, with the chain of hashes: recorded, attempt started, ended."""
    (ledger,) = connection.execute("SELECT id FROM identity").fetchone()
    seq, previous = head(lambda sql, *values: connection.execute(sql, values).fetchall(), ledger)
    for refund in connection.execute(_WRITTEN, (before,)).fetchall():
        attempt = connection.execute(_TRIED, (refund["key"],)).fetchone()
        for event in _of_refund(refund_image(refund), image_of(attempt, ATTEMPT)):
            seq += 1
            previous = link(previous, (seq, *event))
            yield seq, *event, previous.decode()


def _of_refund(refund: Image, attempt: Image) -> Iterator[tuple[object, ...]]:
    key, clerk, at = refund["key"], refund["clerk"], refund["created_at"]
    asked = {name: value for name, value in refund.items() if name != "reconciliation_id"} | _UNSENT
    begun = {name: value for name, value in attempt.items() if name not in LATER} | {"detail": "", "raw": ""}
    recorded = asked | {"state": "QUEUED", "version": 0}
    sending = _changing(asked) | {"state": "SENDING", "version": 1}
    road: tuple[tuple[str, str | None, Image, Image, object], ...] = (
        ("recorded", None, recorded, {}, clerk),
        ("attempt_started", "QUEUED", sending, begun, f"{clerk} (automatic)"),
        (str(refund["state"]).lower(), "SENDING", _changing(refund), attempt, f"{clerk} (automatic)"),
    )
    for kind, state, image, tried, who in road:
        rows: list[object] = [["refund", [key], image]]
        rows += [["attempt", [key, 1], tried]] if tried else []
        yield key, at, who, kind, state, image["state"], image["why"], "{}", "", json.dumps(rows, ensure_ascii=False)


def _changing(image: Image) -> dict[str, object]:
    return {name: value for name, value in image.items() if name in CHANGING}


def _answer(state: State) -> tuple[str, int | None, str, str]:
    """The end of the only attempt: its outcome, status, detail and raw answer."""
    if state is State.ACCEPTED:
        return "accepted", 200, "accepted", '{"reconciliationId":"RECON"}'
    if state is State.REJECTED:
        return "rejected", 400, "malformed (400)", '{"errorMsg":"BadRequestException"}'
    return "connection_lost", None, "the connection was lost after the request was sent", ""
