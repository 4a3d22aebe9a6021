"""What comes while the app takes its screens down finds no widget, and that is no fault of the program."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import cast

import pytest
from textual.events import DescendantFocus

from refund_tui.desk.news import Elsewhere
from refund_tui.tui.app import RefundApp
from refund_tui.tui.screens.lookup import LookupScreen
from refund_tui.tui.terminal.signals import ENDINGS
from tests.flows.stage import program


async def test_news_a_focus_and_a_read_that_come_at_the_end_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    async with program(tmp_path) as stage:
        app = cast("RefundApp", stage.pilot.app)

        async def late(screen: LookupScreen) -> None:
            """The search field is gone; the app hears this when its screens are gone too."""
            app.post_message(DescendantFocus(screen))
            await stage.desk.tell(Elsewhere())
            app.background.do(screen._search(0, fresh=True))
            ended.append("the screens")

        monkeypatch.setattr(LookupScreen, "on_unmount", late, raising=False)
    assert ended == ["the screens"]
    assert not list(tmp_path.glob("*crash*"))


async def test_without_a_terminal_the_signals_stay_those_of_the_process(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in ENDINGS]
    async with program(tmp_path):
        assert [signal.getsignal(number) for number in ENDINGS] == before
