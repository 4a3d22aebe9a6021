"""Owns the Textual message that brings the desk's news to the app."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from refund_tui.desk.news import News


@dataclass
class DeskNews(Message):
    """The desk has news: what is shown must be read again."""

    news: News
