"""A yes takes the refund that the question showed, even if something changed after the question."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent
from tests.flows.stage import UNKNOWN_TRIP, Stage, program, refunds
from tests.support.desks import STORE, desk_over
from tests.support.service import ScriptedService

URL = "https://eu-central-1.test.payments.example.com"


async def refunded_elsewhere(folder: Path, amount: Money) -> None:
    """Another clerk's program records a refund on a trip that is not known here."""
    async with desk_over(folder, ScriptedService(), base_url=URL, clerk="ben") as other:
        await other.take(Intent(STORE, UNKNOWN_TRIP, amount, ReasonCode.OTHER))


async def asked(stage: Stage, amount: str) -> None:
    """Go from Lookup to the question about a trip that is not known here."""
    await stage.open_unknown()
    await stage.press(amount, "tab", "1", "f10")
    await stage.until(f"Refund {amount} EUR")


async def mine(stage: Stage) -> list[Money]:
    """The amounts that this clerk refunded."""
    return [refund.intent.amount for refund in await refunds(stage) if refund.clerk == stage.desk.clerk]


async def test_a_currency_that_becomes_known_after_the_question_changes_nothing_that_is_taken(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await asked(stage, "5.00")
        await refunded_elsewhere(tmp_path, Money(300, "USD"))
        await stage.reread()
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("what is left is not known")  # back in the form: the other clerk's refund is in USD
        assert await mine(stage) == []


async def test_a_form_that_changed_after_the_question_changes_nothing_that_is_taken(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await asked(stage, "5.00")
        stage.pilot.app.query_one("#amount", Input).value = "9.00"
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")
        assert await mine(stage) == [Money(500, "EUR")]


async def test_the_second_yes_takes_the_refund_that_the_first_was_asked_about(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await asked(stage, "5.00")
        await refunded_elsewhere(tmp_path, Money(500, "EUR"))
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("This trip already has")
        stage.pilot.app.query_one("#amount", Input).value = "9.00"
        stage.clock.advance(1)
        await stage.press("d")
        await stage.until("ACCEPTED")
        assert await mine(stage) == [Money(500, "EUR")]
