"""Owns what tells one host from another, and when two descriptions are of the same one. Reads neither."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

MOVE = (
    "or, where the ledger has been moved here and nothing uses it elsewhere any more: "
    'refund-tui ledger move-here --because "WHY"'
)
"""What a person can do who knows that no other host uses the ledger any more."""


@dataclass(frozen=True, slots=True)
class Host:
    """One host: its machine and its present boot, each empty where the platform does not name it, and its name.

    The name is for people; it decides only where nothing better is known.
    """

    machine: str
    boot: str
    name: str

    @property
    def told(self) -> str:
        """How a ledger keeps it."""
        return json.dumps(asdict(self), sort_keys=True)

    def is_same(self, other: Host) -> bool:
        """Whether both are the same host, renamed or booted anew meanwhile.

        Containers may have machine ids of their own, but they share the boot of their host.
        """
        if self.boot and self.boot == other.boot:
            return True
        if self.machine and other.machine:
            return self.machine == other.machine
        return self.name == other.name

    def is_at_work(self, other: Host) -> bool:
        """Whether `other`, which writes while this one runs, is the same: it cannot have booted anew meanwhile.

        So a cloned host is told from this one, although it has the same machine id.
        """
        if self.boot and other.boot:
            return self.boot == other.boot
        return self.is_same(other)


def host_of(told: str) -> Host:
    """The host that a ledger names. Raises ValueError where that is no description of one."""
    fields = json.loads(told)
    if not isinstance(fields, dict) or {name: str(value) for name, value in fields.items()} != fields:
        raise ValueError("no description of a host")
    try:
        return Host(**fields)
    except TypeError as error:
        raise ValueError("no description of a host") from error
