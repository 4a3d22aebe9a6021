"""Owns which place is shown, and when the others are made: the first screen waits for none but its own."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.widgets import ContentSwitcher

from refund_tui.desk.desk import Desk
from refund_tui.tui.screens.lookup import LookupScreen
from refund_tui.tui.screens.screen import ScreenPane

LATER = ("refund", "history", "leaving", "palette")
"""The places that are made after the first screen, or when they are first gone to; a rare one is only made then."""


class ScreenSwitcher(ContentSwitcher):
    """One place at a time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(initial="lookup", id="places")
        self._desk = desk
        self._lookup = LookupScreen(desk)
        self._made: dict[str, ScreenPane] = {"lookup": self._lookup}
        self._making = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """The place that is there from the start."""
        yield self._lookup

    @property
    def shown(self) -> ScreenPane:
        """The place that is shown."""
        return self._made[str(self.current)]

    def made(self, name: str) -> ScreenPane | None:
        """A place, if it was made yet."""
        return self._made.get(name)

    async def bring(self, name: str) -> ScreenPane:
        """A place, made if need be; not shown by this."""
        async with self._making:
            if name not in self._made:
                place = _make(name, self._desk)
                place.display = False
                await self.mount(place)
                self._made[name] = place
            return self._made[name]


def _make(name: str, desk: Desk) -> ScreenPane:
    """A new place; what it is made of is imported only now."""
    match name:
        case "refund":
            from refund_tui.tui.screens.refund import RefundFormScreen

            return RefundFormScreen(desk)
        case "history":
            from refund_tui.tui.screens.history import HistoryScreen

            return HistoryScreen(desk)
        case "leaving":
            from refund_tui.tui.screens.leaving import LeavingScreen

            return LeavingScreen(desk)
        case "gate":
            from refund_tui.tui.screens.gate import GateScreen

            return GateScreen(desk)
        case _:
            from refund_tui.tui.screens.palette import PaletteScreen

            return PaletteScreen(desk)
