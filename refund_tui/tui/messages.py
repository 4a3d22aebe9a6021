"""Owns the messages by which the desk's news reach the screens."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from refund_tui.desk.news import News


@dataclass
class DeskNews(Message):
    """The desk said something; whoever shows refunds reads them again."""

    news: News
