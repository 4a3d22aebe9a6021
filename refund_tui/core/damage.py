"""Owns what is known of damage: of a row that cannot be read, and of a whole file; and how far a ledger had come.

A damaged row is never sent, never changed, and nothing of it is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DAMAGED = "DAMAGED"
"""The word that is shown in place of a state."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A row of the ledger or of the trips file that cannot be read: `why` names what is wrong with it.

    `table` and `row` say where it is. `columns` holds each of its values as text, whether it makes sense or not: it is
    text from outside, and must pass `core.text.visible` before it is shown.
    """

    table: str
    row: str
    why: str
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The idempotency key that stands in the row, empty where none does."""
        return self.columns.get("key", "")

    @property
    def trip_id(self) -> str:
        """The trip id that stands in the row, empty where none does."""
        return self.columns.get("trip_id", "")

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, without a full stop."""
        return (
            f"the record of {self.table} {self.row} cannot be read ({self.why}): it is left as it is and nothing is "
            "sent for it. Put a good copy of the file in its place, or ask for help"
        )


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong: with the whole file, so that no row of it can be trusted, and with single rows."""

    whole: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Damage:
    """The same as sentences, empty where nothing is wrong. `whole` forbids all writing, `rows` only those rows.

    `ended` counts the records of refunds that cannot be read and are not open.
    """

    whole: str = ""
    rows: str = ""
    ended: int = 0


@dataclass(frozen=True, slots=True)
class MarkSeen:
    """A record, at `place`, of the number of the newest event that was seen: `seq` is None where there is no record.

    `problem` says why it cannot be read, empty where it can.
    """

    place: str
    seq: int | None = None
    problem: str = ""
