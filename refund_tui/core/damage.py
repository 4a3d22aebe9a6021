"""Owns how damage is described: a row that cannot be read, a whole file, and the records of a ledger's newest event.

A damaged row is never sent and never changed. None of its values is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

DAMAGED = "DAMAGED"
"""Shown in place of a state."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A row of the ledger or of the trips file that cannot be read: `why` names what is wrong with it.

    `table` and `row` say where it is. `columns` holds its values as text, also the wrong ones. They are not trusted:
    they must pass `core.text.visible` before they are shown.
    """

    table: str
    row: str
    why: str
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The idempotency key in the row, empty if there is none."""
        return self.columns.get("key", "")

    @property
    def trip_id(self) -> str:
        """The trip id in the row, empty if there is none."""
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
    """What a check found. `whole`: damage of the whole file, so that no row can be trusted.

    `rows`: damage of single rows.
    """

    whole: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Damage:
    """The findings as sentences, empty if nothing is wrong.

    `whole` forbids all writing, `rows` only writing those rows.

    `ended` counts the closed refunds whose records cannot be read.
    """

    whole: str = ""
    rows: str = ""
    ended: int = 0


@dataclass(frozen=True, slots=True)
class MarkSeen:
    """A record of the newest event number (`seq`), kept at `place` outside the ledger.

    `seq` is None if there is no record.

    `problem` says why the record cannot be read; it is empty if it can.
    """

    place: str
    seq: int | None = None
    problem: str = ""
