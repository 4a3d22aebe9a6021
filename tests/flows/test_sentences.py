"""The sentences about a refund on one screen agree, in each state."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_tui.core.outcomes import Answer, Unreachable
from tests.flows.stage import FORBIDDEN, LIMITED, LOST, MALFORMED, OFFLINE, program, unknown
from tests.support.patience import PATIENCE

NOTHING_SENT = Unreachable(Answer(None, "the service's host refused the connection; nothing was sent"))


async def test_the_end_says_the_card_and_what_is_left_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_tui.tui.news.LEDGER_WITHIN", PATIENCE)
    async with program(tmp_path) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("13:00  ● ACCEPTED 5.00 EUR to VISA 4242 · 13.40 left of 18.40")
        assert stage.text.count("13.40") == stage.text.count("left of") == 1


async def test_the_end_names_the_trip_where_no_card_is_known(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED) as stage:
        await stage.open_unknown()
        await stage.refund_unknown("5.00")
        await stage.until("WAITING")
        await stage.press("f9")
        await stage.until("Cancel this refund?")
        await stage.say_yes()
        await stage.until("– CANCELLED 5.00 EUR on trip 7c1e0b52-nowhere · withdrawn before it could be paid")


@pytest.mark.parametrize("outcome", [NOTHING_SENT, LIMITED, LOST], ids=["not reached", "limited", "lost"])
async def test_nothing_is_said_to_be_sent_again_that_was_not_sent(tmp_path: Path, outcome: Unreachable) -> None:
    async with program(tmp_path, outcome) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("Next attempt in")
        assert "again in" not in stage.text


async def test_what_was_never_sent_waits_for_its_first_attempt(tmp_path: Path) -> None:
    async with program(tmp_path, LIMITED) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("WAITING")
        await stage.refund("R-1002", "5.00")
        await stage.until("First attempt in 09:59")
        assert "none yet: nothing was sent" in stage.text


@pytest.mark.parametrize(
    ("outcome", "state", "label", "title"),
    [
        (FORBIDDEN, "BLOCKED", "F8  Go on", "Go on with this refund?"),
        (OFFLINE, "WAITING", "F8  Ask now", "Ask the service now?"),
        (OFFLINE, "WAITING", "F9  Cancel it", "Cancel this refund?"),
        (LOST, "WAITING", "F9  Stop trying", "Stop trying?"),
    ],
)
async def test_a_key_is_called_what_its_question_calls_it(
    tmp_path: Path, outcome: Unreachable, state: str, label: str, title: str
) -> None:
    async with program(tmp_path, outcome) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until(state)
        await stage.until(label)
        await stage.press(label.split()[0].lower())
        await stage.until(title)
        assert label.split("  ")[1].lower() in stage.text


async def test_an_unknown_is_asked_again_by_the_name_of_its_key(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await stage.until("F8  Ask again")
        await stage.press("f8")
        await stage.until("Ask the service again?")
