"""Owns the rules across fields and across refunds: what is left on a trip, the window, similar refunds, open UNKNOWNs.

They are checked twice: while the clerk types, and inside the ledger's transaction, which decides.
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


RAISE = "refund-tui ledger ceiling TRIP AMOUNT --because WHY"
"""The command by which a person says what was captured."""


@dataclass(frozen=True, slots=True)
class TripBalance:
    """What counts on one trip, however its id is written: its refunds, newest first, and what was captured.

    `known` is the captured amount as the trips file has it now, `ceiling` what a person stated instead, and
    `charge_currency` the currency that the service gave with the card. Each is None where it is not known. `damaged`
    has a sentence for each record of the trip that cannot be read: then what is left is not known, and no new refund
    is taken.
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
        """The balance of a trip from its rows, with those that cannot be read as sentences."""
        rows = tuple(found)
        damaged = tuple(row.sentence for row in (*rows, ceiling) if isinstance(row, Damaged))
        sound = None if isinstance(ceiling, Damaged) else ceiling
        return cls(known, tuple(row for row in rows if isinstance(row, Refund)), sound, charge_currency, damaged)

    @property
    def captured(self) -> Money | None:
        """What counts as captured: a person's word, else the smallest amount that was ever known here."""
        if self.ceiling is not None:
            return self.ceiling.amount
        return min(self._amounts, key=lambda amount: amount.minor, default=None)

    @property
    def recorded(self) -> Money | None:
        """The smallest captured amount with which a refund was recorded, whatever became of that refund."""
        amounts = (refund.intent.captured for refund in self.refunds)
        return min(filter(None, amounts), key=lambda amount: amount.minor, default=None)

    @property
    def _amounts(self) -> list[Money]:
        return [amount for amount in (self.known, self.recorded) if amount is not None]

    @property
    def disagreement(self) -> str | None:
        """The captured amounts of the trips file and of the ledger, where the trips file's does not count."""
        if self.known is None or self.captured in (None, self.known):
            return None
        by = f"{visible(self.ceiling.who, 40)} said that" if self.ceiling else "the ledger recorded that"
        return f"{by} {self.captured} was captured, the trips file now says {self.known}"

    @property
    def captured_words(self) -> str:
        """What counts as captured, in words, and who said so where it is not the trips file."""
        if self.captured is None:
            return "not known here"
        if self.ceiling is not None:
            return f"{self.captured}, said by {visible(self.ceiling.who, 40)}"
        return str(self.captured) if self.captured == self.known else f"{self.captured}, by the ledger"

    @property
    def currency(self) -> str | None:
        """The currency of the charge, None where it is not known here."""
        if self.captured is not None:
            return self.captured.currency
        return self.charge_currency or next((r.intent.amount.currency for r in self.refunds if r.state.counts), None)

    @property
    def window_closes(self) -> datetime | None:
        """When the refund window closes (UTC) by the refunds that were recorded: the earliest of them."""
        return min(filter(None, (refund.intent.window_closes for refund in self.refunds)), default=None)

    @property
    def refunded(self) -> int:
        """The sum of the refunds that count against what is left, in minor units."""
        return sum(refund.intent.amount.minor for refund in self.refunds if refund.state.counts)

    @property
    def given_back(self) -> tuple[RefundedArticle, ...]:
        """The articles of the refunds that count."""
        return tuple(article for refund in self.refunds if refund.state.counts for article in refund.intent.articles)

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
        """The refunds that a clerk must look at before another one: of the same amount and counted, or still open."""
        return tuple(r for r in self.refunds if r.open or (r.state.counts and r.intent.amount == amount))


def known_as(store_id: str, trip_id: str, refunds: Iterable[Refund], trip: Trip | None) -> tuple[str, str]:
    """The store and trip id as they are written here: by a refund that counts, else by the trips file, else as given.

    A refund that was rejected or cancelled does not prove that its spelling is right.
    """
    written = [(r.intent.store_id, r.intent.trip_id) for r in refunds if r.state.counts]
    if not written and trip is not None:
        written = [(trip.store_id, trip.trip_id)]
    given = (store_id, trip_id)
    return given if not written or given in written else written[0]


def check_left(amount: Money, balance: TripBalance) -> str | None:
    """What is wrong with an amount beside what is left on its trip, or None."""
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
    """Why it is too late for a refund, or None, also where `closes` is not known (Payment service, the window)."""
    if closes is None or now < closes:
        return None
    return f"the refund window closed on {closes:%Y-%m-%d %H:%M} UTC"


def check_trip(balance: TripBalance, closes: datetime | None, now: datetime) -> str | None:
    """What stops any refund on a trip at `now` (UTC), whatever its amount, or None."""
    return _check_damaged(balance) or _check_unknown(balance) or _check_captured(balance) or check_window(closes, now)


def problems(intent: Intent, balance: TripBalance, now: datetime) -> tuple[Problem, ...]:
    """Everything that stops `intent` at `now` (UTC), in the order of the form's fields."""
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
    """`intent` with what counts on its trip: the captured amount, and the ledger's window where no other is known."""
    return replace(intent, captured=balance.captured, window_closes=intent.window_closes or balance.window_closes)


def admit(intent: Intent, balance: TripBalance, now: datetime, second_yes: bool) -> None:
    """Check that `intent` may become a refund. Raises Refused, and NeedsSecondYes unless `second_yes` was given."""
    if found := problems(intent, balance, now):
        raise Refused(found)
    if not second_yes and (alike := balance.alike(intent.amount)):
        raise NeedsSecondYes(alike)


def require_sound(balance: TripBalance) -> None:
    """Check that every record of the trip can be trusted. Raises Refused."""
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
    """Captured amounts in different currencies: neither is the smaller one."""
    known, recorded = balance.known, balance.recorded
    if balance.ceiling or known is None or recorded is None or known.currency == recorded.currency:
        return None
    return (
        f"the ledger recorded that {recorded} was captured, the trips file now says {known}: "
        f"nothing can be refunded until a person says which, with {RAISE}"
    )


def _explained(problem: str | None, balance: TripBalance) -> str | None:
    """A problem with an amount; where the records disagree, also how a person can say which one counts."""
    if problem is None or balance.disagreement is None:
        return problem
    return f"{problem}: {balance.disagreement}; a person who knows better says so with {RAISE}"


def _check_amount(amount: Money) -> str | None:
    if problem := check_currency(amount.currency):
        return problem
    try:
        wire_number(amount)
    except AmountError as error:
        return str(error)
    return None


def must_be_typed_twice(amount: Money, environment: Environment, above: Decimal | None) -> bool:
    """Whether a person must type `amount` again: it is real money and more than `above`, in its own currency."""
    return environment == "PRODUCTION" and above is not None and Decimal(amount.digits) > above
