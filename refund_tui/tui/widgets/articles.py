"""Owns the list of a trip's articles. Those marked with Space are added up to an amount. It records nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from refund_tui.core.articles import (
    RefundedArticle,
    counted,
    format_marks,
    parse_marks,
    quantities_left,
    refunded,
    total_price,
    worth,
)
from refund_tui.core.money import Money
from refund_tui.core.text import visible
from refund_tui.core.trips import Article
from refund_tui.tui.commands import ARTICLES, bindings
from refund_tui.tui.widgets.columns import lay_out
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.widgets.row_list import Cell, Column, RowList, Tone

COLUMNS = (Column("", 1), Column("Article", 0), Column("of", 12, right=True), Column("worth", 9, right=True))
ONE = Decimal(1)
WIDTH = 78
"""The width before the first layout."""


class ArticleList(RowList[int]):
    """The articles. A row is an index of an article. `marked` holds the quantity to give back, by index."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(ARTICLES),
        *(Binding(str(digit), f"reason({digit})", show=False) for digit in range(10)),
    ]

    @dataclass
    class Marked(Message):
        """The marks changed."""

    @dataclass
    class ReasonPressed(Message):
        """The digit of a reason was pressed, without moving to the reason first."""

        digit: int

    @dataclass
    class AllGivenBack(Message):
        """The clerk tried to mark an article that was given back already."""

        article: Article

    def __init__(self) -> None:
        super().__init__(COLUMNS, self._row_of, lambda index: index, id="articles")
        self._articles: Sequence[Article] = ()
        self._left: list[Decimal] = []
        """The quantity of each article that can still be given back."""
        self.marked: dict[int, Decimal] = {}

    def show_articles(self, articles: Sequence[Article], given: Iterable[RefundedArticle], marks: str) -> None:
        """Show the articles of a trip. `given` was given back before, `marks` are those of a draft."""
        self._articles, self._left = articles, quantities_left(articles, given)
        self.marked = parse_marks(marks, self._left)
        self.display = bool(articles)
        self.styles.max_height = max(1, len(articles))
        self.restart()
        self.set_rows(0, range(len(articles)), len(articles), fresh=True)

    def renew(self, articles: Sequence[Article], given: Iterable[RefundedArticle]) -> None:
        """Show what was given back meanwhile. Marks that are still possible stay."""
        if articles != self._articles:
            self.show_articles(articles, given, self.marks)
            return
        self._left = quantities_left(articles, given)
        self.marked = parse_marks(self.marks, self._left)
        self.redraw()

    @property
    def marks(self) -> str:
        """The marks, for a draft."""
        return format_marks(self.marked)

    @property
    def refunded(self) -> tuple[RefundedArticle, ...]:
        """The marked articles, as a refund records them."""
        return refunded(self._articles, self.marked)

    @property
    def title(self) -> tuple[Part, ...]:
        """The headings, with the number of marked articles, and the number of rows above and below.

        The name of the list is drawn like that of a field: reversed while the list has the focus.
        """
        above, below = self.hidden
        name, told = "Articles", f": {len(self.marked)} of {len(self._articles)} marked"
        told += (f"  ↑ {above} more" if above else "") + (f"  ↓ {below} more" if below else "")
        laid_out = lay_out(self.columns, ("", name + told, "of", "worth"), self.size.width or WIDTH)
        before, _, after = "".join(text for text, _ in laid_out).partition(name)
        return before, (name, "$foreground reverse" if self.has_focus else ""), after

    @property
    def counted(self) -> bool:
        """Whether the article under the cursor is counted in pieces."""
        return self.current is not None and counted(self._articles[self.current])

    @property
    def marked_total(self) -> Money | None:
        """The price of the marked articles; None if nothing is marked, or a price is not known."""
        return total_price(self._articles, self.marked)

    def agree_with(self, amount: str) -> bool:
        """Remove the marks if their price is not this amount. Whether it is this amount."""
        total = self.marked_total
        if total is not None and total.digits != amount:
            self.unmark_all()
        return total is not None and total.digits == amount

    def unmark_all(self) -> None:
        """Remove all marks, without a message."""
        self.marked.clear()
        self.redraw()

    def action_mark(self) -> None:
        """Mark all of an article that can still be given back, or remove its mark."""
        index = self.current
        if index is None:
            return
        if self.marked.pop(index, None) is None:
            if not self._left[index]:
                self.post_message(self.AllGivenBack(self._articles[index]))
                return
            self.marked[index] = self._left[index]
        self._say()

    def action_change(self, by: int) -> None:
        """One piece more or less of a counted article."""
        index = self.current
        if index is None or not counted(self._articles[index]):
            return
        wanted = min(self.marked.get(index, Decimal(0)) + by, self._left[index])
        if wanted > 0:
            self.marked[index] = wanted
        else:
            self.marked.pop(index, None)
        self._say()

    def action_reason(self, digit: int) -> None:
        """Pass the digit of a reason on."""
        self.post_message(self.ReasonPressed(digit))

    def _say(self) -> None:
        self.refresh()
        self.post_message(self.Marked())

    def _row_of(self, index: int) -> tuple[Cell, ...]:
        article = self._articles[index]
        quantity, marked = article.quantity or ONE, self.marked.get(index)
        unit = "" if counted(article) else visible(article.unit or "", 4)
        part = f"{marked.normalize():f}/" if marked is not None and marked != quantity else ""
        left = self._left[index]
        price = worth(article, marked)
        of = (
            f"{left.normalize():f} left"
            if 0 < left < quantity and marked is None
            else f"{part}{quantity.normalize():f}"
        )
        tone: Tone = "" if left else "dim"
        cells = (
            ("✓" if marked else "·" if left else "-"),
            article.name or article.id,
            f"{of} {unit}".strip(),
            "back" if not left else price.digits if price else "?",
        )
        return tuple((cell, tone) for cell in cells)
