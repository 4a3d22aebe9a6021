"""Owns what the history's list reads for its filter line: a page of refunds, how many there are, and their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refund_tui.core.damage import Damaged
from refund_tui.core.filters import Filter, Order, Query
from refund_tui.core.refund_search import meanings
from refund_tui.core.refunds import Refund
from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.lists import MOST, Found, Meanings
from refund_tui.tui.wording.notices import NO_MATCH, NO_REFUNDS, REFUNDS_MISSING, no_clerk

MOST_ADDED = MOST - 1
"""The amounts of more refunds are not added up."""
MOST_LOOKED_AT = 20
"""The refunds, the first ones, in which it is looked what a word means."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of all that a filter finds, their number in the list, and why there is none."""

    rows: Sequence[Refund | Damaged]
    total: int
    found: Found
    why_none: tuple[Part, ...]


async def wanted_by(desk: Desk, line: str) -> Filter:
    """The filter that a line stands for, with the trips that its words find. Raises QueryError, StoreError."""
    settings = desk.settings
    today = desk.now().at.astimezone(settings.zone).date()
    return await desk.trips.searched(Query(settings.zone, today, settings.currency).read(line))


async def read_page(desk: Desk, line: str, start: int, limit: int, order: Order) -> Page:
    """`limit` refunds that the line finds, from the `start`-th on. Raises QueryError, StoreError."""
    wanted = await wanted_by(desk, line)
    rows = await desk.history.rows(wanted, start, limit, order)
    known = await desk.history.count(wanted, MOST)
    total = min(known, MOST) if order is Order.LARGEST else known
    sums = await desk.history.sums(wanted, MOST_ADDED) if wanted != Filter() and known <= MOST_ADDED else {}
    found = Found(wanted, known, tuple(map(str, sums.values())), await _understood(desk, wanted, order))
    return Page(rows, total, found, () if total else await _why_none(desk, wanted))


async def _understood(desk: Desk, wanted: Filter, order: Order) -> Meanings:
    """What the words of the filter mean in the first refunds that it finds."""
    if not wanted.text:
        return ()
    first = await desk.history.rows(wanted, 0, MOST_LOOKED_AT, order)
    return meanings(wanted.text, [refund for refund in first if isinstance(refund, Refund)])


async def _why_none(desk: Desk, wanted: Filter) -> tuple[Part, ...]:
    if wanted == Filter():
        return REFUNDS_MISSING if desk.unusable else NO_REFUNDS
    if wanted.clerk is not None:
        clerks = await desk.history.clerks()
        if wanted.clerk.casefold() not in map(str.casefold, clerks):
            return no_clerk(wanted.clerk, clerks)
    return NO_MATCH
