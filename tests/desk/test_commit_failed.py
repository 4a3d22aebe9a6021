"""After a failed COMMIT the file is read: what is there counts, what is not there or not known is reported as such.

tests/faults/commit.py lets each system call of a COMMIT fail; here a COMMIT fails in one chosen way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from refund_tui.core.outcomes import Accepted, Answer
from refund_tui.core.refunds import State
from refund_tui.errors import StoreUncertain, StoreUnusable
from refund_tui.store.sqlite.ledger import Ledger
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.ledgers import NOW, history_at, ledger_at, new_refund, sound
from tests.support.service import ScriptedService

Fault = Callable[[sqlite3.Connection], None]


class Faulty(sqlite3.Connection):
    """A connection whose next COMMITs fail with `faults`, in this order."""

    faults: list[Fault]

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        """Run the statement, or the fault."""
        if sql == "COMMIT" and Faulty.faults:
            Faulty.faults.pop(0)(self)
        return super().execute(sql, *values)


def end(connection: sqlite3.Connection, word: str) -> None:
    sqlite3.Connection.execute(connection, word)


def kept(connection: sqlite3.Connection) -> None:
    """The last sync fails: what was written is there."""
    end(connection, "COMMIT")
    raise sqlite3.OperationalError("disk I/O error")


def fine(_connection: sqlite3.Connection) -> None:
    """Nothing fails."""


def lost(connection: sqlite3.Connection) -> None:
    """An earlier sync fails: SQLite has rolled back."""
    end(connection, "ROLLBACK")
    raise sqlite3.OperationalError("disk I/O error")


def short_of_memory(connection: sqlite3.Connection) -> None:
    """After the COMMIT, Python has no memory left."""
    end(connection, "COMMIT")
    raise MemoryError


@pytest.fixture(autouse=True)
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    Faulty.faults = []
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, factory=Faulty, **kwargs))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with ledger_at(path) as opened:
        yield opened


@pytest.mark.parametrize("fault", [kept, short_of_memory])
def test_what_is_there_counts_once_it_was_written_again(ledger: Ledger, fault: Fault) -> None:
    refund = new_refund()
    Faulty.faults = [fault]
    assert ledger.record(refund, NOW, second_yes=False).key == refund.key
    assert ledger.get(refund.key) is not None


def test_what_is_not_there_is_told_as_not_taken(ledger: Ledger) -> None:
    refund = new_refund()
    Faulty.faults = [lost]
    with pytest.raises(StoreUnusable, match="the refund was not taken, and no money moved"):
        ledger.record(refund, NOW, second_yes=False)
    assert ledger.get(refund.key) is None


def test_another_s_event_of_the_same_number_is_not_taken_for_ours(ledger: Ledger, path: Path) -> None:
    mine, other = new_refund(trip="mine"), new_refund(trip="other")

    def lost_to_another(connection: sqlite3.Connection) -> None:
        end(connection, "ROLLBACK")
        with ledger_at(path) as another:
            another.record(other, NOW, second_yes=False)
        raise sqlite3.OperationalError("disk I/O error")

    Faulty.faults = [lost_to_another]
    with pytest.raises(StoreUnusable, match="not taken, and no money moved"):
        ledger.record(mine, NOW, second_yes=False)
    with history_at(path) as history:
        assert history.last_seq() == 1
        assert (history.get(mine.key), history.get(other.key) is not None) == (None, True)


def test_where_it_cannot_be_made_durable_nobody_knows_and_that_is_said(ledger: Ledger) -> None:
    Faulty.faults = [kept, lost]
    with pytest.raises(StoreUncertain, match="not known whether the refund was recorded, and nothing was sent yet"):
        ledger.record(new_refund(), NOW, second_yes=False)


async def test_an_attempt_that_nobody_knows_of_is_not_sent_and_raises_no_doubt(tmp_path: Path) -> None:
    service = ScriptedService()
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        refund = await desk.take(intent())
        Faulty.faults = [fine, kept, lost]  # the first write of a sender is about waits
        desk.begin()
        waiting = await ears.until_state(refund.key, State.WAITING)
        assert (waiting.life.maybe_executed, service.requests) == (False, [])
        assert "nothing was sent: the disk failed" in waiting.life.why


async def test_an_answer_that_nobody_knows_of_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_tui.desk.sender.AGAIN", 0.01)

    async def fail_then_answer(_body: bytes) -> Accepted:
        Faulty.faults = [kept, lost]
        return Accepted(Answer(200, "accepted"), "REC1")

    async with desk_over(tmp_path, ScriptedService(fail_then_answer)) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.ACCEPTED)

        async def saved() -> bool:
            return bool(ears.kinds) and ears.kinds[-1] == "accepted" and not desk.unsaved

        await ears.until(saved)
        events = await desk.history.events(refund.key)
    assert [event.kind for event in sound(events)] == ["recorded", "attempt_started", "accepted"]
