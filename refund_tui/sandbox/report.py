"""Owns how the accounts are shown: a plain table for people, a dictionary for JSON.

The table has only ids and amounts that passed the contract's rules, so that no client can send control characters to
the terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from refund_tui.sandbox.records import arrival_to_json, execution_to_json

if TYPE_CHECKING:
    from refund_tui.sandbox.books import Books, Totals

_HEADINGS = ("refund id", "trip", "amount", "executed", "requests")


def as_text(books: Books) -> str:
    """One line for each refund whose money moved, then totals by currency, conflicts and overpaid trips."""
    executed = Counter(done.request_id for done in books.executions)
    requests = Counter(arrival.request_id for arrival in books.arrivals)
    first = {done.request_id: done for done in reversed(books.executions)}
    rows = [
        (key, first[key].trip_id, f"{first[key].amount:f} {first[key].currency}", f"{count}x", str(requests[key]))
        for key, count in executed.items()
    ]
    lines = _table([_HEADINGS, *rows]) if rows else ["no money moved"]
    lines += ["", *_summary(books)]
    return "\n".join(lines) + "\n"


def as_dict(books: Books) -> dict[str, object]:
    """`executions` and `requests`, oldest first; `totals`, `overpaid` per trip and currency; number of `conflicts`."""
    return {
        "executions": [execution_to_json(done) for done in books.executions],
        "requests": [arrival_to_json(arrival) for arrival in books.arrivals],
        "totals": _totals(books.totals),
        "overpaid": _totals(books.overpaid),
        "conflicts": len(books.conflicts),
    }


def _totals(totals: Totals) -> list[dict[str, str]]:
    return [
        {"storeId": store_id, "shoppingTripId": trip_id, "amount": f"{amount:f}", "code": currency}
        for (store_id, trip_id, currency), amount in totals.items()
    ]


def _summary(books: Books) -> list[str]:
    sums = {currency: f"{_sum(books.totals, currency)} {currency}" for _, _, currency in books.totals}
    lines = [
        "moved in all: " + (", ".join(sums[currency] for currency in sorted(sums)) or "nothing"),
        f"requests: {len(books.arrivals)}",
        f"conflicts (a known id with another body, refused): {len(books.conflicts)}",
        f"overpaid trips: {len(books.overpaid) or 'none'}",
    ]
    return lines + [f"  {trip_id} {amount:f} {currency}" for (_, trip_id, currency), amount in books.overpaid.items()]


def _sum(totals: Totals, currency: str) -> str:
    return f"{sum(amount for (_, _, code), amount in totals.items() if code == currency):f}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
