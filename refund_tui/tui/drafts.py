"""Owns when a draft is saved: after a pause in typing, or at once. Never reads a widget and never checks a draft."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime

from textual.timer import Timer

from refund_tui.core.refunds import Draft
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Standing
from refund_tui.errors import StoreError
from refund_tui.tui.wording.notices import not_kept

SAVE_AFTER, SAVE_AGAIN = 0.5, 2.0
"""Seconds without a key until a draft is saved, and seconds until the next try after a failure."""

InBackground = Callable[[Coroutine[object, object, None]], None]


class DraftKeeper:
    """Keeps what this clerk types, for one trip at a time.

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
        self._typed: Draft | None = None
        """The draft that is not saved yet."""
        self._saving: Timer | None = None
        self._unsaved = Standing(desk.tell)
        self._on_disk: Draft | None = None

    @property
    def saved_at(self) -> datetime | None:
        """When the draft was last saved (UTC); None if no draft of the trip is on disk."""
        return self._on_disk.saved_at if self._on_disk else None

    async def read(self, store_id: str, trip_id: str) -> Draft | None:
        """The draft of a trip as it is on disk. Raises StoreError."""
        self._on_disk = await self._desk.history.draft(self._desk.clerk, store_id, trip_id)
        return self._on_disk

    def keep(self, draft: Draft) -> None:
        """Save this draft after a pause in typing. A draft that is already on disk is not saved again."""
        if self._typed is None and (draft == self._on_disk if self._on_disk else draft.empty):
            return
        self._typed = draft
        self._stop_timer()
        self._saving = self._set_timer(SAVE_AFTER, self.save)

    def save(self) -> None:
        """Save the draft now, in the background, if it is not saved yet."""
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
        """Save the draft if it is not saved yet. Returns when it is on disk. Raises StoreError."""
        typed = self._typed
        if typed is None:
            return
        saved_at = await self._desk.save_draft(typed)
        self._on_disk = replace(typed, saved_at=saved_at) if saved_at else None
        if self._typed is typed:
            self._typed = None
        await self._unsaved.over()

    def forget(self) -> None:
        """Forget the draft, because it became a refund. The ledger has deleted it."""
        self._typed = self._on_disk = None

    def _stop_timer(self) -> None:
        if self._saving is not None:
            self._saving.stop()
