"""A row that cannot be read is reported, never sent and never changed, and does not stop the other refunds."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.core.damage import Damaged
from refund_tui.core.filters import Filter
from refund_tui.core.outcomes import Answer, Doubt, RateLimited, Uncertain
from refund_tui.core.refunds import Action, Draft, Refund, State
from refund_tui.core.rules import Refused
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Trouble
from refund_tui.errors import StoreDamaged, StoreError
from refund_tui.host.paths import ledger_path
from refund_tui.payments.body import build_body
from refund_tui.store.sqlite.verify import verify
from tests.support.clock import FakeClock
from tests.support.damage import damage
from tests.support.desks import STORE, desk_over, intent
from tests.support.ears import Ears
from tests.support.ledgers import all_events, history_at, ledger_at, sending, sound
from tests.support.service import ScriptedService

DAMAGES = {
    "an unknown state": "state = 'WAITUNG'",
    "no state": "state = NULL",
    "a state of bytes that are no text": "state = CAST(x'5741ff' AS TEXT)",
    "an unknown reason": "reason = 'DAMAGED_ITEL'",
    "an unknown currency": "currency = 'EUP'",
    "a currency in small letters": "currency = 'eur'",
    "an amount of nothing": "minor = 0",
    "an amount below nothing": "minor = -1250",
    "an amount beyond all": "minor = 1 << 62",
    "an amount that is no number": "minor = 'abc'",
    "an amount that is not whole": "minor = 12.5",
    "a time of another form": "created_at = '2026-03-02 12:00:00.000'",
    "a time that is not one": "updated_at = '2026-13-02T12:00:00.000Z'",
    "a window that is no time": "window_closes = 'soon'",
    "a body that is text": "body = 'abc'",
    "no body": "body = NULL",
    "half a wait": "wait_at = '2026-03-02T12:00:00.000Z', wait_boot = NULL, wait_ticks = 1.0",
    "a wait that contradicts itself": (
        "wait_at = '2026-03-02T12:00:00.000Z', wait_boot = 'boot-1', wait_ticks = 1.0, wait_seconds = 600.0,"
        " not_before = '2026-03-02T12:01:00.000Z'"
    ),
    "a wait without an end": (
        "wait_at = '2026-03-02T12:00:00.000Z', wait_boot = 'boot-1', wait_ticks = 1.0, wait_seconds = 9e999,"
        " not_before = '2026-03-02T12:01:00.000Z'"
    ),
    "a doubt that was taken away": "sent_at = '2026-03-02T12:00:00.000Z', sent_boot = 'boot-1', sent_ticks = 1.0",
    "a flag that is neither": "maybe_executed = 2",
    "a count below nothing": "tries = -1",
    "a key that is not one": "key = 'not-a-key'",
    "no key": "key = NULL",
    "a trip id that is not one": "trip_id = 'trip 2'",
    "a note that is no text": "note = CAST(x'ff' AS TEXT)",
    "a version that is not one": "version = 'x'",
}
TRIPS = ("trip-1", "trip-2", "trip-3")


async def record(folder: Path) -> None:
    """Three refunds that wait to be sent."""
    async with desk_over(folder, ScriptedService()) as desk:
        for trip in TRIPS:
            await desk.take(intent(trip=trip))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    asyncio.run(record(tmp_path))
    return tmp_path


def alter(folder: Path, what: str, where: str = "trip_id = 'trip-2'", table: str = "refund") -> None:
    assert damage(ledger_path(folder), f"UPDATE {table} SET {what} WHERE {where}") == 1


def verified(folder: Path) -> tuple[str, ...]:
    """What `verify` finds."""
    return verify(ledger_path(folder), build_body, lambda _done, _total: None).problems


def row_of(folder: Path) -> tuple[object, ...]:
    """The row of the second refund, with text as bytes."""
    with closing(sqlite3.connect(ledger_path(folder))) as connection:
        connection.text_factory = bytes
        found: tuple[object, ...] = connection.execute("SELECT * FROM refund WHERE id = 2").fetchone()
        return found


async def states(desk: Desk) -> list[str]:
    """How each refund is listed, oldest first."""
    rows = await desk.history.rows(Filter(), 0, 10)
    return ["DAMAGED" if isinstance(row, Damaged) else str(row.state) for row in reversed(rows)]


@pytest.mark.parametrize("what", DAMAGES.values(), ids=DAMAGES)
async def test_the_others_are_sent_and_the_damaged_one_is_left_as_it_is(folder: Path, what: str) -> None:
    alter(folder, what)
    before, service = row_of(folder), ScriptedService()
    async with desk_over(folder, service) as desk:
        desk.begin()
        summary = await asyncio.wait_for(desk.drain(), 10)
        assert (summary.damaged, summary[State.QUEUED], summary[State.SENDING], summary[State.WAITING]) == (1, 0, 0, 0)
        assert await states(desk) == ["ACCEPTED", "DAMAGED", "ACCEPTED"]
    assert len(service.requests) == 2
    assert row_of(folder) == before


@pytest.mark.parametrize(
    "what", [what for name, what in DAMAGES.items() if name != "a trip id that is not one"],
)  # fmt: skip
async def test_no_new_refund_is_taken_on_its_trip_and_others_are(folder: Path, what: str) -> None:
    alter(folder, what)
    async with desk_over(folder, ScriptedService()) as desk:
        with pytest.raises(Refused, match="DAMAGED"):
            await desk.take(intent(500, trip="trip-2"), second_yes=True)
        assert (await desk.trips.balance(STORE, "trip-2")).damaged
        await desk.take(intent(500, trip="trip-1"), second_yes=True)


async def test_a_damaged_value_of_a_closed_refund_is_found_too(folder: Path) -> None:
    async with desk_over(folder, ScriptedService()) as desk:
        desk.begin()
        await desk.drain()
    alter(folder, "state = 'BCCEPTED'")
    async with desk_over(folder, ScriptedService()) as desk:
        assert desk.summary.damaged == 1
        assert await states(desk) == ["ACCEPTED", "DAMAGED", "ACCEPTED"]


async def test_a_person_can_do_nothing_to_it(folder: Path) -> None:
    async with desk_over(folder, ScriptedService()) as desk:
        [refund] = sound(await desk.history.of_trip(STORE, "trip-2"))
    alter(folder, "reason = 'NONE'")
    async with desk_over(folder, ScriptedService()) as desk:
        with pytest.raises(StoreError, match=r"reason holds 'NONE'.*nothing is sent"):
            await desk.act(refund.key, Action.CANCEL)


async def test_an_event_and_an_attempt_that_cannot_be_read_are_told_among_the_others(folder: Path) -> None:
    async with desk_over(folder, ScriptedService()) as desk:
        desk.begin()
        await desk.drain()
        [refund] = sound(await desk.history.of_trip(STORE, "trip-2"))
    for what, table in (("data = '{', who = 'ben'", "event"), ("http_status = 'x'", "attempt")):
        assert damage(ledger_path(folder), f"UPDATE {table} SET {what} WHERE key = ?", refund.key) >= 1
    async with desk_over(folder, ScriptedService()) as desk:
        events = await desk.history.events(refund.key)
        attempts = await desk.history.attempts(refund.key)
        assert all(isinstance(row, Damaged) and row.columns["who"] == "ben" for row in events)
        assert [isinstance(row, Damaged) for row in attempts] == [True]


@pytest.mark.parametrize(
    "what", ["pid = NULL", "started_at = 'x'", "started_ticks = 'x'", "ended_at = '2026-03-02T12:00:00.000Z'"]
)
async def test_an_open_attempt_that_cannot_be_read_leaves_its_refund_unknown_and_stops_no_other(
    tmp_path: Path, what: str
) -> None:
    async with desk_over(tmp_path, ScriptedService()) as desk:
        refund = await desk.take(intent(trip="trip-1"))
    with ledger_at(ledger_path(tmp_path)) as ledger:
        sending(ledger, refund, FakeClock().now())
    alter(tmp_path, what, "number = 1", "attempt")
    service = ScriptedService()
    async with desk_over(tmp_path, service, alive=lambda _holder: False) as desk:
        desk.begin()
        await desk.take(intent(trip="trip-2"))
        summary = await asyncio.wait_for(desk.drain(), 10)
        assert (summary[State.UNKNOWN], summary[State.SENDING], len(service.requests)) == (1, 0, 1)
        [found] = sound(await desk.history.of_trip(STORE, "trip-1"))
        assert (found.state, found.life.maybe_executed) == (State.UNKNOWN, True)


@pytest.mark.parametrize("what", ["wait_at = 'soon'", "wait_boot = NULL", "wait_seconds = 'x'", "not_before = 'x'"])
async def test_a_gate_that_cannot_be_read_holds_nobody_and_is_counted(tmp_path: Path, what: str) -> None:
    clock = FakeClock()
    async with desk_over(tmp_path, ScriptedService(RateLimited(Answer(429), 600.0)), clock=clock) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent(trip="trip-1"))
        await ears.until_state(refund.key, State.WAITING)
    alter(tmp_path, what, "1", "gate")
    clock.reboot()
    async with desk_over(tmp_path, ScriptedService(), clock=clock) as desk:
        desk.begin()
        assert desk.summary.damaged == 1
        other = await desk.take(intent(trip="trip-2"))
        assert (await Ears(desk).until_state(other.key, State.ACCEPTED)).open is False


async def test_an_answer_to_a_refund_that_was_damaged_meanwhile_is_recorded_apart(folder: Path) -> None:
    async def rot(_body: bytes) -> Uncertain:
        await asyncio.to_thread(alter, folder, "reason = 'NONE'", "state = 'SENDING'")
        return Uncertain(Answer(None, "cut off"), Doubt.CONNECTION_LOST)

    service = ScriptedService(rot)
    async with desk_over(folder, service) as desk:
        ears = Ears(desk)
        desk.begin()
        summary = await asyncio.wait_for(desk.drain(), 10)
        assert (summary.damaged, len(service.requests)) == (1, 3)
        told = all_events(ledger_path(folder))
    [kept] = [event for event in told if event.kind == "answer_set_apart"]
    assert (kept.key, kept.data["detail"], kept.data["outcome"]) == (None, "cut off", "connection_lost")
    assert ears.has(Trouble, "kept as an event")
    [ended] = [event for event in told if event.kind == "attempt_ended_apart"]
    assert (ended.key, ended.before, ended.after) == (kept.data["key"], State.SENDING, State.SENDING)
    assert "reason says NONE" in verified(folder)[0]
    alter(folder, "reason = 'DAMAGED_ITEM'", "state = 'SENDING'")
    assert verified(folder) == ()


def test_an_answer_to_a_refund_that_disappeared_meanwhile_is_kept_in_the_ledger(folder: Path) -> None:
    with ledger_at(ledger_path(folder)) as ledger:
        [refund, *_] = ledger.sendable("127.0.0.1:9")
        _, attempt = sending(ledger, refund)
        alter(folder, "key = 'lost'", "state = 'SENDING'")
        ledger.record_outcome_apart(
            attempt, Uncertain(Answer(None, "cut off"), Doubt.CONNECTION_LOST), "ana", FakeClock().now()
        )
        assert ledger.open_attempt(refund.key) is None
    told = all_events(ledger_path(folder))
    assert [event.key for event in told if event.kind.endswith("_apart")] == [None, None]


def test_refunds_are_damaged_if_the_name_of_a_column_is(folder: Path) -> None:
    path = ledger_path(folder)
    raw = path.read_bytes()
    assert raw.count(b"wait_ticks REAL, wait_seconds") == 1
    path.write_bytes(raw.replace(b"wait_ticks REAL, wait_seconds", b"wait_tickc REAL, wait_seconds"))
    with history_at(path) as history:
        rows = history.rows(Filter(), 0, 10)
    assert {row.why for row in rows if isinstance(row, Damaged)} == {"the table has no column wait_ticks"}


async def test_a_draft_that_cannot_be_read_is_not_shown_and_stops_nothing(folder: Path) -> None:
    async with desk_over(folder, ScriptedService()) as desk:
        await desk.save_draft(Draft(STORE, "trip-9", "1.00"))
    alter(folder, "amount = NULL, note = CAST(x'ff' AS TEXT)", "1", "draft")
    async with desk_over(folder, ScriptedService()) as desk:
        assert await desk.history.last_draft("ana") is None
        await desk.save_draft(Draft(STORE, "trip-9", "2.00"))
        assert await desk.history.last_draft("ana") == Draft(STORE, "trip-9", "2.00")


async def test_a_refund_that_its_key_does_not_lead_to_is_set_apart(folder: Path) -> None:
    """As if the index of keys were damaged: every change uses the key."""
    path = ledger_path(folder)
    with closing(sqlite3.connect(path)) as connection:
        keys = [key for (key,) in connection.execute("SELECT key FROM refund ORDER BY id")]
    raw = path.read_bytes()
    places = [at for at in range(len(raw)) if raw.startswith(keys[1].encode(), at)]
    changed = 0
    for at in places:  # the row's own copy stands before its trip; the index's has nothing like it behind
        if b"trip-2" not in raw[at : at + 200] and b"refundRequestId" not in raw[at - 20 : at]:
            raw, changed = raw[: at + 35] + b"\x7f" + raw[at + 36 :], changed + 1
    assert changed
    path.write_bytes(raw)
    service = ScriptedService()
    async with desk_over(folder, service) as desk:
        desk.begin()
        summary = await asyncio.wait_for(desk.drain(), 10)
        assert (summary.damaged, len(service.requests)) == (1, 2)


def test_everything_that_is_damaged_is_named(folder: Path) -> None:
    alter(folder, "currency = 'EUP'")
    alter(folder, "data = '['", "seq = 1", "event")
    with history_at(ledger_path(folder)) as history:
        assert [(found.table, found.row) for found in history.damaged()] == [("refund", "2"), ("event", "1")]
        assert isinstance(history.rows(Filter(), 0, 1)[0], Refund)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM identity",
        "INSERT INTO identity SELECT 2, id, environment, host, made_at FROM identity",
        "UPDATE identity SET id = NULL",
        "UPDATE identity SET id = 'abc'",
        "UPDATE identity SET environment = 'TESU'",
        "UPDATE identity SET environment = 7",
        "UPDATE identity SET made_at = x'31'",
        "UPDATE identity SET host = 9",
        "UPDATE endpoint SET endpoint = x'00'",
        "PRAGMA user_version = -2147483646",
    ],
)
async def test_a_ledger_that_cannot_say_what_it_is_is_refused_by_a_sentence(folder: Path, sql: str) -> None:
    damage(ledger_path(folder), sql)
    service = ScriptedService()
    with pytest.raises(StoreDamaged, match=r"nothing was written|does not say which host"):
        async with desk_over(folder, service):
            pass
    assert service.requests == []
