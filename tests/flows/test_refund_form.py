"""The refund form by keys: what is said while it is typed, and that nothing wrong can be asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input

from refund_tui.core.filters import Filter
from refund_tui.core.outcomes import Accepted, Answer
from tests.gallery import Face, Stage, staged


async def _nothing(_stage: Stage) -> None:
    return


def face() -> Face:
    return Face("test", _nothing)


async def has(stage: Stage) -> int:
    """How many refunds the ledger has."""
    return await stage.desk.history.count(Filter())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1,234", "two ways"), ("18.41", "only 18.40 EUR is left"), ("٥", "only digits"),
        ("1.2.3", "one decimal mark at most"), ("5.", "digits are missing"), (".5", "write a digit before"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_an_amount_is_said_while_typing_and_stops_the_question(
    tmp_path: Path, typed: str, said: str
) -> None:
    async with staged(face(), (80, 24), tmp_path) as stage:
        await stage.open("R-1001")
        await stage.press(*typed)
        await stage.until(said)
        await stage.press("tab", "1", "f10")
        await stage.pilot.pause(0.2)
        assert "refund it" not in stage.text
        assert await has(stage) == 0


async def test_a_trip_whose_window_is_closed_says_so_and_cannot_be_refunded(tmp_path: Path) -> None:
    async with staged(face(), (80, 24), tmp_path) as stage:
        await stage.open("R-1014")
        await stage.until("window closed")
        await stage.press("1.00", "tab", "1", "f10")
        await stage.pilot.pause(0.2)
        assert "refund it" not in stage.text


async def test_a_draft_survives_escape_and_is_forgotten_once_it_is_a_refund(tmp_path: Path) -> None:
    async with staged(face(), (80, 24), tmp_path) as stage:
        await stage.open("R-1001")
        await stage.press("7.30", "escape")
        await stage.until("Find")
        await stage.open("R-1001")
        await stage.until("7.30")
        await stage.press("tab", "1", "f10")
        await stage.until("refund it")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")
        await stage.open("R-1001")
        assert stage.pilot.app.query_one("#amount", Input).value == ""


async def test_a_pasted_trip_id_with_a_line_end_opens_and_confirms_nothing(tmp_path: Path) -> None:
    async with staged(face(), (80, 24), tmp_path) as stage:
        await stage.until("R-1001")
        stage.pilot.app.post_message(events.Paste("R-1001\r\ny\r\n"))
        await stage.pilot.pause(0.3)
        assert "Find" in stage.text
        assert await has(stage) == 0


async def test_hostile_words_of_the_service_are_shown_as_they_are(tmp_path: Path) -> None:
    hostile = Accepted(Answer(200, "[@click=app.quit]x[/] \x1b[31m\u202e"), "[bold]R1")
    async with staged(Face("test", _nothing, (hostile,)), (80, 24), tmp_path) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("[bold]R1")
        await stage.until("[@click=app.quit]x[/] ␛[31m‹202E›")
