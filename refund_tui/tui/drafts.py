"""Owns when a draft is saved: after a pause in typing, or at once. Never reads a widget and never checks a draft."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime

from textual.timer import Timer

from refund_tui.core.refunds import Draft
from refund_tui.core.trips import folded_trip
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Standing
from refund_tui.errors import StoreError
from refund_tui.tui.wording.notices import not_kept

SAVE_AFTER, SAVE_AGAIN = 0.5, 2.0
"""Seconds without a key until a draft is saved, and seconds until the next try after a failure."""

InBackground = Callable[[Coroutine[object, object, None]], None]


class DraftKeeper:
    """Keeps what this clerk types, for one trip at a time, and what could not be saved yet of the trips before.

    `set_timer` calls a function after some seconds. `in_background` runs work and announces its errors. `saved` is
    called after an automatic save.
    """

    def __init__(
        self,
        desk: Desk,
        set_timer: Callable[[float, Callable[[], None]], Timer],
        in_background: InBackground,
        saved: Callable[[], None],
    ) -> None:
        self._desk, self._set_timer = desk, set_timer
        self._in_background, self._saved = in_background, saved
        self._typed: dict[str, Draft] = {}
        """The drafts that are not saved yet, each by its folded trip."""
        self._saving: Timer | None = None
        self._unsaved = Standing(desk.tell)
        self._trip = ""
        """The folded trip whose draft was read last."""
        self._on_disk: Draft | None = None

    @property
    def saved_at(self) -> datetime | None:
        """When the draft was last saved (UTC); None if no draft of the trip is on disk."""
        return self._on_disk.saved_at if self._on_disk else None

    async def read(self, store_id: str, trip_id: str) -> Draft | None:
        """The draft of a trip: what is not saved yet, else as it is on disk. Raises StoreError."""
        on_disk = await self._desk.history.draft(self._desk.clerk, store_id, trip_id)
        self._trip, self._on_disk = folded_trip(store_id, trip_id), on_disk
        typed = self._typed.get(self._trip, on_disk)
        return None if typed is None or typed.empty else typed

    def keep(self, draft: Draft) -> None:
        """Save this draft after a pause in typing. A draft that is already on disk is not saved again."""
        trip = folded_trip(draft.store_id, draft.trip_id)
        if trip not in self._typed and (draft == self._on_disk if self._on_disk else draft.empty):
            return
        self._typed[trip] = draft
        self._stop_timer()
        self._saving = self._set_timer(SAVE_AFTER, self.save)

    def save(self) -> None:
        """Save what is not saved yet, now, in the background: no key waits for it."""
        self._stop_timer()
        self._in_background(self._save())

    async def _save(self) -> None:
        try:
            await self.write()
        except StoreError as error:
            self._saving = self._set_timer(SAVE_AGAIN, self.save)
            await self._unsaved.found(not_kept(error))
        else:
            self._saved()

    async def write(self) -> None:
        """Save what is not saved yet. Returns when it is on disk. Raises StoreError."""
        if not self._typed:
            return
        for trip, typed in tuple(self._typed.items()):
            saved_at = await self._desk.save_draft(typed)
            if trip == self._trip:
                self._on_disk = replace(typed, saved_at=saved_at) if saved_at else None
            if self._typed.get(trip) is typed:
                del self._typed[trip]
        await self._unsaved.over()

    def forget(self, store_id: str, trip_id: str) -> None:
        """Forget the draft of a trip, because it became a refund. The ledger has deleted it."""
        trip = folded_trip(store_id, trip_id)
        self._typed.pop(trip, None)
        if trip == self._trip:
            self._on_disk = None

    def _stop_timer(self) -> None:
        if self._saving is not None:
            self._saving.stop()
