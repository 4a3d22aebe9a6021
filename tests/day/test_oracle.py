"""The oracle finds each kind of untrue statement, and accepts true ones."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from refund_tui.core.money import Money
from tests.day.oracle import untruths
from tests.day.seen import Screen
from tests.day.truth import Truth
from tests.flows.stage import LIMITED, LOST, MALFORMED, Stage, program
from tests.support.approvals import SITE
from tests.support.service import accepted

ZONE = ZoneInfo("Europe/Berlin")
Screens = dict[str, Screen]


async def _seen(stage: Stage, folder: Path) -> Screen:
    await stage.reread()
    return Screen(stage.text, Truth.read(folder, ZONE), stage.clock.at)


async def _play(folder: Path) -> Screens:
    """A few refunds, and each screen that shows them."""
    screens: Screens = {}

    async def look(name: str) -> None:
        screens[name] = await _seen(stage, folder)

    async with program(folder, accepted("REC1A2B3C"), LOST, MALFORMED, LIMITED) as stage:
        await stage.ask("R-1001", "5.00")
        await look("question")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")
        await look("timeline")
        await stage.press("ctrl+r")
        await stage.until("Reference")
        await look("receipt")
        await stage.press("escape", "f2", "ctrl+u", "R-1001")
        await stage.until("1 trip")
        await look("lookup")
        await stage.press("enter")
        await stage.until("Amount")
        await look("form")
        await stage.refund("R-1007", "2.50")
        await stage.until("WAITING")
        stage.clock.advance(30)
        stage.desk.wake()
        await stage.until("UNKNOWN")
        await stage.refund("R-1004", "9.05")
        await stage.until("WAITING")
        await look("wait")
        await stage.press("f4")
        await stage.until("newest first")
        await look("history")
        await stage.press("down", "enter")
        await stage.until("connection was lost")
        await look("detail")
        await stage.press("ctrl+o")
        await stage.until("Answers as they came")
        await look("raw")
    screens |= await _awaiting(folder / "awaiting")
    return screens


async def _awaiting(folder: Path) -> Screens:
    """A refund that needs an approval."""
    async with program(folder, **{**SITE, "approve_above": {"EUR": Money(1_000, "EUR")}}) as stage:
        await stage.refund("R-1001", "12.00")
        await stage.until("another person must approve it")
        return {"awaiting": await _seen(stage, folder)}


@pytest.fixture(scope="module")
def screens() -> Iterator[Screens]:
    with tempfile.TemporaryDirectory() as folder:
        yield asyncio.run(_play(Path(folder)))


def test_the_oracle_reports_nothing_for_true_statements(screens: Screens) -> None:
    assert {name: found for name, screen in screens.items() if (found := untruths(screen))} == {}


WRONG = {
    "another amount is left": ("lookup", "13.40 EUR left", "18.40 EUR left"),
    "another amount is left in a row": ("lookup", "13.40  ● 5.00 back", "18.40 ● 5.00 back"),
    "another amount was charged": ("lookup", "left of 18.40", "left of 13.40"),
    "no refund where there is one": ("lookup", "1 refund ", "no refund yet "),
    "another number of refunds": ("lookup", "1 refund ", "2 refunds "),
    "another amount is left in the form": ("form", "13.40 EUR left", "5.00 EUR left"),
    "another amount is left in the question": ("question", "of 18.40 EUR left", "of 13.40 EUR left"),
    "another trip": ("wait", "0e51d7ba-5d10-4c8e-9b3f-000000001004", "0e51d7ba-5d10-4c8e-9b3f-000000001005"),
    "another state": ("timeline", "● ACCEPTED", "◔ WAITING"),
    "it waits, and needs an approval": ("awaiting", "▷ AWAITING_APPROVAL", "◔ WAITING"),
    "a limit that is not reached": ("awaiting", "12.00 EUR is above 10.00", "12.00 EUR is above 20.00"),
    "no approval is needed where one is": ("awaiting", "1 AWAITING_APPROVAL", "nothing open       "),
    "another sign": ("timeline", "● ACCEPTED", "◔ ACCEPTED"),
    "another state in a row": ("history", "? UNKNOWN  ", "● ACCEPTED "),
    "another clerk in a row": ("history", "ana             2.50", "ben             2.50"),
    "another amount in a row": ("history", "ana             2.50", "ana             2.51"),
    "the amount of another refund in a row": ("history", "ana             2.50", "ana             5.00"),
    "another number of refunds in the list": ("history", "3 refunds, newest", "4 refunds, newest"),
    "fewer are waiting": ("history", "1 waiting", "2 waiting"),
    "an unknown is not told": ("history", " · 1 UNKNOWN", "            "),
    "nothing open where something is": ("history", "1 waiting · next 10:00 · 1 UNKNOWN", "nothing open"),
    "another wait": ("wait", "Next attempt in 10:00", "Next attempt in 09:12"),
    "another next": ("wait", "next 10:00", "next 00:10"),
    "another time of an attempt": ("detail", "connection lost", "connection lost 11:59:59"),
    "another reconciliation id": ("timeline", "Reconciliation id  REC1A2B3C", "Reconciliation id  REC1A2B3D"),
    "no reconciliation id where there is one": ("timeline", "Reconciliation id  REC1A2B3C", "Reconciliation id  none"),
    "another id on the receipt": ("receipt", "REC1A2B3C", "REC9Z9Z9Z"),
    "another request id": ("detail", "550e8400-e29b-41d4-a716-000000000002", "550e8400-e29b-41d4-a716-000000000009"),
    "another who asked": ("timeline", ", by ana", ", by ben"),
    "another status": ("detail", "400", "503"),
    "a state that an event never had": ("detail", "2.50 EUR   ? UNKNOWN", "2.50 EUR   ◔ WAITING"),
    "a number from nowhere": ("lookup", "Find", "Find 77.13"),
    "an amount from nowhere": ("raw", "Events", "Events 12.34 EUR"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_the_oracle_reports_each_kind_of_false_statement(screens: Screens, kind: str) -> None:
    name, true, wrong = WRONG[kind]
    screen = screens[name]
    assert true in screen.text, screen.text
    assert untruths(Screen(screen.text.replace(true, wrong, 1), screen.truth, screen.now))


def test_the_oracle_reports_another_head_on_the_receipt(screens: Screens) -> None:
    screen = screens["receipt"]
    heads = dict.fromkeys(screen.truth.heads, "f" * 64)
    assert untruths(Screen(screen.text, replace(screen.truth, heads=heads), screen.now))


def test_the_oracle_reports_a_screen_if_the_row_in_the_ledger_changed(screens: Screens) -> None:
    screen = screens["lookup"]
    refunds = [replaced._replace(minor=100, amount="1.00") for replaced in screen.truth.refunds]
    assert untruths(Screen(screen.text, replace(screen.truth, refunds=refunds), screen.now))
