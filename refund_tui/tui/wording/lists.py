"""Owns the line about a list of refunds: which of how many is marked, in which order, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass

from refund_tui.core.filters import Filter, Order

MOST = 10_001
"""A filtered count stops here."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many refunds a filter finds, at most MOST of a filtered list, and their sum in each currency."""

    wanted: Filter
    number: int
    sums: tuple[str, ...] = ()


def count_words(found: Found, place: int, order: Order) -> str:
    """`12 of 1,104 refunds, newest first`, their sums, and what was not searched."""
    number = found.number
    capped = found.wanted != Filter() and number >= MOST
    many = f"{MOST - 1:,}+" if capped else f"{number:,}"
    told = f"{place:,} of {many} {'refund' if number == 1 else 'refunds'}, {order} first"
    sums = f" · in all {' + '.join(found.sums)}" if found.sums else ""
    vague = found.wanted.narrowed_to
    return told + sums + (f" · {vague[0]}: newest trips alone, write more" if vague else "")
