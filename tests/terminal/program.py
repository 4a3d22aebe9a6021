"""Owns helpers for the program in a pty: a folder with a trip, the keys to a refund, the ledger afterwards.

with SandboxThread(any_trip=True) as service, terminal(tmp_path, service) as session:
    ask(session)
    confirm(session)
    session.wait_for("ACCEPTED")
    [refund] = history(tmp_path, service)
"""

from __future__ import annotations

import atexit
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from refund_tui.host.paths import trips_path
from refund_tui.sandbox import SandboxThread, Script, parse_script
from tests.support.program import run
from tests.terminal.pty_session import PtySession

PROGRAM = [sys.executable, "-m", "refund_tui"]
TRIP = "trip-of-today"
RECORD: dict[str, object] = {
    "storeId": "STORE-001", "shoppingTripId": TRIP, "captured": {"amount": "18.40", "code": "EUR"},
    "card": {"brand": "VISA", "tail": "4242"}, "receipt": "R-7",
}  # fmt: skip


def settings(folder: Path, url: str) -> dict[str, str]:
    """The settings of the program, for the terminal and for commands."""
    return {
        "REFUND_TUI_BASE_URL": url, "REFUND_TUI_STORE_ID": "STORE-001", "REFUND_TUI_CLERK": "ana",
        "REFUND_TUI_DATA_DIR": str(folder / "data"), "REFUND_TUI_TIMEZONE": "UTC", "REFUND_TUI_CURRENCY": "EUR",
        "HOME": str(folder),
    }  # fmt: skip


def import_trips(folder: Path, *records: Mapping[str, object]) -> None:
    """Import these trips."""
    file = folder / "trips.json"
    file.write_text("\n".join(json.dumps(record) for record in records))
    done = run("trips", "import", str(file), **settings(folder, "http://127.0.0.1:9"))
    assert done.returncode == 0, done.stderr


@cache
def _with_one_trip() -> Path:
    """A folder that is created once and then copied, because the import takes longer than a copy."""
    folder = Path(tempfile.mkdtemp(prefix="refund-tui-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    import_trips(folder, RECORD)
    return folder


def _one_trip(folder: Path) -> None:
    (folder / "data").mkdir(mode=0o700)
    shutil.copy(trips_path(_with_one_trip() / "data"), folder / "data")


@contextmanager
def terminal(
    folder: Path,
    service: SandboxThread,
    *,
    command: Sequence[str] = PROGRAM,
    size: tuple[int, int] = (80, 24),
    env: Mapping[str, str | None] = MappingProxyType({}),
) -> Iterator[PtySession]:
    """The program in a pty, with one imported trip if there is none yet, when Lookup shows the trip."""
    if not (folder / "data").exists():
        _one_trip(folder)
    with PtySession(command, size=size, env={**settings(folder, service.url), **env}) as session:
        session.wait_for(lambda screen: "R-7" in screen and "left" in screen.lower())
        yield session


def open_form(session: PtySession) -> None:
    """Go from Lookup to the form, and wait until it shows its keys."""
    session.send(TRIP)
    session.wait_for(lambda screen: "1 trip" in screen)
    session.press("enter")
    session.wait_for(lambda screen: "Amount" in screen and "F10" in screen)


def ask(session: PtySession, amount: str = "5.00") -> None:
    """Go from Lookup to the question."""
    open_form(session)
    session.send(amount)
    session.press("tab")
    session.send("1")
    session.wait_for(lambda screen: f"{amount} " in screen)
    session.press("f10")
    session.wait_for("refund it")


def confirm(session: PtySession) -> None:
    """Answer yes after the grace period."""
    session.listen(0.6)
    session.send("y")


def matching(pattern: str) -> Callable[[str], bool]:
    """Whether the screen matches."""
    return lambda screen: re.search(pattern, screen) is not None


def history(folder: Path, service: SandboxThread) -> list[dict[str, Any]]:
    """The refunds that `refund-tui history` prints."""
    printed = run("history", "--json", **settings(folder, service.url))
    assert printed.returncode == 0, printed.stderr
    return [json.loads(line) for line in printed.stdout.splitlines()]


def script(*steps: dict[str, object]) -> Script:
    """Write a fault script for the service."""
    return parse_script({"refund": list(steps)})
