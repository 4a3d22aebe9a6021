"""Owns how a trip is told: card, charge, what is left, its window, the refunds already on it. Unknown is said."""

from __future__ import annotations

from datetime import datetime

from refund_tui.core.rules import Standing
from refund_tui.core.text import visible
from refund_tui.core.times import last_day, span
from refund_tui.core.trips import Trip
from refund_tui.desk import Desk
from refund_tui.tui.states import SIGNS, ago, moment

MOST = 6
"""Refunds of a trip that are listed."""


def facts(desk: Desk, store_id: str, trip: Trip | None, standing: Standing) -> str:
    """A trip in lines of a name and a value."""
    lines = [("Store", visible(store_id, 40)), *_known(desk, trip, standing)]
    told = [f"{name:9}{value}" for name, value in lines]
    if trip is None:
        told += ["", "This trip is not known here:", "how much was charged, and when,", "only the service knows."]
    return "\n".join([*told, "", *_refunds(standing)])


def _known(desk: Desk, trip: Trip | None, standing: Standing) -> list[tuple[str, str]]:
    now, left = desk.now().at, standing.left
    lines = []
    if trip is not None:
        card = " ".join(visible(part, 20) for part in (trip.card.brand, trip.card.tail) if part)
        when = f"{moment(trip.dated, desk.settings.zone, now)}, {ago(trip.dated, now)}" if trip.dated else "not known"
        lines += [("Card", card or "not known"), ("Receipt", visible(trip.receipt or "not known", 40)), ("When", when)]
    lines.append(("Charged", str(standing.captured) if standing.captured else "not known here"))
    lines.append(("Left", str(left) if left else "not known here"))
    lines.append(("Window", window(desk, trip, now)))
    return lines


def window(desk: Desk, trip: Trip | None, now: datetime) -> str:
    """How long the refund window stays open, in words."""
    closes = desk.window_closes(trip)
    if closes is None or trip is None or trip.dated is None:
        return "not known here"
    zone = desk.settings.zone
    if now >= closes:
        return "CLOSED " + moment(closes, zone, now)
    day = last_day(trip.dated, desk.settings.refund_window_days, zone)
    closing = f"closes in {span((closes - now).total_seconds())}"
    return f"last day, {closing}" if now.astimezone(zone).date() == day else closing


def _refunds(standing: Standing) -> list[str]:
    if not standing.refunds:
        return ["No refund on this trip yet."]
    lines = [f"{SIGNS[r.state]} {r.intent.amount!s:>13} {r.state}" for r in standing.refunds[:MOST]]
    more = len(standing.refunds) - MOST
    return ["Refunds on this trip", *lines, *([f"… and {more} more"] if more > 0 else [])]
