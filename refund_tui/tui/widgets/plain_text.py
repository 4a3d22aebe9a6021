"""Owns the widgets that show text as it is: nothing in them is ever parsed as markup.

What reaches them has passed `core.text.visible` line by line, so that not even a forgotten call lets ESC to a terminal.
"""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from refund_tui.core.text import visible

LONGEST_LINE = 2_000
"""Characters of one line that are kept: more than any terminal is wide."""

Part = str | tuple[str, str]
"""A text, or a text and the style it is shown in (ours, never data: "bold", "$error", …)."""


def literal(*parts: Part) -> Content:
    """Parts one after another as content that cannot style, act or steer; line feeds stay line feeds."""
    return Content.assemble(*(_part(part) for part in parts))


def _part(part: Part) -> tuple[str, str]:
    text, style = (part, "") if isinstance(part, str) else part
    return "\n".join(visible(line, LONGEST_LINE) for line in text.split("\n")), style


class Plain(Static):
    """Text, literally. A change of text repaints it only when it really changed."""

    def __init__(self, text: str | Content = "", *, id: str | None = None, classes: str | None = None) -> None:
        self._shown = _content(text)
        super().__init__(self._shown, id=id, classes=classes, markup=False)

    @property
    def shown(self) -> str:
        """The text as it is on the screen."""
        return self._shown.plain

    def show(self, text: str | Content) -> None:
        """Show other text; the layout follows it where it has no size of its own, the same text costs nothing."""
        content = _content(text)
        if content != self._shown or content.spans != self._shown.spans:
            self._shown = content
            self.update(content, layout=self.styles.is_auto_width or self.styles.is_auto_height)


class TextCell(Plain):
    """Text of fixed width on one line: its change never moves the layout, as a countdown's must not.

    Give it a width in the style sheet; what does not fit is cut at its end.
    """

    DEFAULT_CSS = "TextCell { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }"


def _content(text: str | Content) -> Content:
    return text if isinstance(text, Content) else literal(text)
