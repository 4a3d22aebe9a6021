"""Owns how another person approves or declines a refund. Never sends anything."""

from __future__ import annotations

from refund_tui.core import lifecycle
from refund_tui.core.approval import TOLD_APART_BY, Approver, Person, told_apart_by
from refund_tui.core.fields import check_note
from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.refunds import Action, Refund
from refund_tui.core.times import Instant
from refund_tui.desk.compare_and_swap import compare_and_swap
from refund_tui.desk.ports import LedgerPort
from refund_tui.host.actor import this_actor
from refund_tui.settings.load import Settings

APPROVING = frozenset({Action.APPROVE, Action.DECLINE})
"""The actions that only another person may do."""

_UNCHANGED = "Nothing was changed and nothing was sent"


def approver_of(settings: Settings) -> Approver:
    """The second person that these settings make of this process."""
    return Approver(Person(settings.clerk, this_actor()), settings.may_approve, settings.named_by_key)


def second_for(act: str, settings: Settings) -> Approver | None:
    """This process as one of the two people that must ask for `act`; None if one person is enough for it."""
    return approver_of(settings) if act in settings.approvers_only else None


def decide_approval(ledger: LedgerPort, by: Approver, key: str, action: Action, word: str, now: Instant) -> Refund:
    """Approve or decline a refund. Exactly one of two simultaneous decisions wins. Raises NotPossible, StoreError."""
    word = word.strip()
    if problem := check_note(word) or (None if word else "say why, in a few words"):
        raise NotPossible(f"{problem}. {_UNCHANGED}")
    if not by.entitled:
        raise NotPossible(
            f"{by.person.words} may not approve refunds: the site's file names the approvers. {_UNCHANGED}"
        )
    asker, way = refuse_asker(ledger, by, key)
    data = {"asked_by": asker.words, "word": word, TOLD_APART_BY: way}
    decide = lifecycle.approve if action is Action.APPROVE else lifecycle.decline

    def write(refund: Refund) -> Refund | None:
        return ledger.change(refund, decide(refund.life, by.person.name, word), by.person.name, now, data)

    return compare_and_swap(ledger, key, write)


def refuse_asker(ledger: LedgerPort, by: Approver, key: str) -> tuple[Person, str]:
    """Who asked for a refund, and how that is another person than `by`. Raises NotPossible if it is not."""
    asker = ledger.asker(key)
    way = told_apart_by(asker, by.person, named_by_key=by.named_by_key) if asker else None
    if asker is None or way is None:
        raise NotPossible(_same_person(asker, by.person))
    return asker, way


def _same_person(asker: Person | None, approver: Person) -> str:
    if asker is None:
        return f"it is not known who asked for this refund, so nobody can approve it. {_UNCHANGED}"
    return (
        f"{asker.words} asked for this refund, and you work as {approver.words}: another person, with another account, "
        f"must decide. {_UNCHANGED}"
    )


def refuse_unapproved(ledger: LedgerPort, key: str) -> None:
    """Raise NotPossible if a refund needed an approval that nobody has given."""
    if ledger.awaits_approval(key):
        raise NotPossible(f"this refund was never approved, so it is not sent. {_UNCHANGED}")
