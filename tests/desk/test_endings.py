"""Failing listeners must not stop an attempt, and closing the desk leaves each attempt in a known state."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path
from typing import cast

import pytest

from refund_tui.core.outcomes import Outcome
from refund_tui.core.refunds import Action, Refund, State
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Changed, Elsewhere, News, Trouble
from refund_tui.payments.client import PaymentClient
from refund_tui.store.sqlite.ledger import Ledger
from tests.support.desks import desk_over, intent, settings
from tests.support.ears import Ears
from tests.support.patience import PATIENCE, soon
from tests.support.service import ScriptedService, accepted, never


async def found(folder: Path, key: str) -> Refund:
    """The refund as the next process finds it."""
    async with desk_over(folder, ScriptedService()) as desk:
        refund = await desk.history.get(key)
    assert isinstance(refund, Refund)
    return refund


@pytest.mark.parametrize("kind", ["recorded", "attempt_started", "accepted"])
async def test_a_listener_that_fails_stops_no_refund_and_is_told_once(tmp_path: Path, kind: str) -> None:
    def fail(news: News) -> None:
        if isinstance(news, Trouble) or (isinstance(news, Changed) and news.kind == kind):
            raise BrokenPipeError("nobody reads")

    async with desk_over(tmp_path, ScriptedService()) as desk:
        desk.listen(fail)
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.ACCEPTED)
        again = await desk.take(intent(700))
        await ears.until_state(again.key, State.ACCEPTED)
    [trouble] = [news for news in ears.heard if isinstance(news, Trouble)]
    assert "BrokenPipeError('nobody reads')" in trouble.why


async def test_a_fault_after_the_answer_came_does_not_lose_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.desk.sender.AGAIN", 0.01)
    finish, faults = Ledger.finish, [ValueError("a fault of ours")]

    def failing_once(self: Ledger, *args: object) -> object:
        if faults:
            raise faults.pop()
        return finish(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Ledger, "finish", failing_once)
    service = ScriptedService(accepted("REC9"))
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        done = await ears.until_state(refund.key, State.ACCEPTED)
    assert (done.life.reconciliation_id, service.requests) == ("REC9", [refund.body])


async def test_closed_before_the_client_is_made_nothing_left_and_no_doubt_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.desk.desk.GRACE", 0.0)
    service, making, made = ScriptedService(), threading.Event(), threading.Event()

    def connect() -> PaymentClient:
        making.set()
        made.wait(20)
        return cast("PaymentClient", service)

    desk = Desk(settings(tmp_path), connect=connect)
    await desk.open()
    desk.begin()
    refund = await desk.take(intent())
    assert await asyncio.to_thread(making.wait, 20)
    closing = asyncio.create_task(desk.close())
    await asyncio.sleep(0)
    made.set()
    await soon(closing)
    after = await found(tmp_path, refund.key)
    assert (after.state, after.life.maybe_executed, service.requests) == (State.WAITING, False, [])
    assert "nothing was sent" in after.life.why


async def test_closed_while_connecting_nothing_left_and_no_doubt_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.desk.desk.GRACE", 0.0)
    looking_up, let_go = threading.Event(), threading.Event()

    def hang(*_args: object, **_named: object) -> None:
        looking_up.set()
        let_go.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "no name server")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    desk = Desk(settings(tmp_path, base_url="https://localhost:9"))
    await desk.open()
    desk.begin()
    refund = await desk.take(intent())
    assert await asyncio.to_thread(looking_up.wait, 20)
    await desk.close()
    let_go.set()
    after = await found(tmp_path, refund.key)
    assert (after.state, after.life.maybe_executed) == (State.WAITING, False)
    assert "nothing was sent" in after.life.why


async def test_a_client_that_cannot_be_made_raises_no_doubt(tmp_path: Path) -> None:
    def broken() -> PaymentClient:
        raise OSError("File name too long")

    desk = Desk(settings(tmp_path), connect=broken)
    await desk.open()
    ears = Ears(desk)
    desk.begin()
    refund = await desk.take(intent())
    blocked = await ears.until_state(refund.key, State.BLOCKED)
    await desk.close()
    assert not blocked.life.maybe_executed
    assert "File name too long" in blocked.life.why


async def test_an_answer_after_a_stop_is_heard_before_the_work_is_called_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.desk.desk.GRACE", 0.0)
    monkeypatch.setattr("refund_tui.desk.watch.WATCH", 0.01)

    async def stopped_elsewhere(_body: bytes) -> Outcome:
        async with desk_over(tmp_path, ScriptedService()) as other:
            await other.act(refund.key, Action.STOP)
        await ears.until(noticed)
        return accepted("LATE")

    async def noticed() -> bool:
        return ears.has(Elsewhere) and desk.summary[State.UNKNOWN] == 1

    async with desk_over(tmp_path, ScriptedService(stopped_elsewhere)) as desk:
        ears = Ears(desk)
        refund = await desk.take(intent())
        desk.begin()
        await desk.drain()
    after = await found(tmp_path, refund.key)
    assert (after.state, after.life.reconciliation_id) == (State.ACCEPTED, "LATE")


async def test_an_answer_that_never_comes_is_recorded_as_a_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.desk.desk.GRACE", 0.0)
    service = ScriptedService(never())
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.SENDING)
        async with asyncio.timeout(PATIENCE):
            while not service.requests:
                await asyncio.sleep(0)
    after = await found(tmp_path, refund.key)
    assert (after.state, after.life.maybe_executed) == (State.WAITING, True)
    assert "closed while the answer was awaited" in after.life.why
