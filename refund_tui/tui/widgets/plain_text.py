"""Owns the widgets that show text literally. They never parse markup.

Each line is passed through `core.text.visible`, so that no ESC reaches the terminal even if a caller forgot it.
"""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from refund_tui.core.text import visible

LONGEST_LINE = 2_000
"""The most characters of one line. No terminal is wider."""

Part = str | tuple[str, str]
"""A text, or a text and its style. The style ("bold", "$error", …) is always ours, never data."""


def literal(*parts: Part) -> Content:
    """The joined parts as content without markup, links or control characters. Line feeds are kept."""
    return Content.assemble(*(_part(part) for part in parts))


def _part(part: Part) -> tuple[str, str]:
    text, style = (part, "") if isinstance(part, str) else part
    return "\n".join(visible(line, LONGEST_LINE) for line in text.split("\n")), style


class Plain(Static):
    """Text without markup. It is painted again only if it changed."""

    def __init__(self, text: str | Content = "", *, id: str | None = None, classes: str | None = None) -> None:
        self._shown = _content(text)
        super().__init__(self._shown, id=id, classes=classes, markup=False)

    @property
    def shown(self) -> str:
        """The text on the screen."""
        return self._shown.plain

    def show(self, text: str | Content) -> None:
        """Show another text. The layout is computed again only if the size depends on the text."""
        content = _content(text)
        if content != self._shown or content.spans != self._shown.spans:
            self._shown = content
            self.update(content, layout=self.styles.is_auto_width or self.styles.is_auto_height)


class TextCell(Plain):
    """Text of fixed width on one line, such as a countdown: a change never causes a new layout.

    Give it a width in the style sheet. A text that does not fit is cut at its end.
    """

    DEFAULT_CSS = "TextCell { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }"


def _content(text: str | Content) -> Content:
    return text if isinstance(text, Content) else literal(text)
