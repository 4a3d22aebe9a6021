"""Owns the widgets that show text as it is: nothing in them is ever parsed as markup."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Plain(Static):
    """Text, literally. A change of text repaints it only when it really changed."""

    def __init__(self, text: str | Content = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(_literal(text), id=id, classes=classes, markup=False)
        self._shown = _literal(text)

    def show(self, text: str | Content) -> None:
        """Show other text; lines and columns that stay the same cost nothing but the layout."""
        literal = _literal(text)
        if literal != self._shown:
            self._shown = literal
            self.update(literal)


class Cell(Plain):
    """Text of fixed width on one line: its change never moves the layout, as a countdown's must not."""

    DEFAULT_CSS = "Cell { height: 1; }"

    def show(self, text: str | Content) -> None:
        """Show other text in the same place."""
        literal = _literal(text)
        if literal != self._shown:
            self._shown = literal
            self.update(literal, layout=False)


def _literal(text: str | Content) -> Content:
    return text if isinstance(text, Content) else Content(text)
