"""Owns the rules across fields and across refunds: what is left on a trip, the window, twins, open unknowns.

They are asked twice: live, for the clerk's eyes, and inside the ledger's transaction, where they count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from refund_tui.core.fields import check_note, check_store_id, check_trip_id
from refund_tui.core.money import AmountError, Money, check_currency, wire_number
from refund_tui.core.refunds import Intent, Refund, State


@dataclass(frozen=True, slots=True)
class Problem:
    """What stops an intent: the field it belongs to (`amount`, `trip`, …) and a sentence for the clerk."""

    field: str
    message: str


class Refused(ValueError):
    """An intent that must not become a refund; nothing was recorded and no money moved."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class NeedsSecondYes(ValueError):
    """An intent that looks like one already taken: `alike` are the refunds to show; nothing was recorded yet."""

    def __init__(self, alike: Iterable[Refund]) -> None:
        self.alike = tuple(alike)
        super().__init__("this trip already has " + ", ".join(f"{r.intent.amount} {r.state}" for r in self.alike))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of one trip: its refunds, newest first, beside the captured amount where that is known."""

    captured: Money | None
    refunds: tuple[Refund, ...] = ()

    @property
    def refunded(self) -> int:
        """Minor units that count against what is left, whatever their currency's name."""
        return sum(refund.intent.amount.minor for refund in self.refunds if refund.state.counts)

    @property
    def left(self) -> Money | None:
        """What can still be refunded, never below 0; None where the captured amount is not known."""
        if self.captured is None:
            return None
        return Money(max(0, self.captured.minor - self.refunded), self.captured.currency)

    @property
    def unknown(self) -> Refund | None:
        """An open UNKNOWN of the trip: until it is settled no new refund is taken."""
        return next((refund for refund in self.refunds if refund.state is State.UNKNOWN), None)

    def alike(self, amount: Money) -> tuple[Refund, ...]:
        """The refunds that ask for a second look: the same amount, already counted, or anything still open."""
        return tuple(r for r in self.refunds if r.open or (r.state.counts and r.intent.amount == amount))


def check_left(amount: Money, standing: Standing) -> str | None:
    """What is wrong with an amount beside what is left on its trip, or None."""
    if standing.captured is not None and amount.currency != standing.captured.currency:
        return f"this trip was charged in {standing.captured.currency}, not {amount.currency}"
    earlier = next((r.intent.amount.currency for r in standing.refunds if r.state.counts), amount.currency)
    if earlier != amount.currency:
        return f"this trip's refunds are in {earlier}, not {amount.currency}"
    left = standing.left
    if left is None or amount.minor <= left.minor:
        return None
    return f"nothing is left to refund of {standing.captured}" if left.minor == 0 else f"only {left} is left to refund"


def check_window(closes: datetime | None, now: datetime) -> str | None:
    """What is wrong with the time, or None; a window that is not known closes nothing (Payment service, the window)."""
    if closes is None or now < closes:
        return None
    return f"the refund window closed on {closes:%Y-%m-%d %H:%M} UTC"


def check_trip(standing: Standing, closes: datetime | None, now: datetime) -> str | None:
    """What stops any refund on a trip at `now` (UTC), whatever its amount, or None."""
    return _check_unknown(standing) or check_window(closes, now)


def problems(intent: Intent, standing: Standing, now: datetime) -> tuple[Problem, ...]:
    """Everything that stops `intent` at `now` (UTC), in the order of the form's fields."""
    found = (
        ("store", check_store_id(intent.store_id)),
        ("trip", check_trip_id(intent.trip_id)),
        ("trip", _check_unknown(standing)),
        ("trip", check_window(intent.window_closes, now)),
        ("amount", _check_amount(intent.amount) or check_left(intent.amount, standing)),
        ("note", check_note(intent.note)),
    )
    return tuple(Problem(field, message) for field, message in found if message)


def admit(intent: Intent, standing: Standing, now: datetime, second_yes: bool) -> None:
    """Let `intent` become a refund, or raise Refused, or NeedsSecondYes unless `second_yes` was given."""
    if found := problems(intent, standing, now):
        raise Refused(found)
    if not second_yes and (alike := standing.alike(intent.amount)):
        raise NeedsSecondYes(alike)


def _check_unknown(standing: Standing) -> str | None:
    if standing.unknown is None:
        return None
    return f"a refund of {standing.unknown.intent.amount} on this trip is UNKNOWN: ask it again or settle it first"


def _check_amount(amount: Money) -> str | None:
    if problem := check_currency(amount.currency):
        return problem
    try:
        wire_number(amount)
    except AmountError as error:
        return str(error)
    return None
