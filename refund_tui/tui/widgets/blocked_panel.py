"""Owns the question whether all blocked refunds go on, and what its yes does. The desk does it, one after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from refund_tui.core.filters import Filter
from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.refunds import Action, Refund, State
from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.confirm import ConfirmPanel
from refund_tui.tui.wording.blocked import all_question
from refund_tui.tui.wording.lists import MOST


class BlockedPanel(ConfirmPanel):
    """Lists each blocked refund of this desk's service with its cause, and asks about all of them."""

    def __init__(self, desk: Desk, *, id: str | None = None) -> None:
        super().__init__(desk.now, id=id)
        self._desk = desk
        self.blocked: Sequence[Refund] = ()
        """The refunds that the question is about."""

    async def read(self) -> bool:
        """Ask about what is blocked now, anew if it has changed; False if nothing is blocked. Raises StoreError."""
        wanted = Filter(states=frozenset({State.BLOCKED}), endpoint=self._desk.endpoint)
        found = await self._desk.history.rows(wanted, 0, MOST)
        blocked = [refund for refund in found if isinstance(refund, Refund)]
        if blocked and (self.awaited is None or blocked != self.blocked):
            self.blocked = blocked
            self.ask(all_question(blocked))
        return bool(blocked)

    async def go_on(self, refunds: Sequence[Refund]) -> None:
        """Let these go on. Raises StoreError."""
        for refund in refunds:
            with contextlib.suppress(NotPossible):  # somebody else has done it meanwhile
                await self._desk.act(refund.key, Action.GO_ON)
