"""Reads what is on disk with its own SQL: the ledger, the trips, and the sandbox's books.

It shares no code with the program, so that one mistake cannot be on both sides.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, Self

DECIMALS = {"JPY": 0, "KRW": 0, "ISK": 0, "BHD": 3, "KWD": 3}
"""Of the currencies that have not two."""

COUNTED = ("AWAITING_APPROVAL", "QUEUED", "SENDING", "WAITING", "ACCEPTED", "BLOCKED", "UNKNOWN", "SETTLED_PAID")
"""The states whose amount reduces what is left to refund."""

WINDOW_DAYS = 7
STATES = (*COUNTED, "REJECTED", "CANCELLED", "SETTLED_UNPAID")


class Row(NamedTuple):
    """One refund in the ledger. `before` holds all its earlier states."""

    key: str
    trip: str
    amount: str
    currency: str
    state: str
    clerk: str
    reconciliation_id: str | None
    captured: int | None
    minor: int
    not_before: str | None
    before: frozenset[str]
    tail: str | None


@dataclass
class Truth:
    """Everything that a screen may show. Times are in the store's zone."""

    zone: tzinfo
    refunds: list[Row] = field(default_factory=list)
    trips: dict[str, tuple[int | None, str]] = field(default_factory=dict)
    """Captured minor units, if known, and currency, by trip id."""
    tails: dict[str, str] = field(default_factory=dict)
    """The last four digits of the card, by trip id."""
    ceilings: dict[str, int] = field(default_factory=dict)
    pieces: defaultdict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """How many of an article are not given back yet, by trip id and the article's name."""
    heads: dict[int, str] = field(default_factory=dict)
    amounts: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    instants: list[datetime] = field(default_factory=list)
    gate: datetime | None = None
    """When the account's wait ends."""

    @classmethod
    def read(cls, folder: Path, zone: tzinfo) -> Self:
        """Read the present content of both files."""
        truth = cls(zone)
        if (ledger := folder / "ledger.sqlite3").exists():
            truth._read_ledger(ledger)
        if (trips := folder / "trips.sqlite3").exists():
            truth._read_trips(trips)
        return truth

    def left(self, trip: str) -> int | None:
        """What is left to refund on a trip in minor units; None if the captured amount is not known."""
        known = [self.trips.get(trip, (None, ""))[0], *(row.captured for row in self.refunds if row.trip == trip)]
        captured = self.ceilings.get(trip, min((minor for minor in known if minor is not None), default=None))
        if captured is None:
            return None
        return max(0, captured - sum(r.minor for r in self.refunds if r.trip == trip and r.state in COUNTED))

    def captured(self, trip: str) -> int | None:
        """Minor units that count as captured."""
        left = self.left(trip)
        spent = sum(r.minor for r in self.refunds if r.trip == trip and r.state in COUNTED)
        return None if left is None else left + spent

    def currency(self, trip: str) -> str:
        """The trip's currency, None if it is not known."""
        return self.trips.get(trip, (None, ""))[1] or next((r.currency for r in self.refunds if r.trip == trip), "")

    def count(self, *states: str) -> int:
        """How many refunds are in these states."""
        return sum(row.state in states for row in self.refunds)

    def moved(self) -> Counter[str]:
        """What the service paid by the ledger, in minor units, by currency."""
        paid: Counter[str] = Counter()
        for row in self.refunds:
            if row.state in ("ACCEPTED", "SETTLED_PAID"):
                paid[row.currency] += row.minor
        return paid

    def clocks(self, form: str) -> set[str]:
        """All times on disk, written in a form of `strftime`."""
        return {instant.astimezone(self.zone).strftime(form) for instant in self.instants}

    @cached_property
    def haystack(self) -> str:
        """Every text on disk."""
        return "\n".join(self.texts)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Every number within a text on disk, also without the zeros at its end."""
        found = re.findall(r"\d+(?:[.,]\d+)*", self.haystack)
        return frozenset(found) | {number.rstrip("0").rstrip(".") for number in found if "." in number}

    def _read_ledger(self, path: Path) -> None:
        with reading(path) as rows:
            before: dict[str, set[str]] = {}
            for event in rows("SELECT * FROM event"):
                before.setdefault(event["key"], set()).update({event["before"], event["after"]} - {None})
                self.heads[event["seq"]] = event["hash"]
                self._note(event)
            for row in rows("SELECT * FROM refund"):
                self.refunds.append(_refund(row, frozenset(before.get(row["key"], ()))))
                if row["state"] in COUNTED:
                    for _, name, amount, *_ in json.loads(row["articles"]):
                        self.pieces[row["trip_id"], name] -= Decimal(amount)
                self._note(row)
            for table in ("attempt", "gate", "ceiling", "draft", "endpoint"):
                for row in rows(f"SELECT * FROM {table}"):
                    self._note(row)
                    if table == "ceiling":
                        self.ceilings[row["trip_id"]] = row["minor"]
                    elif table == "gate":
                        self.gate = datetime.fromisoformat(row["not_before"])
                    elif table == "draft":
                        self.amounts.add(row["amount"])
        self.amounts |= {row.amount for row in self.refunds}

    def _read_trips(self, path: Path) -> None:
        with reading(path) as rows:
            for row in rows("SELECT * FROM trip"):
                self.trips[row["trip_id"]] = row["minor"], row["currency"] or row["card_currency"] or ""
                self.tails[row["trip_id"]] = row["tail"] or ""
                self._note(row)
                for _, name, amount, *_ in json.loads(row["articles"]):
                    self.pieces[row["trip_id"], name] += Decimal(amount or 1)
                self._closes(row["began"] or row["ended"])
                self.amounts |= _prices(row["articles"], row["currency"] or "EUR")
        for trip, (minor, currency) in self.trips.items():
            told = (minor, self.left(trip), self.captured(trip))
            self.amounts |= {digits(amount, currency) for amount in told if amount is not None}

    def _closes(self, dated: str | None) -> None:
        """The end of the trip's refund window: of its seventh day after."""
        if dated:
            day = datetime.fromisoformat(dated).astimezone(self.zone).replace(hour=0, minute=0, second=0)
            self.instants.append(day + timedelta(days=WINDOW_DAYS + 1))

    def _note(self, row: sqlite3.Row) -> None:
        for name, value in zip(row.keys(), tuple(row), strict=True):
            if name in ("hash", "record"):
                continue  # digits of a hash are no facts, and a record repeats other rows
            if isinstance(value, bytes):
                value = value.decode(errors="replace")
            if isinstance(value, int) and 100 <= value < 600:
                self.texts.append(str(value))  # an HTTP status
            if isinstance(value, str):
                self.texts.append(value)
                if re.match(r"\d{4}-\d\d-\d\dT", value):
                    self.instants.append(datetime.fromisoformat(value))


class reading:  # noqa: N801 it is used as a function
    """The rows of a query. The database is opened for reading and closed at once."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
        self._connection.row_factory = sqlite3.Row

    def __enter__(self) -> Any:
        self._connection.execute("BEGIN")
        return self._connection.execute

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def digits(minor: int, currency: str) -> str:
    """An amount as a person reads it."""
    places = DECIMALS.get(currency, 2)
    return f"{minor // 10**places}.{minor % 10**places:0{places}d}" if places else str(minor)


def _refund(row: sqlite3.Row, before: frozenset[str]) -> Row:
    return Row(
        row["key"], row["trip_id"], digits(row["minor"], row["currency"]), row["currency"], row["state"],
        row["clerk"], row["reconciliation_id"], row["captured"], row["minor"],
        row["not_before"], before, row["tail"],
    )  # fmt: skip


@lru_cache
def _prices(articles: str, currency: str) -> frozenset[str]:
    """All prices that marked articles can have: of one piece, of several, and of sums."""
    lines: list[list[int]] = []
    for _, _, amount, _, price, *_ in json.loads(articles):
        if price is None:
            continue
        quantity = Decimal(amount or 1)
        pieces = range(1, int(quantity) + 1) if quantity == int(quantity) else ()
        lines.append([int((Decimal(price) * n).quantize(Decimal(1), ROUND_HALF_UP)) for n in (quantity, *pieces)])
    chosen = (some for many in range(1, min(len(lines), 4) + 1) for some in combinations(lines, many))
    return frozenset(digits(total, currency) for some in chosen for total in _sums(some))


def _sums(lines: Iterable[list[int]]) -> set[int]:
    totals = {0}
    for line in lines:
        totals = {total + part for total in totals for part in line}
    return totals
