"""A clerk's day by keys alone: its shoppers one after the other on one terminal, with all that comes between.

After each key every word and number on the screen is compared with the ledger and the service's books, and after each
step Lookup, the history and the trip's form too, which stand on other terminals.
"""

from __future__ import annotations

import asyncio
import csv
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.day.colleague import Colleague, colleague
from tests.day.counter import Counter
from tests.day.observer import observers
from tests.day.shop import Shop, import_trips, trip_id
from tests.flows.stage import program
from tests.support.clock import NOON

SHOPPERS = 20


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Counter, Colleague, Colleague]]:
    """The shop, the terminal, and two colleagues."""
    (folder / "data").mkdir(mode=0o700)
    data = folder / "data"
    import_trips(data)
    with Shop(folder) as shop, colleague(data, NOON, shop.url) as ben, colleague(data, NOON, shop.url, "cem") as cem:
        async with program(data, base_url=shop.url, connected=True, timezone="UTC") as stage:
            with observers(data, shop.url) as watching:
                yield Counter(stage, shop, data, watching, ben, cem), ben, cem


async def ordinary(at: Counter) -> None:
    """Five currencies, articles by the piece and by weight, all that is left."""
    await at.look()
    await at.serves("4242", "5.00", "enter", "1")
    await at.goes_round()
    await at.opens("Medjool")
    await at.press("f7", "space", "2", "f10", sees="BHD has 3, but the service takes 2")  # 0.350 kg at 4.500
    await at.asks("1.570")
    await at.says(sees="● ACCEPTED")
    await at.serves("7106", "f7", "space", "-", "3", sees="3840 JPY")  # three of four boxes
    await at.serves("R-2002", "f5", "4", sees="27.45 USD")
    await at.serves("R-2004", "f7", "down", "down", "space", "1", "shift+tab", "cut too thick", sees="4.03 CHF")


async def corrected(at: Counter) -> None:
    """Correct amounts that are refused: more than is left, and more decimals than the currency or the service takes."""
    await at.opens("7103")
    await at.press("99.00", "enter", "1", "f10", sees="only 12.00 GBP is left")
    await at.press("ctrl+u", "2.50", "f10", sees="go back")
    await at.says("n", sees="past its date")
    await at.asks("1.50")
    await at.says(sees="● ACCEPTED")
    await at.opens("R-1011")
    await at.press("1.5", "enter", "1", "f10", sees="decimals")
    await at.asks("ctrl+u", "150")
    await at.says(sees="● ACCEPTED")


async def interrupted(at: Counter) -> None:
    """A form is left for another shopper and gone back to; a question is left."""
    await at.opens("R-2005")
    await at.press("f7", "space", "down", "space", "2", sees="6.96")
    await at.serves("R-1002", "f5", "5")
    await at.opens("R-2005")
    await at.press("f10", sees="Refund 6.96 EUR")
    await at.press("f4", sees="Nothing was refunded")
    await at.press("f3", sees="Refund 6.96 EUR")
    await at.says(sees="● ACCEPTED")
    await at.opens("R-2005")
    await at.press("f7", "space", sees="given back")


async def limited(at: Counter) -> None:
    """A 429 holds the whole account up; the next shopper's refund waits with it."""
    await at.serves("R-1004", "2.00", "enter", "1", sees="◔ WAITING")
    await at.goes_round()
    await at.opens("R-1003")
    at.shop.answers({"status": 429, "retryAfter": "300"})
    await at.passes(12)
    await at.until_disk("WAITING")
    await at.asks("4.00", "enter", "3")
    await at.says(sees="◔ WAITING")
    await at.serves("R-1009", "3.00", "enter", "3", sees="○ QUEUED")
    await at.press("f9", sees="Cancel this refund?")
    await at.says(sees="– CANCELLED")
    await at.passes(61)
    await at.passes(300)
    await at.until_disk("WAITING", "QUEUED", "SENDING")


async def colleagues(at: Counter, ben: Colleague, cem: Colleague) -> None:
    """Two others refund on the trip that is open here: before, during and after the question."""
    await at.opens("R-2007")
    await at.press("30.00", "enter", "1")
    await asyncio.to_thread(ben.refund, trip_id("R-2007"), 1500, "any")
    await at.until_disk("QUEUED", "SENDING")
    await at.press("f10", sees="only 27.10 EUR is left")
    await at.asks("ctrl+u", "20.00")
    await asyncio.to_thread(cem.refund, trip_id("R-2007"), 1000, "any")
    await at.until_disk("QUEUED", "SENDING")
    await at.says(sees="Nothing was recorded")
    await at.asks("ctrl+u", "10.00")
    await at.says(sees="This trip already has")
    await at.says("d", sees="● ACCEPTED")
    await at.goes_round()


async def out(at: Counter) -> None:
    """The service is away: the refunds wait, and are sent once it is back."""
    at.shop.goes_away()
    await at.serves("R-2009", "f5", "1", sees="◔ WAITING")
    await at.sees("NO NETWORK")
    await at.serves("R-2010", "f7", "space", "1", sees="WAITING")
    await at.goes_round()
    at.shop.comes_back()
    await at.passes(601)
    await at.until_disk("WAITING", "QUEUED", "SENDING")
    assert not at.stage.shows("NO NETWORK")


async def in_doubt(at: Counter) -> None:
    """Answers that are lost: one that comes again, and one that a person has to settle."""
    await at.serves("9010", "2.00", "enter", "1", sees="◔ WAITING")
    await at.passes(301)
    await at.until_disk("WAITING", "SENDING")
    at.shop.answers({"drop": "after"}, {"status": 400})
    await at.serves("R-2008", "8.00", "enter", "4", sees="◔ WAITING")
    await at.passes(301)
    await at.until_disk("WAITING", "SENDING")
    await at.sees("? UNKNOWN")
    await at.goes_round()
    await at.opens("R-2008")
    await at.press("3.00", "enter", "1", "f10", sees="UNKNOWN")
    await at.press("f4", "u", "enter", sees="F12")
    await at.press("f12", sees="what became of it")
    at.typed |= {"1", "2026-03-02"}
    await at.press("1", "tab", "CASE-4711", "tab", "support", "f10", sees="go back")
    await at.says(sees="◆ SETTLED_PAID")
    await at.press("ctrl+r", sees="CASE-4711")
    await at.press("escape", "escape", "u")
    await at.serves("R-2008", "3.00", "enter", "1")


async def refused(at: Counter) -> None:
    """A service that says no, one whose role is missing, a closed window, an id that no trip here has."""
    await at.serves("R-1006", "f5", "1", sees="✕ REJECTED")
    await at.goes_round()
    await at.serves("R-1010", "f5", "1", sees="■ BLOCKED")
    await at.press("f4", "g", sees="every refund that is blocked")
    await at.says(sees="nothing open")
    await at.press("f2", "R-1014", sees="1 trip")
    await at.press("enter", sees="No refund is possible here")
    await at.press("f2", "feed-nobody-0001", sees="No trip here matches")
    await at.press("enter", sees="not known here")
    await at.asks("1.00", "enter", "1")
    await at.says(sees="✕ REJECTED")


async def evening(at: Counter, home: Path) -> None:
    """The supervisor reviews the day: by card, one after the other, a receipt, an export."""
    await at.passes(6 * 3_600)
    at.typed = set()
    await at.press("f4", "/", "ctrl+u", "7107", "enter", sees="3 refunds")
    await at.press("home", "enter", sees="Request id")
    await at.press("n", "n", "p", "ctrl+r", "w", sees="The receipt was written")
    await at.press("escape", "escape", "/", "ctrl+u", "state:ACCEPTED", "enter")
    await at.press("end", "home", "o", "o", "o", "e", sees="refunds were written")
    [exported] = home.glob("refunds-*.csv")
    rows = list(csv.DictReader(exported.read_text("utf-8-sig").splitlines()))
    yes = [row for row in at.truth.refunds if row.state == "ACCEPTED"]
    assert sorted((row["amount"], row["currency"]) for row in rows) == sorted((r.amount, r.currency) for r in yes)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder whose path is short enough for one line of the screen."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("HOME", folder)
        yield Path(folder)


@pytest.mark.timeout(600)
async def test_every_screen_is_true_after_every_key_of_a_clerks_day(tmp_path: Path, home: Path) -> None:
    async with opened(tmp_path) as (at, ben, cem):
        await ordinary(at)
        await corrected(at)
        await interrupted(at)
        await limited(at)
        await colleagues(at, ben, cem)
        await out(at)
        await in_doubt(at)
        await refused(at)
        await evening(at, home)
        assert len({row.trip for row in at.truth.refunds if row.clerk == "ana"}) >= SHOPPERS
        assert not at.truth.count("QUEUED", "SENDING", "WAITING", "BLOCKED", "UNKNOWN")
