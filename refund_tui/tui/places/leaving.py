"""Owns the question before the program ends while refunds are open: which they are, and what becomes of them."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

from refund_tui.core.refunds import Refund, State
from refund_tui.core.text import visible
from refund_tui.desk import Desk
from refund_tui.store.history import Filter
from refund_tui.tui.places.place import Place
from refund_tui.tui.states import state_words
from refund_tui.tui.widgets.confirm import ConfirmPanel

_OPEN = Filter(states=frozenset({State.QUEUED, State.SENDING, State.WAITING}))
SHOWN = 10


class LeavingPlace(Place):
    """Says which refunds are open and that they go on; leaves only on a clear yes."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "leaving")

    def compose(self) -> ComposeResult:
        """One question."""
        yield ConfirmPanel(self._desk.now)

    def enter(self) -> None:
        """Ask."""
        self.in_background(self._ask())

    async def _ask(self) -> None:
        refunds = await self._desk.look(lambda history: history.rows(_OPEN, 0, SHOWN + 1))
        lines = [_line(refund) for refund in refunds[:SHOWN]] + (["… and more"] if len(refunds) > SHOWN else [])
        words = [
            "These refunds are still open:", "", *lines, "",
            "They are recorded and go on, with the same id, when refund-tui or refund-tui resume next runs.",
            "", "y  quit     n  stay",
        ]  # fmt: skip
        self.query_one(ConfirmPanel).ask("\n".join(words))

    @on(ConfirmPanel.Answered)
    def _answered(self, message: ConfirmPanel.Answered) -> None:
        message.stop()
        if message.yes:
            self.frame.leave(0)
        else:
            self.frame.action_lookup()


def _line(refund: Refund) -> str:
    asked = refund.intent
    return f"{asked.amount!s:>14}  {visible(asked.trip_id, 40):40}  {state_words(refund)}"
