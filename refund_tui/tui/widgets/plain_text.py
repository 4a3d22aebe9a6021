"""Owns the widgets that show text as it is: nothing in it is ever parsed as markup.

Each line is passed through `core.text.visible` here, so that no ESC reaches the terminal even if a caller forgot it.
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
    """The parts joined, as content without markup, links or control characters; line feeds are kept."""
    return Content.assemble(*(_part(part) for part in parts))


def _part(part: Part) -> tuple[str, str]:
    text, style = (part, "") if isinstance(part, str) else part
    return "\n".join(visible(line, LONGEST_LINE) for line in text.split("\n")), style


class Plain(Static):
    """Text without markup; it is repainted only when it really changed."""

    def __init__(self, text: str | Content = "", *, id: str | None = None, classes: str | None = None) -> None:
        self._shown = _content(text)
        super().__init__(self._shown, id=id, classes=classes, markup=False)

    @property
    def shown(self) -> str:
        """The text as it is on the screen."""
        return self._shown.plain

    def show(self, text: str | Content) -> None:
        """Show another text. The layout is computed again only where the size depends on the text."""
        content = _content(text)
        if content != self._shown or content.spans != self._shown.spans:
            self._shown = content
            self.update(content, layout=self.styles.is_auto_width or self.styles.is_auto_height)


class TextCell(Plain):
    """Text of fixed width on one line, such as a countdown: a change never causes a new layout.

    Give it a width in the style sheet; a text that does not fit is cut at its end.
    """

    DEFAULT_CSS = "TextCell { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }"


def _content(text: str | Content) -> Content:
    return text if isinstance(text, Content) else literal(text)
