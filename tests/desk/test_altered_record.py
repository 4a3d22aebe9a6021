"""The stored body and the shown record must agree. If they do not, nothing is sent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from refund_tui.core.filters import Filter
from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Answer, Doubt, Uncertain
from refund_tui.core.refunds import Action, Refund, State
from refund_tui.core.rules import Refused
from refund_tui.desk.body_check import alteration_of
from refund_tui.desk.desk import Desk
from refund_tui.host.paths import ledger_path
from refund_tui.payments.body import differences
from tests.support.clock import FakeClock
from tests.support.damage import damage
from tests.support.desks import STORE, desk_over, intent
from tests.support.ears import Ears
from tests.support.ledgers import sound
from tests.support.service import ScriptedService

OTHER_KEY = "00000000-0000-4000-8000-000000000001"
ALTERED = {
    "body = CAST(replace(CAST(body AS TEXT), '12.50', '91.25') AS BLOB)": (
        "amount: the record says 12.50 EUR, the bytes 91.25 EUR"
    ),
    "minor = 125": "amount: the record says 1.25 EUR, the bytes 12.50 EUR",
    "currency = 'USD'": "amount: the record says 12.50 USD, the bytes 12.50 EUR",
    "trip_id = 'trip-1'": "shoppingTripId: the record says trip-1, the bytes trip-2",
    "store_id = 'STORE-002'": "storeId: the record says STORE-002, the bytes STORE-001",
    "reason = 'OTHER'": "refundReasonCode: the record says OTHER, the bytes DAMAGED_ITEM",
    f"key = '{OTHER_KEY}'": f"refundRequestId: the record says {OTHER_KEY}, the bytes",
    "body = CAST(body || x'20' AS BLOB)": "another spelling than this program writes",
    "body = x'ff'": "the bytes are not JSON",
    "currency = 'JPY', minor = 10, body = x'7b7d'": "amount: the record says 10 JPY, the bytes nothing",
    "currency = 'KWD', minor = 1": "no request can be built from the record",
}


async def record(folder: Path) -> None:
    async with desk_over(folder, ScriptedService()) as desk:
        for trip in ("trip-1", "trip-2"):
            await desk.take(intent(trip=trip))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    asyncio.run(record(tmp_path))
    return tmp_path


def alter(folder: Path, what: str) -> None:
    assert damage(ledger_path(folder), f"UPDATE refund SET {what} WHERE id = 2") == 1


async def second(desk: Desk) -> Refund:
    refunds = await desk.files.look(lambda history: sound(row for _, row in history.page(Filter(), None, 9)))
    return refunds[0]


@pytest.mark.parametrize(("what", "said"), ALTERED.items(), ids=ALTERED)
async def test_nothing_of_it_is_sent_and_an_alarm_says_what_differs(folder: Path, what: str, said: str) -> None:
    alter(folder, what)
    service = ScriptedService()
    async with desk_over(folder, service) as desk:
        desk.begin()
        summary = await asyncio.wait_for(desk.drain(), 10)
        assert (len(service.requests), summary[State.BLOCKED], summary.alarms) == (1, 1, 1)
        refund = await second(desk)
        assert (refund.state, refund.life.alarm) == (State.BLOCKED, True)
        assert said in refund.life.why
        moved = "an earlier attempt may have" if what.startswith("key") else "no earlier attempt can have"
        assert f"Nothing was sent now; {moved} moved money" in refund.life.why


async def test_where_an_earlier_attempt_may_have_moved_money_the_alarm_says_so(tmp_path: Path) -> None:
    clock, service = FakeClock(), ScriptedService(Uncertain(Answer(None, "cut off"), Doubt.TIMEOUT))
    async with desk_over(tmp_path, service, clock=clock) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent(trip="trip-2"))
        await ears.until_state(refund.key, State.WAITING)
    assert damage(ledger_path(tmp_path), "UPDATE refund SET minor = 125") == 1
    clock.advance(600)
    async with desk_over(tmp_path, service, clock=clock) as desk:
        desk.begin()
        blocked = await Ears(desk).until_state(refund.key, State.BLOCKED)
        assert "an earlier attempt may have moved money, and the amount is not known" in blocked.life.why
        assert len(service.requests) == 1


async def test_with_the_good_record_back_the_same_refund_goes_on(folder: Path) -> None:
    alter(folder, "minor = 125")
    service = ScriptedService()
    async with desk_over(folder, service) as desk:
        ears = Ears(desk)
        desk.begin()
        await asyncio.wait_for(desk.drain(), 10)
        refund = await second(desk)
        await desk.act(refund.key, Action.GO_ON)
        await ears.until_state(refund.key, State.BLOCKED)
        assert len(service.requests) == 1
    alter(folder, "minor = 1250")
    async with desk_over(folder, service) as desk:
        desk.begin()
        await desk.act(refund.key, Action.GO_ON)
        done = await Ears(desk).until_state(refund.key, State.ACCEPTED)
        assert (done.life.alarm, len(service.requests)) == (False, 2)


async def test_after_it_was_paid_neither_a_receipt_is_made_nor_a_new_refund_taken(folder: Path) -> None:
    async with desk_over(folder, ScriptedService()) as desk:
        desk.begin()
        await asyncio.wait_for(desk.drain(), 10)
    alter(folder, "minor = 125")
    async with desk_over(folder, ScriptedService()) as desk:
        refund = await second(desk)
        assert "the record says 1.25 EUR, the bytes 12.50 EUR" in (alteration_of(refund) or "")
        with pytest.raises(NotPossible, match="No receipt was made"):
            await desk.print_receipt(refund.key)
        with pytest.raises(Refused, match="was altered"):
            await desk.take(intent(500, trip="trip-2"), second_yes=True)
        assert (await desk.trips.balance(STORE, "trip-2")).damaged


async def test_what_is_sent_are_the_bytes_that_were_compared(folder: Path) -> None:
    service = ScriptedService()
    async with desk_over(folder, service) as desk:
        desk.begin()
        await asyncio.wait_for(desk.drain(), 10)
        refunds = await desk.files.look(lambda history: sound(row for _, row in history.page(Filter(), None, 9)))
    assert service.requests == [refund.body for refund in reversed(refunds)]
    assert not any(differences(refund.body, refund.key, refund.intent) for refund in refunds)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("note = 'another note'", "its note, articles, card or receipt was altered or removed, and its events say"),
        ("clerk = 'ben'", "clerk says ben, and its events say"),
        ("captured = 900", "captured says 900, and its events say"),
        ("window_closes = '2026-09-02T12:00:00.000Z'", "window_closes says 2026-09-02T12:00:00.000Z, and its events"),
    ],
)
async def test_what_never_goes_to_the_service_is_held_against_what_was_recorded(
    folder: Path, what: str, told: str
) -> None:
    alter(folder, what)
    service = ScriptedService()
    async with desk_over(folder, service) as desk:
        desk.begin()
        summary = await asyncio.wait_for(desk.drain(), 10)
        assert (len(service.requests), summary[State.BLOCKED], summary.alarms) == (1, 1, 1)
        assert told in (await second(desk)).life.why


@pytest.mark.parametrize("what", ["minor = 9999", "currency = 'USD'", "why = 'no reason'", "trip_id = 'TRIP-2'"])
async def test_an_altered_word_on_what_was_captured_takes_no_refund(folder: Path, what: str) -> None:
    async with desk_over(folder, ScriptedService()) as desk:
        await desk.set_ceiling(STORE, "trip-2", Money(1500, "EUR"), "the till's own record")
    assert damage(ledger_path(folder), f"UPDATE ceiling SET {what}") == 1
    async with desk_over(folder, ScriptedService()) as desk:
        with pytest.raises(Refused, match="ceiling 1 cannot be read"):
            await desk.take(intent(500, trip="trip-2"), second_yes=True)


async def test_a_closed_refund_is_held_against_what_was_recorded_before_a_new_one_is_taken(folder: Path) -> None:
    async with desk_over(folder, ScriptedService()) as desk:
        desk.begin()
        await asyncio.wait_for(desk.drain(), 10)
    alter(folder, "captured = 900000")
    async with desk_over(folder, ScriptedService()) as desk:
        with pytest.raises(Refused, match="was altered"):
            await desk.take(intent(500, trip="trip-2"), second_yes=True)
