"""Owns how the desk's news come to the app, and which of them a clerk is told."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from refund_tui.desk.news import Changed, News, Trouble, Unsaved
from refund_tui.tui.wording.states import outcome_words

_NOT_AWAITED = ("receipt_printed", "accepted_again", "late_answer")
"""Kinds of events that no clerk waits for."""


@dataclass
class DeskNews(Message):
    """The desk has news: what is shown must be read again."""

    news: News


def ends_a_refund(news: News) -> bool:
    """Whether a clerk waits for it: a refund has ended, or needs a person."""
    return isinstance(news, Changed) and news.kind not in _NOT_AWAITED and not news.refund.state.goes_on


def announcement_of(news: News) -> str:
    """The sentence that announces it; empty for what is only shown."""
    match news:
        case Changed(refund=refund) if ends_a_refund(news):
            return outcome_words(refund)
        case Unsaved(why=why) | Trouble(why=why):
            return why
        case _:
            return ""
