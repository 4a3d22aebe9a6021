"""Owns the rules for a second person: which refunds need an approval, and who counts as another person.

Reads nothing from this host, and never decides what follows from an approval: `lifecycle` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from refund_tui.core.actor import Actor
from refund_tui.core.money import Money
from refund_tui.core.text import visible
from refund_tui.core.times import midnight

SETTLE_UNPAID, OPEN_GATE, RAISE_CEILING = ACTS = ("settle_unpaid", "open_gate", "raise_ceiling")
"""What the site can make need a second person beside large refunds: see `core.second_person` for the last two.

Nobody settles a refund of their own as not paid then.
"""

BY_ACCOUNT, BY_NAME = "account", "name"
"""How two people are told apart: by the kernel's facts, or, on a shared account, by the clerk's name."""

TOLD_APART_BY = "told_apart_by"
"""The field of the event's data with BY_ACCOUNT or BY_NAME."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one clerk may give alone, by currency: in one refund (`each`), and in one day of the store (`day`).

    An empty table sets no limit. If a table has limits, an amount in a currency without one needs an approval. A day
    begins at midnight in `zone`.
    """

    each: Mapping[str, Money] = field(default_factory=dict)
    day: Mapping[str, Money] = field(default_factory=dict)
    zone: tzinfo = UTC

    def day_began(self, now: datetime) -> datetime:
        """When (UTC) the day of the store began."""
        return midnight(now.astimezone(self.zone).date(), self.zone)

    def exceeded(self, amount: Money, asked_today: int) -> str | None:
        """Why `amount` needs an approval, or None.

        `asked_today`: what the clerk asked for before on this day, in minor units of the same currency.
        """
        today = Money(amount.minor + asked_today, amount.currency)
        return _above(self.each, amount, "") or _above(self.day, today, "with the other refunds of this day, ")


NO_LIMITS = Limits()
"""No refund needs an approval."""


def _above(limits: Mapping[str, Money], amount: Money, words: str) -> str | None:
    if not limits:
        return None
    limit = limits.get(amount.currency)
    if limit is None:
        return f"no limit is set for {amount.currency}"
    return f"{words}{amount} is above {limit}" if amount.minor > limit.minor else None


@dataclass(frozen=True, slots=True)
class Person:
    """A clerk's name, and the process that the name was used in."""

    name: str
    actor: Actor

    @property
    def words(self) -> str:
        """The name, and the account if it is known."""
        account = f" (account {visible(self.actor.account, 40)})" if self.actor.account else ""
        return f"{visible(self.name, 40)}{account}"


@dataclass(frozen=True, slots=True)
class Approver:
    """A process as the second person: whether the site's file lets it approve; `named_by_key`: see `told_apart_by`."""

    person: Person
    entitled: bool
    named_by_key: bool


def apart(asker: Person, approver: Person, by: str) -> bool:
    """Whether the two are different people.

    Two names are needed in each case; with BY_ACCOUNT two accounts, with BY_NAME two keys where `sshd` tells them.
    """
    if asker.name.casefold() == approver.name.casefold():
        return False
    if by == BY_NAME:
        return not asker.actor.ssh_key or asker.actor.ssh_key != approver.actor.ssh_key
    return by == BY_ACCOUNT and _accounts_differ(asker.actor, approver.actor)


def _accounts_differ(one: Actor, other: Actor) -> bool:
    """Whether neither account nor login is the same. Unknown ones, or those of other namespaces, never differ."""
    if not (one.uid and other.uid) or one.uid_map != other.uid_map:
        return False
    return not ({one.uid, one.login_uid} & {other.uid, other.login_uid}) - {""}


def told_apart_by(asker: Person, approver: Person, *, named_by_key: bool) -> str | None:
    """How the two are told apart, or None if they are not.

    `named_by_key`: on the approver's account each name is one person. Then names count, if it is also the asker's.
    """
    shared = named_by_key and asker.actor.uid == approver.actor.uid and asker.actor.uid_map == approver.actor.uid_map
    ways = (BY_ACCOUNT, *([BY_NAME] if shared else []))
    return next((way for way in ways if apart(asker, approver, way)), None)
