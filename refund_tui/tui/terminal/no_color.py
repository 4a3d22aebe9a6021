"""Owns NO_COLOR: no colour reaches the terminal, not even grey; bold and reverse stay."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Colourless(LineFilter):
    """Removes colours and keeps attributes; Textual's own filters leave greys, or codes for "default"."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same text without colours."""
        return [Segment(text, style and _without(style), control) for text, style, control in segments]


@lru_cache(maxsize=1024)
def _without(style: Style) -> Style:
    return style.without_color
