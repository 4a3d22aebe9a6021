"""The page `shared` of the manual: its steps make a folder for several accounts, and what it warns of is true."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.sandbox import SandboxThread
from tests.installation.conftest import SERVICE
from tests.installation.host import Host, need_host, steps

FOLDER = "/srv/store-refunds"
ALTERED = f"""
import sqlite3
ledger = sqlite3.connect("{FOLDER}/ledger.sqlite3")
guards = ledger.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
for name, _ in guards:
    ledger.execute(f"DROP TRIGGER {{name}}")
ledger.execute("UPDATE event SET who = 'ana' WHERE who = 'ben'")
for _, guard in guards:
    ledger.execute(guard)
ledger.commit()
"""


@pytest.fixture
def shared() -> Iterator[Host]:
    """A host after the steps of the page, with the accounts that it takes for granted."""
    need_host()
    [block] = steps("shared")
    with (
        tempfile.TemporaryDirectory(prefix="host-") as folder,
        SandboxThread(any_trip=True) as service,
        Host(Path(folder)) as host,
    ):
        for clerk in ("ana", "ben"):
            host.run(f"useradd --create-home --shell /bin/sh {clerk}")
        host.run(block.replace(SERVICE, service.url))
        yield host


def act(host: Host, clerk: str, arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a clerk, under the strictest umask; the answer to its question is yes."""
    return host.attempt(f"echo y | su {clerk} -c 'umask 077; /opt/refund-tui/bin/refund-tui {arguments}'")


def test_several_accounts_work_in_it_and_what_it_cannot_protect_from_is_found(shared: Host) -> None:
    for clerk in ("ana", "ben"):
        paid = act(shared, clerk, f"refund trip-{clerk} --amount 5.00 --reason 1")
        assert paid.returncode == 0, paid.stderr
    modes = shared.run(f"stat -c '%a %G' {FOLDER} {FOLDER}/*.sqlite3 {FOLDER}/ledger.mark").stdout.splitlines()
    assert set(modes) == {"2770 store", "660 store"}
    assert act(shared, "ana", "verify").returncode == 0
    (shared.work / "alter.py").write_text(ALTERED)
    shared.run(f"su ben -c '{sys.executable} -' < alter.py")
    found = act(shared, "ana", "verify")
    assert found.returncode == 1, found.stderr
    assert "was altered" in found.stdout + found.stderr, found
    shared.run(f"su ben -c 'rm {FOLDER}/*'")
    lost = act(shared, "ana", "refund trip-new --amount 5.00 --reason 1")
    assert lost.returncode == 3
