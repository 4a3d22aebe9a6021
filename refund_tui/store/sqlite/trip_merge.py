"""Owns how two records of the same trip are merged: the newer record's values count, missing ones stay as they were."""

from __future__ import annotations

from dataclasses import replace

from refund_tui.core.trips import Article, Card, Trip


def merged(old: Trip, new: Trip) -> Trip:
    """`old` with the values of `new`. A cart in `new` replaces the old one, but known facts about its articles stay.

    So a Create Purchases body and a retailer's record of the same trip may come in any order.
    """
    return replace(
        new,
        began=new.began or old.began,
        ended=new.ended or old.ended,
        captured=new.captured or old.captured,
        card=_card(old.card, new.card),
        receipt=new.receipt or old.receipt,
        articles=_articles(old.articles, new.articles) if new.articles else old.articles,
        currency=new.currency or old.currency,
    )


def _card(old: Card, new: Card) -> Card:
    """Never combines the brand of one card with the last four digits of another."""
    if old.tail and new.tail and old.tail != new.tail:
        return new
    return Card(new.brand or old.brand, new.tail or old.tail)


def _articles(old: tuple[Article, ...], new: tuple[Article, ...]) -> tuple[Article, ...]:
    lines = {article.line_item_id: article for article in old if article.line_item_id}
    by_id = {article.id: article for article in reversed(old)}
    return tuple(_article(lines.get(article.line_item_id or "") or by_id.get(article.id), article) for article in new)


def _article(old: Article | None, new: Article) -> Article:
    if old is None or old.id != new.id:
        return new
    known_quantity = new if new.quantity is not None else old
    return Article(
        id=new.id,
        name=new.name or old.name,
        quantity=known_quantity.quantity,
        unit=known_quantity.unit,
        unit_price=new.unit_price or old.unit_price,
        line_item_id=new.line_item_id or old.line_item_id,
    )
