"""Owns the list of a trip's articles: those marked with Space are added up to an amount. It records nothing."""

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
from refund_tui.tui.commands import ARTICLES, bindings
from refund_tui.tui.widgets.row_list import Column, RowList

COLUMNS = (Column("", 1), Column("Article", 0), Column("of", 8, right=True), Column("worth", 7, right=True))
ONE = Decimal(1)


class ArticleList(RowList[int]):
    """The articles; a row is an index among them. `marked` has the quantity to give back, by index."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(ARTICLES)

    @dataclass
    class Marked(Message):
        """Other articles are marked."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, self._row_of, lambda index: index, id="articles")
        self._articles: Sequence[Article] = ()
        self.marked: dict[int, Decimal] = {}
        self._marked_of: dict[tuple[str, str], dict[int, Decimal]] = {}
        """The marks of each trip, by store and trip id; they last as long as the program runs."""

    def show_articles(self, trip: tuple[str, str], articles: Sequence[Article]) -> None:
        """Show the articles of a trip from the first one on, with what was marked of them before."""
        self._articles, self.marked = articles, self._marked_of.setdefault(trip, {})
        if any(index >= len(articles) for index in self.marked):
            self.marked.clear()  # the trip was imported again, with other articles
        self.display = bool(articles)
        self.restart()
        self.set_rows(0, range(len(articles)), len(articles), fresh=True)

    @property
    def marked_total(self) -> Money | None:
        """The amount of what is marked; None where nothing is, or where a price is not known."""
        return added_up(self._articles, self.marked)

    def agree_with(self, amount: str) -> bool:
        """Remove the marks if they come to another amount. Returns whether they come to this one."""
        total = self.marked_total
        if total is not None and total.digits != amount:
            self.unmark_all()
        return total is not None and total.digits == amount

    def unmark_all(self) -> None:
        """Remove all marks, without a message."""
        self.marked.clear()
        self.redraw()

    def action_mark(self) -> None:
        """Mark all of an article, or none of it."""
        index = self.current
        if index is None:
            return
        if self.marked.pop(index, None) is None:
            self.marked[index] = self._articles[index].quantity or ONE
        self._say()

    def action_change(self, by: int) -> None:
        """One piece more or less of a counted article."""
        index = self.current
        if index is None or not counted(self._articles[index]):
            return
        wanted = min(self.marked.get(index, Decimal(0)) + by, self._articles[index].quantity or ONE)
        if wanted > 0:
            self.marked[index] = wanted
        else:
            self.marked.pop(index, None)
        self._say()

    def _say(self) -> None:
        self.refresh()
        self.post_message(self.Marked())

    def _row_of(self, index: int) -> tuple[str, ...]:
        article = self._articles[index]
        quantity, marked = article.quantity or ONE, self.marked.get(index)
        unit = "" if counted(article) else visible(article.unit or "", 4)
        part = f"{marked.normalize():f}/" if marked is not None and marked != quantity else ""
        price = worth(article, marked)
        return (
            ("✓" if marked else "·"),
            article.name or article.id,
            f"{part}{quantity.normalize():f} {unit}".strip(),
            price.digits if price else "?",
        )
