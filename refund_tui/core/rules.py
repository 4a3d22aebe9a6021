"""Owns the rules for a refund that need more than one field: what is left on the trip, the window, similar refunds.

The rules are checked while the clerk types, and again inside the ledger's transaction. Only the second check decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Self

from refund_tui.core.articles import RefundedArticle
from refund_tui.core.damage import DAMAGED, Damaged
from refund_tui.core.fields import check_note, check_store_id, check_trip_id
from refund_tui.core.ledger_identity import Environment
from refund_tui.core.money import AmountError, Money, check_currency, wire_number
from refund_tui.core.refunds import Ceiling, Intent, Refund, State
from refund_tui.core.text import visible
from refund_tui.core.trips import Trip


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an intent cannot become a refund: the field (`amount`, `trip`, …) and a sentence for the clerk."""

    field: str
    message: str


class Refused(ValueError):
    """An intent that must not become a refund. Nothing was recorded and no money moved."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


class NeedsSecondYes(ValueError):
    """The trip has refunds that look like this intent (`alike`). A person must confirm. Nothing was recorded."""

    def __init__(self, alike: Iterable[Refund]) -> None:
        self.alike = tuple(alike)
        super().__init__("this trip already has " + ", ".join(f"{r.intent.amount} {r.state}" for r in self.alike))


RAISE = "refund-tui ledger ceiling TRIP AMOUNT --because WHY"
"""The command with which a person states what was captured."""


@dataclass(frozen=True, slots=True)
class TripBalance:
    """The refunds of one trip, newest first, and what was captured on it. All spellings of the trip id are included.

    `known` is the captured amount in the trips file now, `ceiling` what a person stated instead, `charge_currency` the
    currency that the service gave with the card. Each is None if it is not known. `damaged` holds a sentence for each
    record of the trip that cannot be read: then what is left is not known, and no new refund is taken.
    """

    known: Money | None
    refunds: tuple[Refund, ...] = ()
    ceiling: Ceiling | None = None
    charge_currency: str | None = None
    damaged: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        known: Money | None,
        found: Iterable[Refund | Damaged],
        ceiling: Ceiling | Damaged | None,
        charge_currency: str | None,
    ) -> Self:
        """The balance of a trip, from its rows. Rows that cannot be read become sentences in `damaged`."""
        rows = tuple(found)
        damaged = tuple(row.sentence for row in (*rows, ceiling) if isinstance(row, Damaged))
        sound = None if isinstance(ceiling, Damaged) else ceiling
        return cls(known, tuple(row for row in rows if isinstance(row, Refund)), sound, charge_currency, damaged)

    @property
    def captured(self) -> Money | None:
        """The captured amount that counts: what a person stated, else the smallest amount that was ever known here."""
        if self.ceiling is not None:
            return self.ceiling.amount
        return min(self._amounts, key=lambda amount: amount.minor, default=None)

    @property
    def by_ledger(self) -> Money | None:
        """What would count as captured if the trips file said nothing."""
        return replace(self, known=None).captured

    @property
    def recorded(self) -> Money | None:
        """The smallest captured amount that was recorded with a refund of any state."""
        amounts = (refund.intent.captured for refund in self.refunds)
        return min(filter(None, amounts), key=lambda amount: amount.minor, default=None)

    @property
    def _amounts(self) -> list[Money]:
        return [amount for amount in (self.known, self.recorded) if amount is not None]

    @property
    def disagreement(self) -> str | None:
        """A sentence with both captured amounts, if the one in the trips file does not count; else None."""
        if self.known is None or self.captured in (None, self.known):
            return None
        by = f"{visible(self.ceiling.who, 40)} said that" if self.ceiling else "the ledger recorded that"
        return f"{by} {self.captured} was captured, the trips file now says {self.known}"

    @property
    def captured_words(self) -> str:
        """The captured amount in words, and its source if that is not the trips file."""
        if self.captured is None:
            return "not known here"
        if self.ceiling is not None:
            return f"{self.captured}, said by {visible(self.ceiling.who, 40)}"
        return str(self.captured) if self.captured == self.known else f"{self.captured}, by the ledger"

    @property
    def currency(self) -> str | None:
        """The currency of the charge, None if it is not known here."""
        if self.captured is not None:
            return self.captured.currency
        return self.charge_currency or next((r.intent.amount.currency for r in self.refunds if r.state.counts), None)

    @property
    def window_closes(self) -> datetime | None:
        """The earliest end (UTC) of the refund window that was recorded with a refund, or None."""
        return min(filter(None, (refund.intent.window_closes for refund in self.refunds)), default=None)

    @property
    def refunded(self) -> int:
        """The sum of the refunds that count, in minor units."""
        return sum(refund.intent.amount.minor for refund in self.refunds if refund.state.counts)

    @property
    def given_back(self) -> tuple[RefundedArticle, ...]:
        """The articles of the refunds that count."""
        return tuple(article for refund in self.refunds if refund.state.counts for article in refund.intent.articles)

    @property
    def left(self) -> Money | None:
        """What can still be refunded, never below 0. None if that is not known."""
        if self.captured is None or self.damaged:
            return None
        return Money(max(0, self.captured.minor - self.refunded), self.captured.currency)

    @property
    def unknown(self) -> Refund | None:
        """An UNKNOWN refund of the trip, if any. No new refund is taken until it is settled."""
        return next((refund for refund in self.refunds if refund.state is State.UNKNOWN), None)

    def alike(self, amount: Money) -> tuple[Refund, ...]:
        """The refunds that a clerk must see before a new one: open ones, and counted ones of the same amount."""
        return tuple(r for r in self.refunds if r.open or (r.state.counts and r.intent.amount == amount))


def known_as(store_id: str, trip_id: str, refunds: Iterable[Refund], trip: Trip | None) -> tuple[str, str]:
    """The store and trip id in the spelling to use: of a refund that counts, else of the trips file, else as given.

    A rejected or cancelled refund does not prove that its spelling is right.
    """
    written = [(r.intent.store_id, r.intent.trip_id) for r in refunds if r.state.counts]
    if not written and trip is not None:
        written = [(trip.store_id, trip.trip_id)]
    given = (store_id, trip_id)
    return given if not written or given in written else written[0]


def check_left(amount: Money, balance: TripBalance) -> str | None:
    """Why an amount does not fit into what is left on its trip, or None."""
    charged = balance.captured.currency if balance.captured else balance.charge_currency
    if charged not in (None, amount.currency):
        return f"this trip was charged in {charged}, not {amount.currency}"
    earlier = next((r.intent.amount.currency for r in balance.refunds if r.state.counts), amount.currency)
    if earlier != amount.currency:
        return f"this trip's refunds are in {earlier}, not {amount.currency}"
    left = balance.left
    if left is None or amount.minor <= left.minor:
        return None
    return f"nothing is left to refund of {balance.captured}" if left.minor == 0 else f"only {left} is left to refund"


def check_window(closes: datetime | None, now: datetime) -> str | None:
    """Why it is too late for a refund (contract page: the window), or None. `closes` may be unknown.

    The time is told in the zone that `closes` has: the desk gives the store's.
    """
    if closes is None or now < closes:
        return None
    return f"the refund window closed {closes:%Y-%m-%d %H:%M %Z}".rstrip()


def check_trip(balance: TripBalance, closes: datetime | None, now: datetime) -> str | None:
    """Why no refund of any amount is possible on a trip at `now` (UTC), or None."""
    return _check_damaged(balance) or _check_unknown(balance) or _check_captured(balance) or check_window(closes, now)


def problems(intent: Intent, balance: TripBalance, now: datetime) -> tuple[Problem, ...]:
    """All reasons why `intent` cannot become a refund at `now` (UTC), in the order of the form's fields."""
    found = (
        ("store", check_store_id(intent.store_id)),
        ("trip", check_trip_id(intent.trip_id)),
        ("trip", _check_damaged(balance)),
        ("trip", _check_unknown(balance)),
        ("trip", _check_spelling(intent, balance)),
        ("trip", _check_captured(balance)),
        ("trip", check_window(intent.window_closes, now)),
        ("amount", _check_amount(intent.amount) or _explained(check_left(intent.amount, balance), balance)),
        ("note", check_note(intent.note)),
    )
    return tuple(Problem(field, message) for field, message in found if message)


def complete(intent: Intent, balance: TripBalance) -> Intent:
    """`intent` with the captured amount of its trip, and with the ledger's refund window if it has none of its own."""
    return replace(intent, captured=balance.captured, window_closes=intent.window_closes or balance.window_closes)


def check_intent(intent: Intent, balance: TripBalance, now: datetime, second_yes: bool) -> None:
    """Check that `intent` may become a refund. Raises Refused, and NeedsSecondYes unless `second_yes` was given."""
    if found := problems(intent, balance, now):
        raise Refused(found)
    if not second_yes and (alike := balance.alike(intent.amount)):
        raise NeedsSecondYes(alike)


def require_readable(balance: TripBalance) -> None:
    """Check that every record of the trip can be read. Raises Refused."""
    if damaged := _check_damaged(balance):
        raise Refused([Problem("trip", damaged)])


def _check_damaged(balance: TripBalance) -> str | None:
    if not balance.damaged:
        return None
    return f"a record of this trip is {DAMAGED}, so that what is left is not known: {balance.damaged[0]}"


def _check_unknown(balance: TripBalance) -> str | None:
    if balance.unknown is None:
        return None
    return f"a refund of {balance.unknown.intent.amount} on this trip is UNKNOWN: ask it again or settle it first"


def _check_spelling(intent: Intent, balance: TripBalance) -> str | None:
    given = (intent.store_id, intent.trip_id)
    store, trip = written = known_as(*given, balance.refunds, None)
    if written == given:
        return None
    return f"this trip's refunds are under the id {trip} in store {store}: write it that way"


def _check_captured(balance: TripBalance) -> str | None:
    """Refuse captured amounts in different currencies: they cannot be compared."""
    known, recorded = balance.known, balance.recorded
    if balance.ceiling or known is None or recorded is None or known.currency == recorded.currency:
        return None
    return (
        f"the ledger recorded that {recorded} was captured, the trips file now says {known}: "
        f"nothing can be refunded until a person says which is right, with {RAISE}"
    )


def _explained(problem: str | None, balance: TripBalance) -> str | None:
    """A problem with an amount. If the records disagree, it also says how a person can state which one is right."""
    if problem is None or balance.disagreement is None:
        return problem
    return f"{problem}: {balance.disagreement}; if you know the right amount, state it with {RAISE}"


def _check_amount(amount: Money) -> str | None:
    if problem := check_currency(amount.currency):
        return problem
    try:
        wire_number(amount)
    except AmountError as error:
        return str(error)
    return None


def must_be_typed_twice(amount: Money, environment: Environment, above: Decimal | None) -> bool:
    """Whether a person must type `amount` again: it is real money and more than `above` (in units of its currency)."""
    return environment == "PRODUCTION" and above is not None and Decimal(amount.digits) > above
