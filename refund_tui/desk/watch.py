"""Owns the watch over the files: it notices writes of other processes, and damage of the ledger.

Announces what it finds and wakes the sender. Never decides anything and never writes a refund.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from refund_tui.core.refunds import Event, Refund
from refund_tui.core.second_person import REQUESTS
from refund_tui.desk.files import Files
from refund_tui.desk.news import NO_CHANGE, Changed, Elsewhere, News, Standing, Trouble, fault_of
from refund_tui.desk.ports import HistoryPort
from refund_tui.errors import StoreBusy, StoreError

WATCH = 1.0
"""Seconds between two checks whether another process wrote. Each check is one PRAGMA."""

LONG_SEARCH = 2.0
"""The most seconds that a command waits for the check of all rows. A large ledger takes minutes."""

MOST = 500
"""The most events that one check reads."""

UNREAD = -1
"""Stands for the result of a check that failed."""

NOTHING_SENT = "Until it can be read again, no refund is recorded or sent, and what is shown may be old"
NOTHING_MORE = "No refund is recorded or sent, and what is shown may be old"
NO_TRIPS_NOW = "No refund was changed; those under way go on, but no new one is taken until they can be read again"
"""What a failure of the ledger that passes, of one that does not, and of the trips means for money."""

NOT_REACHED = "unreachable"
REACHED = frozenset(
    "accepted accepted_again late_acceptance rejected rate_limited unavailable server_error odd_status".split()
)
"""The kinds of events that show whether the service was reached."""


class Watcher:
    """Watches the files of one desk, in its own tasks."""

    def __init__(
        self,
        files: Files,
        tell: Callable[[News], Awaitable[None]],
        wake: Callable[[], None],
        reached: Callable[[bool], None],
    ) -> None:
        """`reached` is called with whether the newest attempt of any process reached the service."""
        self._files, self._tell, self._wake, self._reached = files, tell, wake, reached
        self._seq: int | None = None
        """The number of the newest event that was read."""
        self._seen: int | None = None
        self._trips_seen: int | None = None
        """What the last looks saw; None before the first, UNREAD after one that failed."""
        self.looks = 0
        """How many looks have found that all can be read."""
        self._ledger, self._trips = Standing(tell), Standing(tell)
        self._tasks: list[asyncio.Task[None]] = []
        self.trouble: StoreError | None = None
        """Why the last check could not read the ledger; empty if it could."""

    def begin(self) -> None:
        """Start watching, and check for damage once."""
        self._tasks = [
            asyncio.create_task(self._watch(), name="watcher"),
            asyncio.create_task(self._examine(), name="examiner"),
            asyncio.create_task(self._walk(), name="walker"),
        ]

    async def examined(self) -> None:
        """Return when the quick check and the check of all rows have ended, at the latest after LONG_SEARCH seconds."""
        if self._tasks:
            _, examiner, walker = self._tasks
            await asyncio.wait([examiner])
            await asyncio.wait([walker], timeout=LONG_SEARCH)

    async def close(self) -> None:
        """End the tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _examine(self) -> None:
        if self._files.no_trips:
            await self._tell(Trouble(self._files.no_trips))
        await self._look(self._files.examine)

    async def _walk(self) -> None:
        await asyncio.wait([self._tasks[1]])
        await self._look(self._files.walk)

    async def _look(self, search: Callable[[], Awaitable[str]]) -> None:
        try:
            found = await search()
        except StoreError:
            return  # the watch reports it too; the next start checks again
        if found:
            await self._tell(Trouble(found))

    async def _watch(self) -> None:
        """Notice within about a second that another process wrote."""
        while True:
            news = await self._look_at_ledger()
            if await self._look_at_trips() and news is None:
                news = Elsewhere()
            if news is not None:
                await self._tell(news)
                self._wake()
            await asyncio.sleep(WATCH)

    async def _look_at_ledger(self) -> Elsewhere | None:
        """What other processes did since the last look; also once it can be read again after a failure."""
        try:
            now = await self._files.changes_seen()
            if now != self._seen:
                await self._files.remember()
            found = await self._changes() if now != self._seen else None
        except StoreError as error:
            self._seen, self.trouble = UNREAD, error
            await self._ledger.found(f"{error}. {NOTHING_SENT if isinstance(error, StoreBusy) else NOTHING_MORE}")
            return None
        except Exception as error:  # noqa: BLE001 a fault of this program must not end the watch
            self._seen = UNREAD
            await self._ledger.found(
                f"watching the ledger failed by a fault of this program ({error!r})", fault_of(error)
            )
            return None
        first, self._seen, self.trouble = self._seen is None, now, None
        await self._ledger.over()
        return None if first or found is None else found

    async def _look_at_trips(self) -> bool:
        """Whether another process wrote trips since the last look, or they can be read again after a failure."""
        try:
            now = await self._files.trip_changes_seen()
        except StoreError as error:
            self._trips_seen = UNREAD
            await self._trips.found(f"{error}. {NO_TRIPS_NOW}")
            return False
        changed, self._trips_seen = self._trips_seen not in (None, now), now
        self.looks += self.trouble is None
        await self._trips.over()
        return changed

    async def _changes(self) -> Elsewhere:
        """What changed since the last check. The first check returns none."""
        seq, changed, events = await self._files.look(lambda history: _since(history, self._seq))
        self._seq = seq
        for event in reversed(events):
            if event.kind == NOT_REACHED or event.kind in REACHED:
                self._reached(event.kind != NOT_REACHED)
                break
        return Elsewhere(changed, tuple(event for event in events if event.kind in REQUESTS.values()))


def _since(history: HistoryPort, seq: int | None) -> tuple[int, tuple[Changed, ...], list[Event]]:
    """The number of the newest event, the refunds that no longer continue by themselves, and the events."""
    if seq is None:
        return history.last_seq(), (), []
    events = history.since(seq, MOST)
    kinds = {
        event.key: event.kind
        for event in events
        if event.key is not None and event.kind not in NO_CHANGE and not (event.after and event.after.goes_on)
    }
    found = ((history.get(key), kind) for key, kind in kinds.items())
    changed = tuple(Changed(one, kind) for one, kind in found if isinstance(one, Refund) and not one.state.goes_on)
    return max((seq, *(event.seq for event in events))), changed, events
