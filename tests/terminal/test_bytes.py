"""The byte budgets of the program's screens: idle, a countdown, a key, a row or a page.

In a real terminal, with a real service and some hundred trips and refunds. The measured values are printed (`-rP`).
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from refund_tui.sandbox import SandboxThread
from tests.support import crowd
from tests.terminal.program import confirm, script, settings
from tests.terminal.pty_session import PtySession

TRIPS, REFUNDS = 300, 500
NEWEST = f"R-{1000 + TRIPS}"
COUNTDOWN, KEY, ROW, PAGE = 100, 300, 400, 5_500
PLACE = 5_500
"""Another screen, or help over it, is a page too: most cells change, and none may be written twice."""

IDLE, TICKS = 3.0, 5
SOON, LATER = 0.4, 0.8
"""Seconds without output after which the result of a key is drawn. In the form, a draft is saved after half a second.
"""


@pytest.fixture(scope="module", name="files")
def _files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trips that can still be refunded, and refunds."""
    folder = tmp_path_factory.mktemp("crowd") / "data"
    crowd.build(folder, TRIPS, REFUNDS, last=datetime.now(UTC) - timedelta(hours=1))
    return folder


@pytest.fixture(name="session")
def _session(files: Path, tmp_path: Path) -> Iterator[PtySession]:
    """The program after its start, in Lookup. Its service asks each refund to wait ten minutes."""
    with terminal(files, tmp_path) as session:
        yield session


@contextmanager
def terminal(files: Path, folder: Path) -> Iterator[PtySession]:
    shutil.copytree(files, folder / "data")
    later = script({"status": 429, "retryAfter": "600", "repeat": "forever"})
    with SandboxThread(any_trip=True, script=later) as service:
        crowd.belongs_to(folder / "data", service.url)
        env = settings(folder, service.url)
        with PtySession([sys.executable, "-m", "refund_tui"], env=env) as session:
            session.wait_for(NEWEST)
            session.settle(quiet=SOON)
            yield session


def cost(session: PtySession, key: str, quiet: float = SOON) -> int:
    start = session.mark()
    session.press(key)
    return len(session.settle(start, quiet))


def dearest(session: PtySession, *keys: str, quiet: float = SOON) -> int:
    """The most bytes of one of these keys. The bytes of each key are printed."""
    costs = [cost(session, key, quiet) for key in keys]
    print(*(f"{key}: {bytes_}" for key, bytes_ in zip(keys, costs, strict=True)), sep="  ")
    return max(costs)


def form(session: PtySession) -> None:
    """Go to the form of the newest trip, with the cursor in the amount."""
    session.press("enter")
    session.settle(quiet=SOON)


def history(session: PtySession) -> None:
    session.press("f4")
    session.wait_for("ACCEPTED")
    session.settle(quiet=SOON)


def wait_ten_minutes(session: PtySession) -> None:
    """Go to the timeline of a refund that is sent again later."""
    form(session)
    session.send("5.00\t1")
    session.settle(quiet=SOON)
    session.press("f10")
    session.settle()
    confirm(session)
    session.wait_for("WAITING")
    session.settle()


def stay(_session: PtySession) -> None:
    """Stay in Lookup."""


@pytest.mark.parametrize("go", [stay, form, history], ids=lambda go: go.__name__)
def test_an_idle_screen_writes_nothing(session: PtySession, go: Callable[[PtySession], None]) -> None:
    go(session)
    # A minute may turn, and an age with it: once, not twice in a row.
    assert any(session.listen(IDLE) == b"" for _ in range(2))


@pytest.mark.parametrize("place", [None, "f2", "f4"], ids=str)
def test_a_countdown_costs_at_most_100_bytes_a_second_wherever_it_is_seen(
    session: PtySession, place: str | None
) -> None:
    wait_ten_minutes(session)
    if place:
        cost(session, place)
    costs = [len(session.listen(TICKS - 0.5)) for _ in range(2)]
    print(f"{TICKS} seconds: {costs}")
    assert 0 < min(costs) <= TICKS * COUNTDOWN, costs


def test_a_key_in_the_search_costs_at_most_300_bytes_while_it_finds_the_same(session: PtySession) -> None:
    assert dearest(session, *"r-1") <= KEY


def test_a_key_in_the_forms_fields_costs_at_most_300_bytes(session: PtySession) -> None:
    form(session)
    amount = dearest(session, *"12.5", "backspace", quiet=LATER)
    session.send("\t1\t")
    session.settle(quiet=SOON)
    note = dearest(session, *"seal", quiet=LATER)
    assert "seal" in session.text, session.text
    assert max(amount, note) <= KEY


def test_a_row_down_costs_at_most_400_bytes_in_lookup(session: PtySession) -> None:
    assert dearest(session, *["down"] * 5, *["up"] * 2) <= ROW


def test_a_row_down_costs_at_most_400_bytes_in_history(session: PtySession) -> None:
    history(session)
    assert dearest(session, *["down"] * 5, *["up"] * 2) <= ROW


@pytest.mark.parametrize("go", [stay, history], ids=lambda go: go.__name__)
def test_a_row_down_at_the_edge_scrolls_within_its_budget(
    session: PtySession, go: Callable[[PtySession], None]
) -> None:
    go(session)
    session.press(*["down"] * session.rows)
    session.settle(quiet=SOON)
    assert dearest(session, *["down"] * 3) <= ROW


@pytest.mark.parametrize("go", [stay, history], ids=lambda go: go.__name__)
def test_a_page_down_costs_at_most_5500_bytes(session: PtySession, go: Callable[[PtySession], None]) -> None:
    go(session)
    assert dearest(session, *["pagedown"] * 3, *["pageup"] * 2) <= PAGE


def test_another_place_costs_no_more_than_what_it_shows(session: PtySession) -> None:
    form(session)
    assert dearest(session, *["f2", "f3", "f4", "f2", "f4"]) <= PLACE


@pytest.mark.parametrize("go", [stay, form, history], ids=lambda go: go.__name__)
def test_help_opens_and_closes_for_no_more_than_a_place(session: PtySession, go: Callable[[PtySession], None]) -> None:
    go(session)
    assert dearest(session, "f1", "escape") <= PLACE
