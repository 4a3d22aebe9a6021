"""Owns to which services a ledger belongs, as the ledger itself says it. Adds to them, and takes none away.

The ledger of 0.1.0 did not say it: for that one the endpoints of its refunds speak.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from refund_tui.core.ledger_services import (
    DEMO,
    LOOPBACK,
    Belonging,
    Environment,
    Service,
    first_endpoints,
    names_no_other,
    vouched,
)
from refund_tui.core.refunds import State
from refund_tui.core.text import visible
from refund_tui.core.times import Instant, stamp
from refund_tui.errors import UsageError
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.errors import Meaning
from refund_tui.store.sqlite.events import note

NAMED, ASSIGNED = "endpoint_named", "endpoint_assigned"
"""The kinds of the events that remember it."""

_FIRST = "the ledger was first opened for it"
_NOTHING = "nothing was changed"
_CHANGE = Meaning(_NOTHING, "it is not known whether that was recorded: refund-tui ledger show tells", again=True)


def belonging(database: Database) -> Belonging:
    """To what the ledger belongs. Raises StoreError."""
    [identity] = database.rows("SELECT environment FROM identity")
    endpoints = database.rows("SELECT endpoint FROM endpoint")
    return Belonging(identity["environment"], frozenset(row["endpoint"] for row in endpoints))


class Services:
    """Writes to which services a ledger belongs; each method is one transaction. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, service: Service, who: str, now: Instant, *, owner: bool) -> Belonging:
        """To what the ledger belongs; one that names nothing yet is given to `service`, where that is vouched for.

        `owner` says whether this account owns the ledger's file.
        """
        told = belonging(self._database)
        if told.environment is not None:
            return told
        with self._database.writing(_CHANGE) as transaction:
            recorded = _recorded(transaction)
            if not vouched(recorded, service, owner=owner):
                return Belonging(None, recorded)
            _name(transaction, service, who, now, _FIRST)
        return belonging(self._database)

    def add(self, service: Service, because: str, who: str, now: Instant) -> None:
        """Let the ledger send to one more endpoint. Raises UsageError where that is of another environment."""
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
        """Say to which of the ledger's endpoints refunds belong whose own name says it of none. Raises UsageError."""
        with self._database.writing(_CHANGE) as transaction:
            if endpoint not in _endpoints(transaction):
                raise UsageError(f"{endpoint} is no endpoint of this ledger: {_NOTHING}. Add it first")
            for key in keys:
                _assign(transaction, key, endpoint, because, who, now)


def _environment(transaction: sqlite3.Connection) -> Environment | None:
    environment: Environment | None = transaction.execute("SELECT environment FROM identity").fetchone()[0]
    return environment


def _endpoints(transaction: sqlite3.Connection) -> frozenset[str]:
    return frozenset(row[0] for row in transaction.execute("SELECT endpoint FROM endpoint"))


def _recorded(transaction: sqlite3.Connection) -> frozenset[str]:
    """The endpoints that the refunds themselves name."""
    rows = transaction.execute("SELECT DISTINCT endpoint FROM refund WHERE endpoint <> ?", (LOOPBACK,))
    return frozenset(row[0] for row in rows)


def _name(transaction: sqlite3.Connection, service: Service, who: str, now: Instant, because: str) -> None:
    """Give the ledger its environment and its first endpoints."""
    if _environment(transaction) is not None:  # another program was faster
        return
    transaction.execute("UPDATE identity SET environment = ?", (service.environment,))
    for endpoint in sorted(first_endpoints(_recorded(transaction), service)):
        _add(transaction, Service(service.environment, endpoint), who, now, because)
    if service.environment == "DEMO":  # what 0.1.0's demo called "loopback" can only be its own
        transaction.execute("UPDATE refund SET endpoint = ? WHERE endpoint = ?", (DEMO, LOOPBACK))


def _add(transaction: sqlite3.Connection, service: Service, who: str, now: Instant, because: str) -> None:
    if service.endpoint in _endpoints(transaction):
        return
    transaction.execute("INSERT INTO endpoint VALUES (?, ?, ?)", (service.endpoint, stamp(now.at), who))
    data = {"environment": service.environment, "endpoint": service.endpoint}
    note(transaction, None, who, now, NAMED, None, None, because, data)


def _assign(transaction: sqlite3.Connection, key: str, endpoint: str, because: str, who: str, now: Instant) -> None:
    row = transaction.execute("SELECT endpoint, state FROM refund WHERE key = ?", (key,)).fetchone()
    if row is None:
        raise UsageError(f"there is no refund {visible(key, 40)} here: {_NOTHING}")
    if not names_no_other(row["endpoint"], endpoint):
        raise UsageError(f"the refund {key} was made at {row['endpoint']}, and stays there: {_NOTHING}")
    transaction.execute("UPDATE refund SET endpoint = ?, version = version + 1 WHERE key = ?", (endpoint, key))
    state = State(row["state"])
    data = {"before": row["endpoint"], "endpoint": endpoint}
    note(transaction, key, who, now, ASSIGNED, state, state, because, data)
