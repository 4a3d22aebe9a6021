"""Owns the line about a list: position, number and sums of refunds; how a search for trips was understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refund_tui.core.filters import Filter, Order
from refund_tui.core.trip_search import TermMeaning

Meanings = Sequence[Sequence[TermMeaning]]

MOST = 10_001
"""The most refunds that are counted with a filter."""


@dataclass(frozen=True, slots=True)
class Found:
    """How many refunds a filter finds, at most MOST of a filtered list, their sums, and what its words mean."""

    wanted: Filter
    number: int
    sums: tuple[str, ...] = ()
    meanings: Meanings = ()


def place_words(found: Found, place: int) -> str:
    """`12 of 1,104`."""
    capped = found.wanted != Filter() and found.number >= MOST
    return f"{place:,} of " + (f"{MOST - 1:,}+" if capped else f"{found.number:,}")


def count_words(found: Found, place: int, order: Order, room: int) -> str:
    """`last four 1234 · 12 of 1,104 refunds, newest first`, their sums, and what was not searched.

    What was typed and the sums are told only as `room` columns allow.
    """
    understood = _understood(found.meanings)
    if not found.number:
        return f"{understood}0 refunds" if understood else ""
    told = f"{place_words(found, place)} {'refund' if found.number == 1 else 'refunds'}, {order} first"
    vague = found.wanted.narrowed_to
    end = f" · {vague[0]}: only the newest trips, type more" if vague else ""
    if len(understood) + len(told) + len(end) <= room:
        told = understood + told
    return told + _sums(found.sums, room - len(told) - len(end)) + end


def _sums(sums: Sequence[str], room: int) -> str:
    """The sums that have room, whole, and how many more there are: an amount that is cut off reads as another one."""
    for shown in range(len(sums), 0, -1):
        more = f" + {len(sums) - shown} more" if shown < len(sums) else ""
        words = f" · in all {' + '.join(sums[:shown])}{more}"
        if len(words) <= room:
            return words
    return f" · {len(sums)} sums" if sums else ""


def trips_words(number: int, most: int, meanings: Meanings) -> str:
    """`last four 1234 · 3 trips`: what was typed, as it was understood, and how many trips it found, up to `most`."""
    many = f"{number} {'trip' if number == 1 else 'trips'}" if number < most else f"over {most - 1} trips"
    return _understood(meanings) + many


def _understood(meanings: Meanings) -> str:
    """`last four 1234, 23 Nov · `; "" if nothing was typed whose meaning is known."""
    words = ", ".join(" or ".join(map(str, term)) for term in meanings)
    return f"{words} · " if words else ""
