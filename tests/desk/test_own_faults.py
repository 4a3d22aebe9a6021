"""A fault of the program itself: the refunds continue, and its traceback is kept for support."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_tui.core.refunds import State
from refund_tui.desk.news import News, Trouble, Unsaved
from refund_tui.host.crash_file import NAME
from refund_tui.store.sqlite.ledger import Ledger
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.service import ScriptedService, accepted


def fail_once(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """Make the first call of a ledger's method fail with an unexpected exception."""
    real, faults = getattr(Ledger, method), [ValueError("a fault of ours")]

    def failing_once(self: Ledger, *args: object) -> object:
        if faults:
            raise faults.pop()
        return real(self, *args)

    monkeypatch.setattr(Ledger, method, failing_once)


@pytest.mark.parametrize("method", ["sendable", "finish"])
async def test_its_traceback_is_in_the_crash_file_that_the_message_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr("refund_tui.desk.sender.AGAIN", 0.01)
    fail_once(monkeypatch, method)
    async with desk_over(tmp_path, ScriptedService(accepted("REC1"))) as desk:
        ears = Ears(desk)
        desk.begin()
        refund = await desk.take(intent())
        await ears.until_state(refund.key, State.ACCEPTED)
        file = desk.settings.data_dir / NAME
    kept = file.read_text()
    assert "Traceback" in kept
    assert "in failing_once" in kept
    assert kept.rstrip().endswith("ValueError: a fault of ours")
    told = [news.why for news in ears.heard if isinstance(news, Trouble | Unsaved)]
    assert any(why.endswith(f"For support: {file}") for why in told)


async def test_a_listener_that_unsubscribed_is_not_called_again(tmp_path: Path) -> None:
    heard: list[News] = []
    async with desk_over(tmp_path, ScriptedService()) as desk:
        end = desk.listen(heard.append)
        await desk.take(intent())
        before = len(heard)
        end()
        await desk.take(intent(trip="another-trip"))
    assert (before, len(heard)) == (1, 1)
