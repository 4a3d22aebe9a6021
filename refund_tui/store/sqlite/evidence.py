"""Owns the evidence in the events: the rows as each event left them, and the chain of hashes over all events.

If a row is altered, removed, inserted or moved, then the chain is broken, or no event confirms the row. Works inside a
transaction or a short read of the caller. Never repairs anything.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from refund_tui.core.evidence import Contradiction
from refund_tui.core.text import visible
from refund_tui.store.sqlite.approval_evidence import ApprovalEvidence
from refund_tui.store.sqlite.personal import COMMITMENT, KEPT_APART, PERSONAL, Redactions, Rows, commitment
from refund_tui.store.sqlite.rows import INTENT, LIFE

N = TypeVar("N")

SHOWN = 40
"""The most characters of a value that a message repeats."""

Image = Mapping[str, object]
"""The columns of a row that are not NULL, as an event recorded them. Bytes are given as their SHA-256."""


Place = tuple[str, tuple[object, ...]]
"""A table and the primary key of one of its rows."""

CHANGING = ("endpoint", "version", "updated_at", *LIFE)
"""The columns of a refund that its later events record. Its first event records all of them."""

_CHANGING = frozenset(CHANGING)

KEYS = {
    "refund": ("key",), "attempt": ("key", "number"), "gate": ("endpoint",), "ceiling": ("id",),
    "endpoint": ("endpoint",), "identity": ("one",), COMMITMENT: ("key",),
}  # fmt: skip
"""The tables of which events record rows, each with its primary key. The personal data of a refund count as one."""

ATTEMPT = (
    "key", "number", "started_at", "started_boot", "started_ticks", "host", "boot", "pid", "started", "namespace",
    "actor", "ended_at", "outcome", "http_status", "detail", "raw",
)  # fmt: skip
COLUMNS = {
    "refund": tuple(name for name in dict.fromkeys((*INTENT, *LIFE, "version")) if name not in KEPT_APART),
    "attempt": ATTEMPT,
    "gate": ("endpoint", "wait_at", "wait_boot", "wait_ticks", "wait_seconds", "not_before"),
    "ceiling": ("id", "store_id", "trip_id", "minor", "currency", "at", "who", "why"),
    "endpoint": ("endpoint", "named_at", "who"),
    "identity": ("one", "id", "environment", "made_at"),
}
"""The columns of each table that are recorded: all but generated ones, row numbers, and the host that writes.

Of the personal data of a refund, a salted hash is recorded.
"""

REFUND = (*COLUMNS["refund"], *KEPT_APART)
"""The columns that are read of a refund to compare it with its events."""

HASHED = ("seq", "key", "at", "who", "kind", "before", "after", "why", "data", "actor", "record")
"""The columns of an event that its hash covers, in this order."""

_AS_BYTES = ", ".join(["seq", *(f"CAST({column} AS BLOB) AS {column}" for column in HASHED[1:])])
HASH = "coalesce(CAST(hash AS BLOB), x'') AS hash"
EVENT = f"SELECT {_AS_BYTES}, {HASH} FROM event"
"""Columns are read as bytes, so that a damaged text makes a different event, not an error."""

_NEWEST = f"SELECT seq, {HASH} FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT 1"
_LAST = 2**63 - 1
_BEFORE = f"{EVENT} WHERE seq < ? ORDER BY seq DESC LIMIT 2"


def first_hash(ledger: str) -> bytes:
    """The value that the first event uses as the hash before it.

    It contains the ledger's id, so no event fits another ledger.
    """
    return hashlib.sha256(f"refund-tui ledger {ledger}".encode()).hexdigest().encode()


def link(previous: bytes, event: Iterable[object]) -> bytes:
    """The hash of an event: SHA-256, in hexadecimal digits, of the hash before it and of its HASHED columns.

    A column is hashed as its number of bytes, a colon and its bytes; NULL is hashed as a minus sign.
    """
    parts = [previous]
    for value in event:
        text = value if isinstance(value, bytes) or value is None else _encoded(value)
        parts += (b"-",) if text is None else (b"%d:" % len(text), text)
    return hashlib.sha256(b"".join(parts)).hexdigest().encode()


def _encoded(value: object) -> bytes:
    return str(value).encode(errors="surrogateescape")


def links(row: sqlite3.Row, previous: bytes) -> bool:
    """Whether the hash of an event read by EVENT is the right one after `previous`."""
    return bool(row["hash"] == link(previous, row[: len(HASHED)]))


def head(rows: Rows, ledger: str, upto: int = _LAST) -> tuple[int, bytes]:
    """The number and the hash of the newest event, of those `upto` a number; 0 and `first_hash` if there is none."""
    found = rows(_NEWEST, upto)
    return (found[0]["seq"], found[0]["hash"]) if found else (0, first_hash(ledger))


def record_of(transaction: sqlite3.Connection, places: Iterable[Place], *, whole: bool = False) -> str | None:
    """The rows as the transaction leaves them, as JSON: a list of table, primary key and image (null: deleted).

    `whole`: all columns of a refund are recorded, as its first event does. None if there is no row.
    """
    told = [[table, list(key), _image(transaction, table, key, whole=whole)] for table, key in places]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) if told else None


def _image(transaction: sqlite3.Connection, table: str, key: Sequence[object], *, whole: bool) -> Image | None:
    if table == COMMITMENT:
        return None  # what is redacted is removed
    columns = COLUMNS[table] if table != "refund" else REFUND if whole else CHANGING
    where = " AND ".join(f"{name} = ?" for name in KEYS[table])
    row = transaction.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE {where}", key).fetchone()
    if row is None:
        return None
    return refund_image(row) if columns is REFUND else image_of(row, columns)


def refund_image(row: sqlite3.Row) -> dict[str, object]:
    """The image of a whole refund, read by REFUND: its columns, and the hash of its personal data."""
    image = image_of(row, COLUMNS["refund"])
    if row["salt"] is not None:
        image[COMMITMENT] = commitment(row["salt"], [row[name] for name in PERSONAL])
    return image


def image_of(row: sqlite3.Row, columns: Iterable[str]) -> dict[str, object]:
    """The values of a row's first columns that are not NULL."""
    return {
        name: (value if value.isascii() else _plain(value)) if isinstance(value, str) else _plain(value)
        for name, value in zip(columns, row, strict=False)
        if value is not None
    }


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return f"sha256:{hashlib.sha256(value).hexdigest()}"
    if isinstance(value, str):  # text that is not UTF-8 must not end a check
        return _encoded(value).decode(errors="backslashreplace")
    return value


def records(text: bytes | None) -> Iterator[tuple[str, tuple[object, ...], Image | None]]:
    """What an event recorded: table, primary key and image of each row. Raises ValueError if it cannot be read."""
    try:
        said = json.loads(text.decode()) if text else []
    except RecursionError as error:
        raise ValueError("not a record") from error
    if not isinstance(said, list):
        raise ValueError("not a record")
    for told in said:
        if not (isinstance(told, list) and len(told) == 3 and isinstance(told[1], list)):
            raise ValueError("not a record")
        table, key, image = told
        if not (isinstance(table, str) and table in KEYS and isinstance(image, dict | None)):
            raise ValueError("a record of an unknown table")
        if len(key) != len(KEYS[table]) or not all(isinstance(part, int | str) for part in key):
            raise ValueError("not a key")
        yield table, tuple(key), image


class RefundEvidence:
    """A refund and its attempts as its events record them. The events are read in order, the oldest first.

    `problem` names the first event that does not continue the one before. `redaction` is the number of the event by
    which it was redacted.
    """

    def __init__(self, redaction: object = None) -> None:
        self.refund: dict[str, object] = {}
        self.attempts: dict[object, object] = {}
        self.problem: str | None = None
        self._approval = ApprovalEvidence()
        self._after: bytes | None = None
        self._version: object = None
        self._redaction = redaction if isinstance(redaction, int) else None
        self._then = (b"", "")

    def add(self, row: sqlite3.Row) -> None:
        """Read the next event."""
        seq, first = row["seq"], not self.refund
        if not first and row["before"] != self._after:
            self._problem(f"event {seq} does not begin where the event before it ended")
        self._after = row["after"]
        if problem := self._approval.add(row):
            self._problem(problem)
        try:
            for table, key, image in records(row["record"]):
                self._row(seq, table, key, image or {}, first=first)
        except ValueError:
            self._problem(f"event {seq} cannot be read")
        if self._redaction is not None and seq < self._redaction:
            self._then = self._after or b"", str(self.refund.get("updated_at"))

    def _row(self, seq: int, table: str, key: tuple[object, ...], image: Image, *, first: bool) -> None:
        if table == "attempt":
            self.attempts[key[-1]] = image
        elif table == "refund":
            kept = {} if first else {name: value for name, value in self.refund.items() if name not in _CHANGING}
            self.refund = {**kept, **image}
            version = image.get("version")
            if not first and version not in (self._version, _next(self._version)):
                self._problem(f"an event before event {seq} is missing")
            self._version = version
            if str(image.get("state", "")).encode() != self._after:
                self._problem(f"event {seq} contradicts itself")

    def _problem(self, text: str) -> None:
        self.problem = self.problem or text

    def contradiction(
        self, row: sqlite3.Row, attempts: Iterable[sqlite3.Row], redactions: Redactions
    ) -> Contradiction | None:
        """How the present rows differ from the events, or None. The refund was read by REFUND."""
        if not self.refund:
            return Contradiction("no event says that it was recorded", of_life=True)
        if self.problem:
            return Contradiction(self.problem, of_life=True)
        here = refund_image(row)
        if row["redaction"] is not None:
            if problem := redactions.problem(row, *self._then):
                return Contradiction(problem, of_life=False)
            here[COMMITMENT] = self.refund.get(COMMITMENT)
        if here != self.refund:
            different = _differing(here, self.refund)
            return Contradiction(_told(different, here, self.refund), of_life=not different.isdisjoint(_CHANGING))
        found: dict[object, object] = {attempt["number"]: image_of(attempt, ATTEMPT) for attempt in attempts}
        if found != self.attempts:
            number = min(map(str, _differing(found, self.attempts)))
            return Contradiction(f"attempt {number} differs from its event", of_life=True)
        return None


def _next(version: object) -> object:
    return version + 1 if isinstance(version, int) else None


def _differing(here: Mapping[N, object], said: Mapping[N, object]) -> set[N]:
    """The columns whose values differ, or that only one image has."""
    return {name for name in (*here, *said) if here.get(name) != said.get(name)}


def _told(different: set[str], here: Image, said: Image) -> str:
    if different == {COMMITMENT}:
        return "its note, articles, card or receipt was altered or removed, and its events say otherwise"
    name = min(different - {COMMITMENT})
    is_now, was = (visible(str(image.get(name, "nothing")), SHOWN) for image in (here, said))
    return f"{name} says {is_now}, and its events say {was}"


_OF_KEY = f"{EVENT} WHERE key = ? ORDER BY seq"
_REFUND = f"SELECT {', '.join(REFUND)} FROM refund WHERE key = ?"
_ATTEMPTS = f"SELECT {', '.join(ATTEMPT)} FROM attempt WHERE key = ?"


def contradiction(rows: Rows, key: str, ledger: str) -> Contradiction | None:
    """How a refund differs from its events, or None. Raises StoreError, sqlite3.Error."""
    while True:
        refund = rows(_REFUND, key)
        found = _contradiction(rows, key, ledger, refund)
        if found is None or [tuple(row) for row in rows(_REFUND, key)] == [tuple(row) for row in refund]:
            return found  # if another program changed it between two reads, read again


def _contradiction(rows: Rows, key: str, ledger: str, refund: Sequence[sqlite3.Row]) -> Contradiction | None:
    evidence = RefundEvidence(refund[0]["redaction"] if refund else None)
    for event in rows(_OF_KEY, key):
        if not _follows(rows, event, ledger):
            return Contradiction(f"event {event['seq']}, or the one before it, was altered", of_life=True)
        evidence.add(event)
    return evidence.contradiction(refund[0], rows(_ATTEMPTS, key), Redactions(rows)) if refund else None


def _follows(rows: Rows, event: sqlite3.Row, ledger: str) -> bool:
    """Whether an event follows the one before, by that event's stored hash or by its correct hash.

    With both, an altered event of one refund does not stop the next refund too.
    """
    before = rows(_BEFORE, event["seq"])
    hashes = [*(found["hash"] for found in before), first_hash(ledger)]
    if links(event, hashes[0]):
        return True
    return bool(before) and links(event, link(hashes[1], before[0][: len(HASHED)]))
