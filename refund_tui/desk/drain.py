"""Owns the wait until no refund of a desk continues by itself, for commands that then end. Never waits for a person."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from refund_tui.core.summary import Summary
from refund_tui.desk.sender import Sender
from refund_tui.desk.watch import WATCH
from refund_tui.errors import StoreChanged, StoreDamaged, StoreError, StoreUnusable

if TYPE_CHECKING:
    from refund_tui.desk.desk import Desk


async def until_drained(desk: Desk, *, wait: bool) -> Summary:
    """Return when no refund continues by itself; without `wait`, when none is due now. Raises StoreError."""
    changed, sender = asyncio.Event(), desk.sender
    end = desk.listen(lambda _news: changed.set())
    try:
        while True:
            changed.clear()
            lasting = StoreDamaged if sender.in_flight else StoreUnusable
            if isinstance(sender.failure, lasting):
                raise sender.failure  # nothing can be sent or written: waiting would never end
            summary = await _try_refresh(desk)
            if summary is not None and _drained(sender, summary, wait=wait):
                return summary
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH):
                    await changed.wait()
    finally:
        end()


async def _try_refresh(desk: Desk) -> Summary | None:
    """The summary. None if it cannot be read while an answer must still be written. Raises StoreError."""
    try:
        await desk.verify()
        return await desk.refresh()
    except (StoreChanged, StoreDamaged):  # waiting does not repair it
        raise
    except StoreError:
        if not desk.sender.in_flight:
            raise
        return None


def _drained(sender: Sender, summary: Summary, *, wait: bool) -> bool:
    if sender.in_flight:
        return False
    moving = summary.going_on - len(sender.stuck)
    return moving <= 0 or (sender.idle and not wait)
