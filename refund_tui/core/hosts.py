"""Owns how hosts are described, and when two descriptions mean the same host. Reads nothing from this host."""

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

    The name is for people; two hosts are compared by it only where neither machine nor boot is known.
    """

    machine: str
    boot: str
    name: str

    @property
    def told(self) -> str:
        """The description as the ledger stores it."""
        return json.dumps(asdict(self), sort_keys=True)

    def is_same(self, other: Host) -> bool:
        """Whether both are the same host, which may have been renamed or restarted meanwhile.

        Containers may have machine ids of their own, but they share the boot of their host.
        """
        if self.boot and self.boot == other.boot:
            return True
        if self.machine and other.machine:
            return self.machine == other.machine
        return self.name == other.name

    def is_at_work(self, other: Host) -> bool:
        """Whether `other`, which writes while this host runs, is this host: then it has the same boot too.

        A clone of this host has the same machine id, but another boot.
        """
        if self.boot and other.boot:
            return self.boot == other.boot
        return self.is_same(other)


def host_of(told: str) -> Host:
    """The host that a ledger names. Raises ValueError where the text does not describe one."""
    fields = json.loads(told)
    if not isinstance(fields, dict) or {name: str(value) for name, value in fields.items()} != fields:
        raise ValueError("this does not describe a host")
    try:
        return Host(**fields)
    except TypeError as error:
        raise ValueError("this does not describe a host") from error
