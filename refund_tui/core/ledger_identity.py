"""Owns the identity of a ledger: which Payment services it may send to, and which host writes it.

Explains why another service or another host is refused. Never reads a file or a fact of this host. A refund is sent
only to the endpoint that was recorded with it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from refund_tui.core.endpoints import endpoint_of, moves_real_money

Environment = Literal["DEMO", "TEST", "PRODUCTION"]

LOOPBACK = "loopback"
"""What version 0.1.0 recorded as the endpoint of every service on its own host, without the port."""

DEMO = "demo"
"""The endpoint of the demo's sandbox, whose port changes with each start."""


@dataclass(frozen=True, slots=True)
class Service:
    """One Payment service: its environment (DEMO, TEST, PRODUCTION) and its endpoint (host, port and path)."""

    environment: Environment
    endpoint: str

    def __str__(self) -> str:
        return f"{self.environment} at {self.endpoint}"


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity that is stored in a ledger.

    `environment` and `host` are None until they are known; `made_at` in UTC.
    """

    id: str
    environment: Environment | None
    host: str | None
    made_at: str


@dataclass(frozen=True, slots=True)
class LedgerServices:
    """The services that a ledger may send to. `environment` is None until it was first opened with settings."""

    environment: Environment | None = None
    endpoints: frozenset[str] = frozenset()

    def __str__(self) -> str:
        where = ", ".join(sorted(self.endpoints))
        return f"{self.environment} at {where}" if self.environment else where

    def refusal(self, service: Service) -> str | None:
        """Why this ledger must not be used with `service`, or None if it may be used."""
        if service.environment == self.environment and service.endpoint in self.endpoints:
            return None
        if not self.endpoints:
            return (
                f"this ledger does not say yet to which service it belongs: nothing is recorded, asked or sent at "
                f"{service}. Have the account that owns it open it first"
            )
        return (
            f"this ledger belongs to {self}, but the settings name {service}: nothing is recorded, asked or sent; "
            f"refunds can be reviewed. {self._remedy(service)}"
        )

    def endpoint_in_use(self, service: Service) -> str:
        """The endpoint whose refunds are sent with these settings; empty if no refund is sent."""
        return service.endpoint if self.environment is None or self.refusal(service) is None else ""

    def _remedy(self, service: Service) -> str:
        if self.environment not in (None, service.environment):
            return f"Set base_url back, or choose another data_dir for {service.environment}"
        return "Set base_url back; if the service has moved, the ledger's owner runs refund-tui ledger add-endpoint"


def may_be_claimed(recorded: Collection[str], service: Service, *, owner: bool) -> bool:
    """Whether a ledger that names no endpoint yet may be given to `service`.

    `recorded` holds the endpoints of its refunds; one of them must be that of the service. A ledger without refunds can
    be given to any service, but only by its `owner`.
    """
    return _host(service) in recorded if recorded else owner


def first_endpoints(recorded: Collection[str], service: Service) -> frozenset[str]:
    """The endpoints of a ledger that is given to `service`: that of the service, and those of its refunds in the same
    environment.
    """
    alike = {name for name in recorded if environment_of(f"https://{name}") == service.environment}
    return frozenset(alike - {_host(service)} | {service.endpoint})


def environment_of(base_url: str | None, named: Environment | None = None) -> Environment:
    """The environment of a service: `named` if it is given, else by its host. A host not known as a test is PRODUCTION.

    Raises ValueError if the host moves real money and was named TEST.
    """
    real = moves_real_money(base_url)
    if named == "TEST" and real:
        problem = f"is TEST, but {endpoint_of(base_url)} moves real money"
        raise ValueError(f"{problem}: set environment to PRODUCTION, or base_url to a test host")
    return named or ("TEST" if real is False else "PRODUCTION")


def _host(service: Service) -> str:
    """The endpoint as version 0.1.0 recorded it: without a path."""
    return service.endpoint.partition("/")[0]


def may_mean(recorded: str, endpoint: str) -> bool:
    """Whether `recorded` may be `endpoint`: version 0.1.0 recorded no path, and on loopback no port."""
    return recorded == LOOPBACK or endpoint.startswith(f"{recorded}/")


def open_elsewhere(counts: Mapping[str, int]) -> str:
    """How many refunds are open at endpoints other than the one in use, and at which; empty if there are none."""
    total = sum(counts.values())
    if not total:
        return ""
    words = f"{total} open refund{'' if total == 1 else 's'} for another service, "
    return words + ", ".join(f"{name} ({count})" if len(counts) > 1 else name for name, count in counts.items())


MOVE = (
    "or, if the ledger was moved to this host and nothing uses it on another host any more: "
    'refund-tui ledger move-here --because "WHY"'
)
"""The advice for a person who knows that no other host uses the ledger any more."""


@dataclass(frozen=True, slots=True)
class Host:
    """One host: its machine id and its boot id, each empty if the platform has none, and its name.

    The name is for people. Two hosts are compared by name only if neither machine id nor boot id is known.
    """

    machine: str
    boot: str
    name: str

    @property
    def as_text(self) -> str:
        """The description as the ledger stores it."""
        return json.dumps(asdict(self), sort_keys=True)

    def is_same(self, other: Host) -> bool:
        """Whether both are the same host. It may have been renamed or restarted since.

        Containers may have their own machine ids, but they share the boot id of their host.
        """
        if self.boot and self.boot == other.boot:
            return True
        if self.machine and other.machine:
            return self.machine == other.machine
        return self.name == other.name

    def is_at_work(self, other: Host) -> bool:
        """Whether `other`, which writes at this moment, is this host. Then its boot id is the same too.

        A clone of this host has the same machine id, but another boot id.
        """
        if self.boot and other.boot:
            return self.boot == other.boot
        return self.is_same(other)


def host_of(text: str) -> Host:
    """The host that `as_text` described. Raises ValueError if the text does not describe a host."""
    fields = json.loads(text)
    if not isinstance(fields, dict) or {name: str(value) for name, value in fields.items()} != fields:
        raise ValueError("this does not describe a host")
    try:
        return Host(**fields)
    except TypeError as error:
        raise ValueError("this does not describe a host") from error
