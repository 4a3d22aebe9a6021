"""Owns the log of heads: after each change of the ledger, its newest event with its hash goes to a file or to syslog.

A person who alters the ledger cannot alter the log on another host. Never stops a refund: a head that cannot be written
is skipped, and `refund-tui doctor` reports that the log is behind.
"""

from __future__ import annotations

import os
import syslog
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from refund_tui.host.paths import SYSLOG
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.evidence import head
from refund_tui.store.sqlite.ledger_identity import identity_of

_SAFELY = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class HeadLog:
    """A guard that writes each new head to `target`: SYSLOG, or the path of a file."""

    def __init__(self, target: str) -> None:
        self._write: Callable[[str], None] = _to_syslog if target == SYSLOG else _appended_to(Path(target))
        self._line = self._written = ""

    def before(self, database: Database) -> None:
        """Nothing to do."""

    def wrote(self, database: Database) -> None:
        """Called in each transaction after everything is written."""
        ledger = identity_of(database).id
        seq, digest = head(database.rows, ledger)
        newest = database.row("SELECT at FROM event WHERE seq = ?", seq)
        if newest is not None:
            self._line = f"{newest['at']} ledger {ledger} head {seq} {digest.decode(errors='replace')}"

    def committed(self) -> None:
        """Called after the transaction is durable."""
        if self._line != self._written:
            self._written = self._line
            with suppress(OSError):
                self._write(self._line)


def _to_syslog(line: str) -> None:
    syslog.openlog("refund-tui", syslog.LOG_PID, syslog.LOG_AUTHPRIV)
    syslog.syslog(syslog.LOG_NOTICE, line)


def _appended_to(path: Path) -> Callable[[str], None]:
    def append(line: str) -> None:
        file = os.open(path, _SAFELY, 0o640)
        try:
            os.write(file, f"{line}\n".encode())
        finally:
            os.close(file)

    return append
