"""Owns the ledger's identity on disk: the services to which it may send, and the host that writes it.

Adds services, never removes one. Version 0.1.0 did not record them; then the endpoints of its refunds count. Two hosts
must never write one file: on a network file system they may not see each other's locks.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import get_args

from refund_tui.core.ledger_identity import (
    DEMO,
    LOOPBACK,
    MOVE,
    Environment,
    Host,
    Identity,
    LedgerServices,
    Service,
    first_endpoints,
    host_of,
    may_be_claimed,
    may_mean,
)
from refund_tui.core.text import visible
from refund_tui.core.times import Instant, stamp
from refund_tui.errors import StoreChanged, StoreDamaged, UsageError
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.errors import Meaning
from refund_tui.store.sqlite.events import note
from refund_tui.store.sqlite.evidence import Place

NAMED, ASSIGNED = "endpoint_named", "endpoint_assigned"
"""The kinds of the events that record changes of it."""

_FIRST = "the ledger was first opened for it"
_NOTHING = "nothing was changed"
_CHANGE = Meaning(_NOTHING, "it is not known whether that was recorded: see refund-tui ledger show", again=True)


_ID = re.compile(r"[0-9a-f]{32}")
_ENVIRONMENTS = (None, *get_args(Environment))


def identity_of(database: Database) -> Identity:
    """The ledger's identity. The text of a host that cannot be read is empty. Raises StoreError."""
    rows = database.rows("SELECT id, environment, host, made_at FROM identity")
    if len(rows) != 1 or not _sound(*rows[0]):
        raise StoreDamaged(
            f"the identity of the ledger {database.path} is damaged; nothing was written: {database.kind.damaged}"
        )
    name, environment, host, made_at = rows[0]
    return Identity(name, environment, host if host is None or isinstance(host, str) else "", made_at)


def _sound(name: object, environment: object, _host: object, made_at: object) -> bool:
    named = isinstance(name, str) and _ID.fullmatch(name) is not None
    return named and environment in _ENVIRONMENTS and isinstance(made_at, str)


def ledger_services(database: Database) -> LedgerServices:
    """The services of the ledger. Raises StoreError."""
    endpoints = [row["endpoint"] for row in database.rows("SELECT endpoint FROM endpoint")]
    if not all(isinstance(endpoint, str) for endpoint in endpoints):
        raise StoreDamaged(
            f"the ledger at {database.path} is damaged (an endpoint is not text); nothing was written: "
            f"{database.kind.damaged}"
        )
    return LedgerServices(identity_of(database).environment, frozenset(endpoints))


class Services:
    """Writes the services of a ledger. Each method is one transaction. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, service: Service, who: str, now: Instant, *, owner: bool) -> LedgerServices:
        """The services of the ledger. A ledger without services gets `service`, if that is allowed.

        `owner` is whether this account owns the ledger's file.
        """
        known = ledger_services(self._database)
        if known.environment is not None:
            return known
        with self._database.writing(_CHANGE) as transaction:
            recorded = _recorded(transaction)
            if not may_be_claimed(recorded, service, owner=owner):
                return LedgerServices(None, recorded)
            _name(transaction, service, who, now, _FIRST)
        return ledger_services(self._database)

    def add(self, service: Service, because: str, who: str, now: Instant) -> None:
        """Add one more endpoint. Raises UsageError if it is of another environment."""
        with self._database.writing(_CHANGE) as transaction:
            environment = _environment(transaction)
            if environment is None:
                _name(transaction, service, who, now, because)
            elif environment != service.environment:
                raise UsageError(
                    f"this ledger belongs to {environment}, but {service.endpoint} is {service.environment}: "
                    f"{_NOTHING}. Choose another data_dir for it"
                )
            else:
                _add(transaction, service, who, now, because)

    def assign(self, keys: Sequence[str], endpoint: str, because: str, who: str, now: Instant) -> None:
        """Set the endpoint of refunds for which version 0.1.0 did not record one. Raises UsageError."""
        with self._database.writing(_CHANGE) as transaction:
            if endpoint not in _endpoints(transaction):
                raise UsageError(f"{endpoint} is no endpoint of this ledger: {_NOTHING}. Add it first")
            for key in keys:
                _assign(transaction, key, endpoint, because, who, now)


def add_services(
    transaction: sqlite3.Connection, newer: sqlite3.Connection, who: str, now: Instant, because: str
) -> int:
    """Add the services that a newer copy of this ledger has and this one lacks. Their number."""
    environment, missing = _environment(newer), _endpoints(newer) - _endpoints(transaction)
    if environment is None:
        return 0
    for endpoint in sorted(missing):
        service = Service(environment, endpoint)
        _name(transaction, service, who, now, because)
        _add(transaction, service, who, now, because)
    return len(missing)


def _environment(transaction: sqlite3.Connection) -> Environment | None:
    environment: Environment | None = transaction.execute("SELECT environment FROM identity").fetchone()[0]
    return environment


def _endpoints(transaction: sqlite3.Connection) -> frozenset[str]:
    return frozenset(row[0] for row in transaction.execute("SELECT endpoint FROM endpoint"))


def _recorded(transaction: sqlite3.Connection) -> frozenset[str]:
    """The endpoints of the ledger's refunds."""
    rows = transaction.execute("SELECT DISTINCT endpoint FROM refund WHERE endpoint <> ?", (LOOPBACK,))
    return frozenset(row[0] for row in rows)


def _name(transaction: sqlite3.Connection, service: Service, who: str, now: Instant, because: str) -> None:
    """Set the ledger's environment and its first endpoints."""
    if _environment(transaction) is not None:  # another program was faster
        return
    transaction.execute("UPDATE identity SET environment = ?", (service.environment,))
    for endpoint in sorted(first_endpoints(_recorded(transaction), service)):
        _add(transaction, Service(service.environment, endpoint), who, now, because)
    if service.environment == "DEMO":  # in a demo of 0.1.0, "loopback" can only be its own sandbox
        for row in transaction.execute("SELECT key FROM refund WHERE endpoint = ?", (LOOPBACK,)).fetchall():
            _assign(transaction, row["key"], DEMO, _FIRST, who, now)


def _add(transaction: sqlite3.Connection, service: Service, who: str, now: Instant, because: str) -> None:
    if service.endpoint in _endpoints(transaction):
        return
    transaction.execute("INSERT INTO endpoint VALUES (?, ?, ?)", (service.endpoint, stamp(now.at), who))
    data = {"environment": service.environment, "endpoint": service.endpoint}
    rows: list[Place] = [("endpoint", (service.endpoint,)), ("identity", (1,))]
    note(transaction, None, who, now, NAMED, None, None, because, data, rows=rows)


def _assign(transaction: sqlite3.Connection, key: str, endpoint: str, because: str, who: str, now: Instant) -> None:
    row = transaction.execute("SELECT endpoint, state FROM refund WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise UsageError(f"there is no refund {visible(key, 40)} here: {_NOTHING}")
    if not may_mean(row["endpoint"], endpoint):
        raise UsageError(f"the refund {key} was made at {row['endpoint']}, and stays there: {_NOTHING}")
    transaction.execute("UPDATE refund SET endpoint = ?, version = version + 1 WHERE key = ?", (endpoint, key))
    state = row["state"]  # also of a row that is damaged
    data = {"before": row["endpoint"], "endpoint": endpoint}
    note(transaction, key, who, now, ASSIGNED, state, state, because, data)


MOVED = "moved_here"
"""The kind of the event by which a person moved the ledger to another host."""


class HostGuard:
    """A guard that lets only one host write the ledger."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def claim(self, database: Database) -> None:
        """Become the host that writes, if none does yet. Raises StoreError if another host does."""
        writer = writer_of(database)
        if writer == self._host:
            return
        with database.writing() as transaction:
            writer = writer_of(database)
            if writer is not None and not writer.is_same(self._host):
                raise _refused(writer, self._host)
            transaction.execute("UPDATE identity SET host = ?", (self._host.as_text,))

    def before(self, database: Database) -> None:
        """Called in each transaction before anything is written. Raises StoreError."""
        writer = writer_of(database)
        if writer is not None and not self._host.is_at_work(writer):
            raise _refused(writer, self._host)

    def wrote(self, database: Database) -> None:
        """Nothing to do."""

    def committed(self) -> None:
        """Nothing to do."""


def writer_of(database: Database) -> Host | None:
    """The host that writes the ledger, None if none has yet. Raises StoreError."""
    host = identity_of(database).host
    try:
        return None if host is None else host_of(host)
    except ValueError as error:
        raise StoreDamaged(f"the ledger at {database.path} does not say which host writes it: {MOVE}") from error


def move(database: Database, host: Host, why: str, who: str, now: Instant) -> None:
    """Let only `host` write from now on, because a person decided so. Raises UsageError, StoreError."""
    with database.writing() as transaction:
        row = transaction.execute("SELECT host FROM identity").fetchone()
        if row["host"] == host.as_text:
            raise UsageError("this host writes the ledger already: nothing was changed")
        transaction.execute("UPDATE identity SET host = ?", (host.as_text,))
        note(transaction, None, who, now, MOVED, None, None, why, {"before": row["host"] or "", "host": host.as_text})


def _refused(writer: Host, mine: Host) -> StoreChanged:
    alike = ", which has the same machine id as this one" if writer.machine and writer.machine == mine.machine else ""
    return StoreChanged(
        f"this ledger is written by another host, {writer.name}{alike}; this one is {mine.name}. Two hosts must not "
        f"write one ledger, since their locks may not reach each other. Nothing is sent. Work on {writer.name}; {MOVE}"
    )
