"""Time from a key to the screen while a refund is being sent: `python -m tests.benchmarks.keys [KEYS]`.

Compares the program's amount field (with a ledger of a million refunds and a service that never answers) with a bare
Textual Input and with curses. A key is typed in each in turn, so that other load on the machine slows all of them.
Prints p50 and p95 in milliseconds.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from refund_tui.host.paths import trips_path
from refund_tui.sandbox import SandboxThread, parse_script
from refund_tui.store.sqlite.trips import Trips
from tests.benchmarks.first_screen import FEW, MILLION, PROGRAM, settings
from tests.benchmarks.key_peers import READY
from tests.benchmarks.timed import TimedSession, p95
from tests.support.crowd import belongs_to, crowd, made_trips

PEERS = [sys.executable, "-m", "tests.benchmarks.key_peers"]
KEYS = 300
BUDGET = 1.5
AMOUNTS = ("12.50", "7,95", "3.06")
"""No text has a character twice, because the test waits for each character."""

HANGS = parse_script({"refund": [{"hang": True, "repeat": "forever"}]})


@contextmanager
def sending(folder: Path) -> Iterator[TimedSession]:
    """The program in the form of one trip, while the refund of another trip is being sent."""
    data_dir = folder / "data"
    shutil.copytree(crowd(FEW, MILLION), data_dir)
    _add_two_trips(data_dir)
    with SandboxThread(any_trip=True, script=HANGS) as service:
        belongs_to(data_dir, service.url)
        env = {**settings(data_dir), "REFUND_TUI_BASE_URL": service.url, "REFUND_TUI_REQUEST_TIMEOUT": "600"}
        with TimedSession(PROGRAM, env=env) as session:
            session.wait_for("R-1002")
            _send(session)
            assert service.books.wait_until(lambda books: len(books.arrivals) == 1)
            _open(session, "R-1001")
            yield session
            assert len(service.books.executions) <= 1


def _add_two_trips(data_dir: Path) -> None:
    """Add two trips of this hour. They can be refunded, however old the cached ledger is."""
    trips = Trips.open(trips_path(data_dir))
    trips.put(made_trips(2, datetime.now(UTC) - timedelta(hours=1)))
    trips.close()


def _open(session: TimedSession, receipt: str) -> None:
    session.press("f2")
    session.settle()
    session.send(receipt)
    session.settle()
    session.press("enter")
    session.settle()


def _send(session: TimedSession) -> None:
    _open(session, "R-1002")
    session.send("5.00\t1")
    session.settle()
    session.press("f10")
    session.settle()
    session.listen(0.6)
    session.send("y")
    session.wait_for("SENDING")


@contextmanager
def peer(name: str) -> Iterator[TimedSession]:
    """Another program, with the cursor in its field."""
    with TimedSession([*PEERS, name]) as session:
        session.wait_for(READY)
        session.listen(0.5)
        yield session


def measure(sessions: dict[str, TimedSession], number: int) -> dict[str, list[float]]:
    """Milliseconds from each key to its character on the screen, by program."""
    times: dict[str, list[float]] = {name: [] for name in sessions}
    chance = random.Random(1)
    while len(times["refund-tui"]) < number:
        amount = chance.choice(AMOUNTS)
        for character in amount:
            for name, session in sessions.items():
                times[name].append(session.echo(character) * 1000)
                _pause(session, chance)
        for session in sessions.values():
            session.press(*["backspace"] * len(amount))
            session.listen(0.3)
    return times


def _pause(session: TimedSession, chance: random.Random) -> None:
    """Pause as a person does, sometimes so long that the draft is saved."""
    end = time.monotonic() + chance.choice((0.02, 0.04, 0.08, 0.25))
    while (left := end - time.monotonic()) > 0:
        session.pump(left)


def main() -> None:
    """Measure and print."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else KEYS
    crowd(FEW, MILLION)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        sessions = {"refund-tui": stack.enter_context(sending(Path(folder)))}
        sessions |= {name: stack.enter_context(peer(name)) for name in ("textual", "curses")}
        times = measure(sessions, number)
        assert "sending" in sessions["refund-tui"].text, sessions["refund-tui"].text
    bare = times["textual"]
    print(f"{number} keys; ratios to a bare Textual Input, budget {BUDGET} for p95")
    for name, own in times.items():
        ratios = f"{median(own) / median(bare):6.2f} x{p95(own) / p95(bare):6.2f} x"
        print(f"{name:<12}p50 {median(own):6.2f} ms  p95 {p95(own):6.2f} ms  {ratios}")


if __name__ == "__main__":
    main()
