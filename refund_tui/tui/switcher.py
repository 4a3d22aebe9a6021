"""Owns which place is shown, and when the others are made: the first screen waits for none but its own."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult
from textual.widgets import ContentSwitcher

from refund_tui.desk import Desk
from refund_tui.tui.places.lookup import LookupPlace
from refund_tui.tui.places.place import Place

LATER = ("refund", "history", "leaving", "palette")
"""The places that are made after the first screen, or when they are first gone to; a rare one is only made then."""


class Places(ContentSwitcher):
    """One place at a time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(initial="lookup", id="places")
        self._desk = desk
        self._lookup = LookupPlace(desk)
        self._made: dict[str, Place] = {"lookup": self._lookup}
        self._making = asyncio.Lock()

    def compose(self) -> ComposeResult:
        """The place that is there from the start."""
        yield self._lookup

    @property
    def shown(self) -> Place:
        """The place that is shown."""
        return self._made[str(self.current)]

    def made(self, name: str) -> Place | None:
        """A place, if it was made yet."""
        return self._made.get(name)

    async def bring(self, name: str) -> Place:
        """A place, made if need be; not shown by this."""
        async with self._making:
            if name not in self._made:
                place = _make(name, self._desk)
                place.display = False
                await self.mount(place)
                self._made[name] = place
            return self._made[name]


def _make(name: str, desk: Desk) -> Place:
    """A new place; what it is made of is imported only now."""
    match name:
        case "refund":
            from refund_tui.tui.places.refund import RefundPlace

            return RefundPlace(desk)
        case "history":
            from refund_tui.tui.places.history import HistoryPlace

            return HistoryPlace(desk)
        case "leaving":
            from refund_tui.tui.places.leaving import LeavingPlace

            return LeavingPlace(desk)
        case "gate":
            from refund_tui.tui.places.gate import GatePlace

            return GatePlace(desk)
        case _:
            from refund_tui.tui.places.palette import PalettePlace

            return PalettePlace(desk)
