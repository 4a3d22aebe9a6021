"""Owns what is known of a row that cannot be read. It is never sent, never changed, and nothing of it is guessed."""

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
