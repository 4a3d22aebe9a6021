"""What the screen shows and offers while a request has no recorded answer: only what is known."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from refund_tui.core.outcomes import Outcome
from refund_tui.core.refunds import Action, Holder, Refund
from refund_tui.core.waits import Policy
from refund_tui.host.clock import boot_id
from refund_tui.tui.wording.states import what_next
from tests.flows.stage import LOST, program
from tests.support.clock import FakeClock
from tests.support.desks import desk_over, intent
from tests.support.patience import soon
from tests.support.service import ScriptedService

URL = "https://eu-central-1.test.payments.example.com"
ELSEWHERE = Holder("another-container", boot_id(), 7, "1", "pid:[1]")


async def test_a_stopped_refund_cannot_be_settled_while_its_request_is_on_the_wire(tmp_path: Path) -> None:
    answered = asyncio.Event()

    async def slow(_body: bytes) -> Outcome:
        await soon(answered.wait())
        return LOST

    async with program(tmp_path, slow) as stage:
        await stage.refund("R-1007", "5.00")
        await stage.until("A program waits for its answer")
        await stage.press("f9")
        await stage.until("Stop trying?")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("UNKNOWN")
        await stage.until("A request of it is still under way")
        assert "Settle" not in stage.text
        await stage.press("f12")
        assert not stage.shows("what became of it")
        await stage.press("f8")
        await stage.until("are sent once the request under way has ended")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("It is asked again, with the same id, once the request under way has ended.")
        assert "attempt in" not in stage.text
        answered.set()
        await stage.until("ACCEPTED")


async def test_of_a_sender_in_another_container_no_more_is_said_than_is_known(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService(), base_url=URL) as other:
        refund = await other.take(intent())
        await other.files.write(lambda ledger: ledger.begin(refund, ELSEWHERE, other.now()))
    async with program(tmp_path) as stage:
        await stage.press("f4")
        await stage.until("newest first")
        await stage.press("enter")
        await stage.until("no answer yet")
        assert stage.shows("It is not known here whether the program that sent it still runs.")
        assert stage.shows("Without an answer it is taken over after 13:15:00, with the same id.")
        assert not stage.shows("waits for its answer")


@pytest.mark.parametrize(
    ("alive", "action", "said"),
    [
        (True, None, "A program waits for its answer."),
        (False, None, "The program that sent it has ended without an answer"),
        (False, Action.STOP, "settles it, with evidence"),
        (None, Action.STOP, "Once that has ended, or after 13:15:00, F12 settles it."),
        (None, Action.ASK_AGAIN, "once the request under way has ended, after 13:15:00 at the latest."),
    ],
)
async def test_the_sentence_about_what_follows_is_true_of_the_sender(
    tmp_path: Path, alive: bool | None, action: Action | None, said: str
) -> None:
    async with desk_over(tmp_path, ScriptedService(), alive=lambda _holder: True) as desk:
        refund = await desk.take(intent())
        await desk.files.write(lambda ledger: ledger.begin(refund, ELSEWHERE, desk.now()))
        if action is not None:
            await desk.act(refund.key, Action.STOP)
        if action is Action.ASK_AGAIN:
            await desk.act(refund.key, Action.ASK_AGAIN)
    async with desk_over(tmp_path, ScriptedService(), alive=lambda _holder: alive) as desk:
        found = await desk.history.get(refund.key)
        attempts = await desk.history.attempts(refund.key)
        assert isinstance(found, Refund)
        assert said in what_next(desk, found, desk.under_way(attempts))


async def test_once_no_request_can_be_so_old_a_person_need_not_wait(tmp_path: Path) -> None:
    clock = FakeClock()
    async with desk_over(tmp_path, ScriptedService(), clock=clock) as desk:
        refund = await desk.take(intent())
        await desk.files.write(lambda ledger: ledger.begin(refund, ELSEWHERE, desk.now()))
        stopped = await desk.act(refund.key, Action.STOP)
        clock.advance(Policy().longest_attempt)
        attempts = await desk.history.attempts(refund.key)
        assert "settles it, with evidence" in what_next(desk, stopped, desk.under_way(attempts))
