"""Owns the trip's articles: marked with Space, they add the amount up. Records nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from refund_tui.core.articles import added_up, counted, worth
from refund_tui.core.money import Money
from refund_tui.core.text import visible
from refund_tui.core.trips import Article
from refund_tui.tui.bindings import bindings
from refund_tui.tui.commands import ARTICLES
from refund_tui.tui.widgets.row_list import Column, RowList

COLUMNS = (Column("", 1), Column("Article", 0), Column("of", 8, right=True), Column("worth", 7, right=True))
ONE = Decimal(1)


class ArticleList(RowList[int]):
    """The cart. Its rows are places in it; `marked` has the quantity to give back, by place."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(ARTICLES)

    @dataclass
    class Marked(Message):
        """Other articles are marked; `total` is None where nothing is, or a price is not known."""

        total: Money | None

    def __init__(self) -> None:
        super().__init__(COLUMNS, self._row_of, lambda place: place, id="articles")
        self._articles: Sequence[Article] = ()
        self.marked: dict[int, Decimal] = {}

    def show_articles(self, articles: Sequence[Article]) -> None:
        """Show a cart, nothing marked."""
        self._articles, self.marked = articles, {}
        self.display = bool(articles)
        self.set_rows(0, range(len(articles)), len(articles), fresh=True)

    def action_mark(self) -> None:
        """Mark all of an article, or none of it."""
        place = self.current
        if place is None:
            return
        if self.marked.pop(place, None) is None:
            self.marked[place] = self._articles[place].quantity or ONE
        self._say()

    def action_change(self, by: int) -> None:
        """One piece more or less of a counted article."""
        place = self.current
        if place is None or not counted(self._articles[place]):
            return
        wanted = min(self.marked.get(place, Decimal(0)) + by, self._articles[place].quantity or ONE)
        if wanted > 0:
            self.marked[place] = wanted
        else:
            self.marked.pop(place, None)
        self._say()

    def _say(self) -> None:
        self.refresh()
        self.post_message(self.Marked(added_up(self._articles, self.marked)))

    def _row_of(self, place: int) -> tuple[str, ...]:
        article = self._articles[place]
        quantity, marked = article.quantity or ONE, self.marked.get(place)
        unit = "" if counted(article) else visible(article.unit or "", 4)
        part = f"{marked.normalize():f}/" if marked is not None and marked != quantity else ""
        price = worth(article, marked)
        return (
            ("✓" if marked else "·"),
            article.name or article.id,
            f"{part}{quantity.normalize():f} {unit}".strip(),
            price.digits if price else "?",
        )
