"""Owns what is told of a row that cannot be read. It is set apart: never sent, never changed, never guessed at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DAMAGED = "DAMAGED"
"""The word that stands where a state would."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A row of the ledger or of the trips file that cannot be read: `why` names what is wrong with it.

    `table` and `row` say where it is. `columns` holds, as text, each value that is there, whether it makes sense or
    not: it comes from outside and is made visible by whoever shows it.
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
