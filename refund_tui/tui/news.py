"""Owns how the desk's news come to the app, and which of them a clerk is told: those of what that clerk asked for."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from refund_tui.core.refunds import Action, Life, Refund
from refund_tui.desk.news import NO_CHANGE, Changed, Elsewhere, News, Trouble, Unsaved
from refund_tui.tui.wording.states import outcome_words

_ACTIONS = frozenset(map(str, Action))
"""The kinds of the news of what a person did to a refund in this process."""


@dataclass
class DeskNews(Message):
    """The desk has news: what is shown must be read again."""

    news: News


class ClerksNews:
    """What one clerk is told: once, the end of what that clerk asked for or acted on."""

    def __init__(self, clerk: str) -> None:
        self._clerk = clerk
        self._acted_on: set[str] = set()
        self._told: dict[str, Life] = {}
        """What had become of a refund when its end was told, by its key. A printed receipt does not change that."""

    def ended(self, news: News) -> list[Refund]:
        """The refunds of this clerk that have ended, or need a person, and were not told so far."""
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
    """The sentence that announces it; empty for what is only shown."""
    if ended:
        return outcome_words(ended[-1], others=len(ended) - 1)
    return news.why if isinstance(news, Unsaved | Trouble) else ""
