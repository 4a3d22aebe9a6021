"""From Lookup to a trip's form: the marked trip is opened, and all spellings of an id are one trip."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from textual.events import Paste

from refund_tui.core.money import Money
from refund_tui.core.outcomes import CardFound
from refund_tui.core.trips import Card, Trip
from refund_tui.desk.news import Elsewhere
from refund_tui.errors import StoreUnusable
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.store.sqlite.trips import Trips
from tests.flows.stage import LOST, MALFORMED, UNKNOWN_TRIP, Stage, program, refunds, unknown
from tests.support.clock import NOON
from tests.support.desks import desk_over, intent
from tests.support.patience import PATIENCE
from tests.support.records import trip
from tests.support.service import ScriptedService


def imported(folder: Path, *trips: Trip) -> None:
    """Import these trips as another process does."""
    opened = Trips.open(trips_path(folder))
    opened.put(trips)
    opened.close()


async def id_of(stage: Stage, receipt: str) -> str:
    [found] = await stage.desk.trips.find(receipt, 0, 1)
    return found.trip_id


async def noticed(stage: Stage) -> None:
    """Wait until a write of another process was noticed."""
    await stage.desk.tell(Elsewhere())


async def test_the_marked_trip_is_opened_also_when_newer_ones_were_imported_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.desk.watch.WATCH", 600.0)  # so that the list is still the one that was drawn
    async with program(tmp_path) as stage:
        await stage.press("down", "down")
        marked = next(line for line in stage.text.splitlines() if "›" in line)
        [receipt] = [word for word in marked.split() if word.startswith("R-10")]
        wanted = await id_of(stage, receipt)
        imported(tmp_path, *(trip(f"newer-{n}", began=NOON, ended=NOON, receipt=f"R-2{n}") for n in range(2)))
        await stage.press("enter")
        await stage.until(f"Trip {wanted}")


async def test_a_text_sent_faster_than_the_list_is_found_opens_what_it_finds(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("down", "down", "R-1001", "enter")
        await stage.until(f"Trip {await id_of(stage, 'R-1001')}")


@pytest.mark.parametrize("spell", [str.upper, lambda text: text.replace("-", ""), lambda text: f'"{text}",'])
async def test_an_id_in_another_spelling_opens_the_known_trip(tmp_path: Path, spell: object) -> None:
    assert callable(spell)
    async with program(tmp_path) as stage:
        known = await id_of(stage, "R-1002")
        await stage.press(*spell(known))
        await stage.until("1 trip")
        await stage.press("enter")
        await stage.until(f"Trip {known}")
        await stage.until("of 13.79 EUR left")


async def test_an_id_that_only_the_ledger_knows_is_taken_for_it_aloud(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open_unknown()
        await stage.refund_unknown("5.00")
        await stage.until("ACCEPTED")
        await stage.press("f2", "ctrl+u", UNKNOWN_TRIP.upper())
        await stage.until("No trip here matches")
        await stage.press("enter")
        await stage.until(f"{UNKNOWN_TRIP.upper()} is taken for {UNKNOWN_TRIP}")
        await stage.until("5.00 EUR ● ACCEPTED")
        await stage.refund_unknown("6.00")
        await stage.until("6.00 EUR")
        await stage.until("Attempts")
        assert {refund.intent.trip_id for refund in await refunds(stage)} == {UNKNOWN_TRIP}


async def test_the_ledgers_captured_amount_is_shown_beside_the_trips_files(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        known = await id_of(stage, "R-1002")
        await stage.refund("R-1002", "5.00")
        await stage.until("ACCEPTED")
        imported(tmp_path, Trip("STORE-001", known, captured=Money(20_000, "EUR")))
        await noticed(stage)
        await stage.open("R-1002")
        await stage.until("of 8.79 EUR left")
        assert stage.shows("The ledger recorded that 13.79 EUR was captured, the trips file now says 200.00 EUR")
        assert stage.shows("refund-tui ledger ceiling")
        await stage.press("9.00", "tab", "1", "f10")
        await stage.until("only 8.79 EUR is left to refund")
        await stage.press("escape")
        await stage.until("of 13.79 EUR")


async def test_without_the_trips_file_a_trip_is_told_by_the_ledger(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        known = await id_of(stage, "R-1002")
        await stage.refund("R-1002", "5.00")
        await stage.until("ACCEPTED")
    trips_path(tmp_path).unlink()
    async with program(tmp_path, trips=False, seen="No trips are known") as stage:
        await stage.press(known, "enter")
        await stage.until("of 8.79 EUR left")
        assert "13.79 EUR, by the ledger" in stage.text
        assert "closes in" in stage.text
        stage.clock.advance(9 * 86_400)
        await noticed(stage)
        await stage.until("No refund is possible here: the refund window closed")


async def test_the_form_uses_the_currency_that_the_service_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScriptedService, "card", CardFound(Card("VISA", "1234"), "JPY"))
    async with program(tmp_path) as stage:
        await stage.open_unknown()
        await stage.press("500", "tab", "1", "f6")
        await stage.until("VISA 1234")
        await stage.press("f10")
        await stage.until("Refund 500 JPY")
        await stage.press("escape")
        stage.clock.advance(1)
        await stage.press("escape", "tab", "tab", "ctrl+u", "EUR", "f10")
        await stage.until("charged in JPY, not EUR")
    async with program(tmp_path) as stage:
        await stage.press(UNKNOWN_TRIP)
        await stage.until("1 trip")
        await stage.press("enter")
        await stage.until("JPY")


async def test_what_was_refunded_is_told_of_the_marked_trip_without_another_row_being_marked(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until("ACCEPTED")
        await stage.press("f2")
        await stage.until("13.40 EUR left of 18.40 EUR")
        assert "1 refund" in stage.text
        assert "no refund yet" not in stage.text


async def test_a_refund_of_another_process_is_told_of_the_marked_trip(tmp_path: Path) -> None:
    async with (
        program(tmp_path) as stage,
        desk_over(tmp_path, ScriptedService(), clerk="ben", base_url=stage.desk.settings.base_url) as other,
    ):
        await stage.press(*"R-1001")
        await stage.until("18.40 EUR left of 18.40 EUR")
        trip_id = await id_of(stage, "R-1001")
        await other.take(intent(500, trip=trip_id))
        await stage.until("13.40 EUR left of 18.40 EUR")


async def test_after_one_key_the_next_scan_replaces_the_last_one(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("R-1001")
        await stage.until("1 trip")
        await stage.press("f2", "R-1002", "enter")
        await stage.until(f"Trip {await id_of(stage, 'R-1002')}")


async def test_escape_empties_the_search_and_is_offered_where_there_is_something_to_empty(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        assert "Esc  Clear" not in stage.text
        await stage.press("R-1001")
        await stage.until("1 trip")
        assert "Esc  Clear" in stage.text
        await stage.press("escape")
        await stage.until("R-1004")
        await stage.press("R-1002", "enter")
        await stage.until(f"Trip {await id_of(stage, 'R-1002')}")


async def test_the_headings_are_there_again_after_a_search_that_found_nothing(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        [headings] = [line for line in stage.text.splitlines() if "Charged" in line]
        await stage.press("nowhere")
        await stage.until("No trip here matches")
        await stage.press("ctrl+u")
        await stage.until("R-1001")
        assert headings in stage.text.splitlines()


async def test_a_pasted_trip_id_with_a_line_end_opens_and_confirms_nothing(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.until("R-1001")
        stage.pilot.app.post_message(Paste("R-1001\r\ny\r\n"))
        await stage.until("1 trip")
        assert "Find" in stage.text
        assert await refunds(stage) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("4242", "last four 4242 · 1 trip"),
        ("r-1001", "receipt R-1001 · 1 trip"),
        ("18,40", "amount 18.40 EUR · 1 trip"),
        ("20.00 EUR", "amount 20.00 EUR · 1 trip"),
        ("23 Feb", "23 Feb · 1 trip"),
        ("23 Feb 3300", "23 Feb, last four 3300 · 1 trip"),
        ("01.03.", "01 Mar · 2 trips"),
        ("11:25", "02 Mar 11:25 · 1 trip"),
        ("R-10", "receipt R-10… · 14 trips"),
        ("3f8a51c2", "trip id 3f8a51c2-5d10-4c8e-9b3f-000000001001 · 1 trip"),
        ("amex", "card AMEX · 2 trips"),
        ("comte", "article Comté, by weight · 1 trip"),
        ("0009", "last four 0009 · 0 trips"),
        ("77.77 EUR", "amount 77.77 EUR · 0 trips"),
        ("24.02.", "24 Feb · 0 trips"),
    ],
)
async def test_what_was_typed_is_said_as_it_was_understood_beside_the_count(
    tmp_path: Path, typed: str, said: str
) -> None:
    async with program(tmp_path) as stage:
        await stage.press(*typed)
        await stage.until(said)


async def test_last_four_that_no_trip_has_are_not_silently_a_trip_id(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("0009", "enter")
        await stage.until("No trip here has the last four 0009")
        assert "Find" in stage.text
        await stage.press("enter")
        await stage.until("Trip 0009")


async def test_enter_is_not_offered_where_it_would_do_nothing(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("R-1001")
        await stage.until("1 trip")
        assert "Enter  Open" in stage.text
        await stage.press("escape", "no such article")
        await stage.until("No trip here matches")
        await stage.idle()
        assert "Enter  Open" not in stage.text


async def test_a_ledger_that_is_gone_is_told_when_a_trip_is_opened_and_ends_nothing(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.press("R-1001")
        await stage.until("1 trip")

        async def gone(*_args: object) -> object:
            raise StoreUnusable("the ledger is gone")

        stage.desk.trips.balance = gone  # type: ignore[method-assign, assignment]
        await stage.press("enter")
        await stage.until("the ledger is gone")
        assert "Find" in stage.text
        assert stage.pilot.app.is_running


async def test_each_row_says_what_was_given_back_and_follows_the_ledger(tmp_path: Path) -> None:
    async with (
        program(tmp_path) as stage,
        desk_over(tmp_path, ScriptedService(), clerk="ben", base_url=stage.desk.settings.base_url) as other,
    ):
        trip_id = await id_of(stage, "R-1001")
        assert "back" not in next(line for line in stage.text.splitlines() if "R-1001" in line)
        await other.take(intent(500, trip=trip_id))
        await stage.until("5.00 back")
        [row] = [line for line in stage.text.splitlines() if "5.00 back" in line]
        assert "R-1001" in row
        assert "18.40 EUR      13.40  ◔ 5.00 back" in row or "18.40 EUR      13.40  ● 5.00 back" in row


async def test_each_row_says_what_is_left_also_where_nothing_was_given_back_and_where_it_is_not_known(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as stage:
        [row] = [line for line in stage.text.splitlines() if "R-1003" in line]
        assert row.split()[-3:] == ["20.00", "EUR", "20.00"]
        [unknown_charge] = [line for line in stage.text.splitlines() if "R-1012" in line]
        assert unknown_charge.split()[-3:] == ["not", "known", "?"]


async def test_a_row_says_that_a_refund_on_its_trip_is_unknown(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
        await stage.press("f2")
        await stage.until("? unknown")


async def test_trips_are_found_and_said_not_to_be_read_in_the_ledger_while_another_program_holds_it(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as stage:
        holder = sqlite3.connect(ledger_path(tmp_path), isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        try:
            await stage.press("R-1001")
            async with asyncio.timeout(PATIENCE):
                while not stage.shows("not read"):  # other reads still wait for the ledger: it is not idle
                    await stage.pilot.pause(0.02)
            assert "1 trip" in stage.text
        finally:
            holder.execute("ROLLBACK")
            holder.close()
