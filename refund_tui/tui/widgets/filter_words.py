"""Owns the completion of the history's filter line; the words there are, core knows."""

from __future__ import annotations

from textual.suggester import Suggester

from refund_tui.core.filters import complete


class FilterWords(Suggester):
    """Completes the last word of a filter line; the right arrow takes it."""

    async def get_suggestion(self, value: str) -> str | None:
        """The whole line with its last word completed."""
        words = complete(value)
        return value[: len(value) - len(value.split(" ")[-1])] + words[0] if words else None
