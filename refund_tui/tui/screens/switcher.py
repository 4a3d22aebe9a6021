"""Owns which screen is shown, and when each is mounted: at the start only Lookup is."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.widgets import ContentSwitcher

from refund_tui.desk.desk import Desk
from refund_tui.tui.screens.lookup import LookupScreen
from refund_tui.tui.screens.screen import ScreenPane

MOUNTED_LATER = ("refund", "history", "leaving", "palette")
"""The screens that are mounted right after the start. The gate screen is rare: it is mounted when it is needed."""


class ScreenSwitcher(ContentSwitcher):
    """One screen at a time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(initial="lookup", id="screens")
        self._desk = desk
        self.lookup = LookupScreen(desk)
        """The first screen."""
        self._panes: dict[str, ScreenPane] = {"lookup": self.lookup}
        self._mounting = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """The first screen."""
        yield self.lookup

    @property
    def shown(self) -> ScreenPane:
        """The screen that is shown."""
        return self._panes[str(self.current)]

    def get(self, name: str) -> ScreenPane | None:
        """A screen, None if it is not mounted yet."""
        return self._panes.get(name)

    async def mounted(self, name: str) -> ScreenPane:
        """A screen. It is mounted now if necessary, but not shown."""
        async with self._mounting:
            if name not in self._panes:
                screen = _make(name, self._desk)
                screen.display = False
                await self.mount(screen)
                self._panes[name] = screen
            return self._panes[name]


def _make(name: str, desk: Desk) -> ScreenPane:
    """A new screen. Its module is imported only now, to make the start faster."""
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
