"""Owns how the desk's news reach the app, and which news are announced to a clerk: those of the clerk's own refunds."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from refund_tui.core.refunds import Action, Life, Refund
from refund_tui.desk.news import NO_CHANGE, Changed, Elsewhere, News, Trouble, Unsaved
from refund_tui.tui.wording.states import outcome_words

_ACTIONS = frozenset(map(str, Action))
"""The kinds of news after a person's action in this process."""


@dataclass
class DeskNews(Message):
    """The desk has news: the screen must read the ledger again."""

    news: News


class ClerksNews:
    """The news for one clerk: the end of each refund that the clerk asked for or acted on, once."""

    def __init__(self, clerk: str) -> None:
        self._clerk = clerk
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
        ended = change.kind not in NO_CHANGE and not refund.state.goes_on
        return asked_here and ended and self._told.get(refund.key) != refund.life


def announcement_of(news: News, ended: list[Refund]) -> str:
    """The sentence for an announcement; empty for news that are only shown."""
    if ended:
        return outcome_words(ended[-1], others=len(ended) - 1)
    return news.why if isinstance(news, Unsaved | Trouble) else ""
