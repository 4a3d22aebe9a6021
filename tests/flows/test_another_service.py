"""What the terminal shows of refunds of another service, and which actions it does not offer for them."""

from __future__ import annotations

from pathlib import Path

from refund_tui.core.ledger_identity import Service
from refund_tui.core.outcomes import Outcome
from refund_tui.core.refunds import State
from refund_tui.core.times import Instant
from refund_tui.host.paths import ledger_path
from refund_tui.store.sqlite.ledger import Ledger
from tests.flows.stage import FORBIDDEN, LIMITED, LOST, MALFORMED, program, refunds, unknown
from tests.support.clock import FakeClock

OURS = "eu-central-1.test.payments.example.com"
MOVED = "eu-west-1.test.payments.example.com"
REAL = "eu-central-1.payments.example.com"


def also(folder: Path, endpoint: str) -> None:
    """Let the ledger also send to another endpoint."""
    now: Instant = FakeClock().now()
    ledger = Ledger.open(ledger_path(folder))
    ledger.services.add(Service("TEST", endpoint), "the region moved", "eva", now)
    ledger.close()


async def one_refund(folder: Path, answer: Outcome, state: str) -> None:
    """A terminal sent one refund, got this answer, and ended."""
    async with program(folder, answer) as stage:
        await stage.refund("R-1001", "5.00")
        await stage.until(state)


async def test_what_waits_for_another_endpoint_is_counted_and_told_as_it_is(tmp_path: Path) -> None:
    await one_refund(tmp_path, LIMITED, "WAITING")
    also(tmp_path, MOVED)
    async with program(tmp_path, base_url=f"https://{MOVED}") as stage:
        await stage.until("1 for another service")
        await stage.press("f4")
        await stage.until("WAITING")
        await stage.press("enter")
        await stage.until(f"It is for another service, {OURS}: nothing of it is sent from here.")
        assert "by itself" not in stage.text
        assert "attempt in" not in stage.text
        assert "nothing open" not in stage.text
        stage.clock.advance(3_600)
        stage.desk.wake()
        await stage.desk.drain()
        assert [refund.state for refund in await refunds(stage)] == [State.WAITING]
        assert not stage.desk.on_the_wire


async def test_an_unknown_of_another_endpoint_can_be_settled_and_not_asked_again(tmp_path: Path) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        await unknown(stage)
    also(tmp_path, MOVED)
    async with program(tmp_path, base_url=f"https://{MOVED}") as stage:
        await stage.press("f4")
        await stage.until("UNKNOWN")
        await stage.press("enter")
        await stage.until("F12 settles it, with evidence")
        assert "F8 Ask again" not in stage.text
        await stage.press("f8")
        assert "Ask the service again?" not in stage.text
        await stage.press("f12")
        await stage.until("what became of it?")


async def test_what_is_blocked_elsewhere_does_not_go_on_from_here(tmp_path: Path) -> None:
    await one_refund(tmp_path, FORBIDDEN, "BLOCKED")
    also(tmp_path, MOVED)
    async with program(tmp_path, base_url=f"https://{MOVED}") as stage:
        await stage.press("f4")
        await stage.until("BLOCKED")
        await stage.press("g")
        assert "Go on with every refund" not in stage.text
        await stage.press("f8")
        assert "Go on with this refund?" not in stage.text


async def test_a_ledger_of_another_service_can_only_be_reviewed(tmp_path: Path) -> None:
    await one_refund(tmp_path, LIMITED, "WAITING")
    async with program(tmp_path, base_url=f"https://{REAL}") as stage:
        await stage.until("ONLY TO REVIEW · 1 for another service")
        await stage.until(f"this ledger belongs to TEST at {OURS}")
        assert " TEST " in stage.text.splitlines()[0], "the ledger's environment, not that of the settings"
        await stage.open("R-1002")
        await stage.until("No refund is possible here: this ledger belongs to TEST")
        await stage.press("2.00", "tab", "1", "f10")
        assert "go back" not in stage.text
        await stage.press("f4")
        await stage.until("WAITING")
        await stage.press("enter")
        await stage.until("nothing of it is sent from here")
        assert "F9" not in stage.text
        assert len(await refunds(stage)) == 1
