"""Owns what the events of a refund prove about its approval. Reads rows that the caller has read; decides nothing."""

from __future__ import annotations

import json
import sqlite3

from refund_tui.core.actor import Actor, actor_of
from refund_tui.core.approval import TOLD_APART_BY, Person, apart
from refund_tui.core.refunds import APPROVED, GOING_ON_STATES, State

AWAITS = f"'{State.AWAITING_APPROVAL}' IN (before, after)"
"""Whether an event is about an approval, in SQL."""

_AWAITING = State.AWAITING_APPROVAL.encode()
_GOES_ON = {state.encode() for state in GOING_ON_STATES}


class ApprovalEvidence:
    """The approval of one refund by its events, which are read in order.

    `awaits`: it needed an approval and has none.
    """

    def __init__(self) -> None:
        self.awaits = False
        self._asker = Person("", Actor())

    def add(self, row: sqlite3.Row) -> str | None:
        """Read the next event, with its columns as bytes. Why it cannot be right, or None."""
        if not self.awaits and row["after"] == _AWAITING:
            self.awaits, self._asker = True, _person(row)
        if not self.awaits or row["after"] not in _GOES_ON:
            return None
        if row["before"] != _AWAITING or row["kind"] != APPROVED.encode():
            return f"event {row['seq']} lets it be sent, and nobody has approved it"
        if not apart(self._asker, _person(row), _way(row)):
            return f"event {row['seq']} is an approval by {_person(row).words}, and {self._asker.words} asked for it"
        self.awaits = False
        return None


def _person(row: sqlite3.Row) -> Person:
    try:
        actor = actor_of(bytes(row["actor"]).decode(errors="replace"))
    except ValueError:
        actor = Actor()
    return Person(bytes(row["who"]).decode(errors="replace"), actor)


def _way(row: sqlite3.Row) -> str:
    """How the two were told apart; empty if the event does not say it."""
    try:
        data = json.loads(row["data"])
    except (ValueError, RecursionError):
        return ""
    return str(data.get(TOLD_APART_BY, "")) if isinstance(data, dict) else ""
