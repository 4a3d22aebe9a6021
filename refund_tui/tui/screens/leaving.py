"""Owns the question before the program ends while refunds are open. It lists them and says that they continue later."""

from __future__ import annotations

import asyncio

from textual import on
from textual.app import ComposeResult

from refund_tui.core.filters import Filter
from refund_tui.core.ledger_identity import open_elsewhere
from refund_tui.core.refunds import GOING_ON_STATES, Refund
from refund_tui.desk.desk import Desk
from refund_tui.errors import RefundTuiError
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.widgets.confirm import ConfirmPanel, Question
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.questions import (
    ANSWER_AWAITED,
    NO_ANSWER,
    REQUEST_UNDER_WAY,
    STILL_OPEN,
    THEY_GO_ON,
    not_from_here,
    not_listed,
)
from refund_tui.tui.wording.states import STYLES, TONES, short, state_words

SHOWN = 10
LIST_WITHIN = 1.0
"""Seconds that the question waits for the list. If the ledger is locked longer, it is asked without the list."""


class LeavingScreen(ScreenPane):
    """Shows the open refunds. Quits only after the clerk's answer."""

    title = "Leaving"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "leaving")

    def compose(self) -> ComposeResult:
        """One question."""
        yield ConfirmPanel(self._desk.now)

    def enter(self) -> None:
        """Ask."""
        self.in_background(self._ask())

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(LIST_WITHIN):
                refunds, elsewhere = await self._open_refunds(), await self._elsewhere()
        except (RefundTuiError, TimeoutError) as error:  # leaving must be possible all the same
            refunds, elsewhere = [not_listed(str(error) or NO_ANSWER)], ""
        awaited = f"\n{REQUEST_UNDER_WAY}\n" if self._desk.on_the_wire else ""
        title, follows = (STILL_OPEN, f"\n{THEY_GO_ON}") if refunds else (ANSWER_AWAITED, "")
        self.query_one(ConfirmPanel).ask(Question(title, [*refunds, awaited, follows, elsewhere], "quit", no="stay"))

    async def _open_refunds(self) -> list[Part]:
        wanted = Filter(states=GOING_ON_STATES, endpoint=self._desk.endpoint)
        refunds = await self._desk.history.rows(wanted, 0, SHOWN + 1)
        lines = [part for refund in refunds[:SHOWN] if isinstance(refund, Refund) for part in _line(refund)]
        return [*lines, "… and more\n"] if len(refunds) > SHOWN else lines

    async def _elsewhere(self) -> str:
        here = self._desk.endpoint
        told = open_elsewhere(await self._desk.history.elsewhere(here))
        return not_from_here(told) if told else ""

    @on(ConfirmPanel.Answered)
    async def _answered(self, message: ConfirmPanel.Answered) -> None:
        message.stop()
        if message.yes:
            self.refund_app.leave(0)
        else:
            await self.refund_app.go("lookup")


def _line(refund: Refund) -> list[Part]:
    asked = refund.intent
    told = (state_words(refund), STYLES[TONES[refund.state]])
    return [f"{asked.amount!s:>14}  {short(asked.trip_id):18}  ", told, "\n"]
