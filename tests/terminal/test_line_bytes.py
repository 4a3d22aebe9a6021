"""The exact byte budgets: idle, a countdown, a key, a row and a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.terminal.pty_session import PtySession
from tests.terminal.test_line_display import running

SIZES = [(80, 24), (100, 30)]
KEY, ROW, PAGE, COUNTDOWN = 300, 400, 5_500, 100
MOVES = 3


@pytest.fixture(params=SIZES, ids=str, name="session")
def _session(request: pytest.FixtureRequest) -> Iterator[PtySession]:
    with running(stage=True, size=request.param) as session:
        yield session


def cost(session: PtySession, key: str) -> int:
    start = session.mark()
    session.press(key)
    return len(session.settle(start))


def test_an_idle_screen_writes_nothing(session: PtySession) -> None:
    assert session.listen(1.5) == b""


def test_a_countdown_costs_at_most_100_bytes_a_second(session: PtySession) -> None:
    session.press("f5")
    session.wait_for("09:59")
    assert len(session.listen(3.0)) <= 3 * COUNTDOWN


def test_a_key_in_a_field_costs_at_most_300_bytes(session: PtySession) -> None:
    assert max(cost(session, key) for key in "trip") <= KEY


def test_a_row_down_costs_at_most_400_bytes_wherever_it_is(session: PtySession) -> None:
    session.press("tab")
    session.settle()
    first = [cost(session, "down") for _ in range(MOVES)]
    cost(session, "end")
    last = [cost(session, "up") for _ in range(MOVES)]
    session.press("home", *["down"] * (session.rows - 5))
    session.settle()
    edge = [cost(session, "down") for _ in range(MOVES)]
    assert max(*first, *last, *edge) <= ROW, (first, last, edge)


def test_a_page_costs_at_most_5500_bytes_also_to_the_millionth_row(session: PtySession) -> None:
    session.press("tab")
    session.settle()
    costs = [cost(session, key) for key in ("pagedown", "pagedown", "end", "pageup", "home")]
    assert max(costs) <= PAGE, costs


def test_without_the_stage_too_a_row_stays_within_its_budget() -> None:
    with running(stage=False) as session:
        session.press("tab")
        session.settle()
        assert max(cost(session, "down") for _ in range(MOVES)) <= ROW
        assert cost(session, "pagedown") <= PAGE
