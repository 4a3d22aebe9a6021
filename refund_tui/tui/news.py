"""Owns how the desk's news reach the app, and which news are announced to a clerk: those of the clerk's own refunds."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from textual.message import Message

from refund_tui.core.refunds import Action, Life, Refund, State
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import NO_CHANGE, Changed, Elsewhere, News, Trouble, Unsaved
from refund_tui.errors import RefundTuiError
from refund_tui.tui.wording.approvals import request_words
from refund_tui.tui.wording.states import outcome_words

LEDGER_WITHIN = 0.5
"""Seconds that an announcement waits for the ledger, which another program may hold."""

_ACTIONS = frozenset(map(str, Action))
"""The kinds of news after a person's action in this process."""


@dataclass
class DeskNews(Message):
    """The desk has news: the screen must read the ledger again."""

    news: News


class ClerksNews:
    """The news for one clerk: the end of each refund that the clerk asked for or acted on, once.

    An `approver` is also told of each refund that needs an approval.
    """

    def __init__(self, clerk: str, *, approver: bool = False) -> None:
        self._clerk, self._approver = clerk, approver
        self._acted_on: set[str] = set()
        self._told: dict[str, Life] = {}
        """The end that was announced for each refund, by its key. A printed receipt does not change it."""

    def ended(self, news: News) -> list[Refund]:
        """The refunds of this clerk that have ended, or need a person, and were not announced yet."""
        changes = (news,) if isinstance(news, Changed) else news.changes if isinstance(news, Elsewhere) else ()
        self._acted_on.update(change.refund.key for change in changes if change.kind in _ACTIONS)
        found = [change.refund for change in changes if self._is_awaited(change)]
        self._told.update((refund.key, refund.life) for refund in found)
        return found

    def _is_awaited(self, change: Changed) -> bool:
        refund = change.refund
        asked_here = refund.clerk == self._clerk or refund.key in self._acted_on
        asked_here = asked_here or (self._approver and refund.state is State.AWAITING_APPROVAL)
        ended = change.kind not in NO_CHANGE and not refund.state.goes_on
        return asked_here and ended and self._told.get(refund.key) != refund.life

    def requested(self, news: News) -> str:
        """The sentence that tells an approver what another clerk asked for and two people must ask for; else empty."""
        found = news.requests if isinstance(news, Elsewhere) and self._approver else ()
        return next((request_words(event) for event in reversed(found) if event.who != self._clerk), "")


async def end_words(desk: Desk, ended: list[Refund]) -> str:
    """The sentence that announces these ends: the last of them, with what is left on its trip if that can be read."""
    refund, balance = ended[-1], None
    with contextlib.suppress(RefundTuiError, TimeoutError):
        async with asyncio.timeout(LEDGER_WITHIN):
            balance = await desk.trips.balance(refund.intent.store_id, refund.intent.trip_id)
    return outcome_words(refund, balance, others=len(ended) - 1)


def trouble_words(news: News) -> str:
    """The sentence about what went wrong; empty for what is only shown."""
    return news.why if isinstance(news, Unsaved | Trouble) else ""
