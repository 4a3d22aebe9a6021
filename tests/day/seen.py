"""The text of a screen in parts, with the trips and the refund that each part is about. It knows no widgets."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tests.day.truth import STATES, Row, Truth

SIGNS = dict(zip("▷○◐◔●✕■?–◆◇", (
    "AWAITING_APPROVAL", "QUEUED", "SENDING", "WAITING", "ACCEPTED", "REJECTED", "BLOCKED", "UNKNOWN", "CANCELLED",
    "SETTLED_PAID", "SETTLED_UNPAID",
), strict=True))  # fmt: skip
STATE = rf"(?P<sign>[{''.join(SIGNS)}]) (?P<state>{'|'.join(sorted(STATES, key=len, reverse=True))})\b"

_SHORT = re.compile(r"([\w-]+)…([\w-]+)")
_CUT = re.compile(r"([\w-]+)…\s")
"""The beginning of an id that did not fit."""
_CARD = re.compile(rf"{STATE}\s+(?P<tail>\d{{4}})\s")
"""A row of a narrow history list: it shows the card's last four digits instead of the trip."""
_ENDED = re.compile(rf"{STATE} \d[\d,.]* [A-Z]{{3}} (?:to|for) \S+ (?P<tail>\d{{4}}) ·")
"""The announcement of an end. It shows the card instead of the trip."""
_CHARGED = re.compile(r"\s[A-Z]{4} (?P<tail>\d{4})\s+\d[\d,.]* [A-Z]{3}\b")
"""A row of a narrow Lookup list. It shows the card and the charged amount instead of the trip."""
_ANNOUNCED = re.compile(r"[▌\s]*\d\d:\d\d  \S")
_BOX = str.maketrans("┃", "│", "┌┐└┘─")


@dataclass
class Part:
    """One line, or a part of it between borders, with the whole screen."""

    text: str
    screen: Screen

    @cached_property
    def announced(self) -> bool:
        """Whether it is an announcement. It shows its time, and must have been true then."""
        return _ANNOUNCED.match(self.text) is not None

    @cached_property
    def trips(self) -> list[str]:
        """The trips that its ids can mean, else the trip of the screen."""
        named = [trip for trip in self.screen.trip_ids if trip in self.text]
        shortened = _SHORT.findall(self.text)
        for head, tail in shortened:
            named += [trip for trip in self.screen.trip_ids if trip.startswith(head) and trip.endswith(tail)]
        named += [trip for head in _CUT.findall(self.text) for trip in self.screen.trip_ids if trip.startswith(head)]
        card = (_ENDED if self.announced else _CARD).search(self.text)
        if not named and not shortened and card:
            return [row.trip for row in self.screen.truth.refunds if row.tail == card["tail"]]
        if not named and not shortened and (card := _CHARGED.search(self.text)):
            return [trip for trip, tail in self.screen.truth.tails.items() if tail == card["tail"]]
        return named if named or shortened else self.screen.about


@dataclass
class Screen:
    """The screen, and the data on disk."""

    text: str
    truth: Truth
    now: datetime
    typed: Collection[str] = ()
    fields_are_typed: bool = False
    """Whether the content of the fields is not known."""

    @cached_property
    def trip_ids(self) -> set[str]:
        """Every trip that is known."""
        return {*self.truth.trips, *(row.trip for row in self.truth.refunds)}

    @cached_property
    def about(self) -> list[str]:
        """The one trip whose whole id is shown; empty if there is none, or more than one."""
        shown = [trip for trip in self.trip_ids if trip in self.text]
        return shown if len(shown) == 1 else []

    @cached_property
    def refund(self) -> Row | None:
        """The one refund whose id is shown."""
        shown = [row for row in self.truth.refunds if row.key in self.text]
        return shown[0] if len(shown) == 1 else None

    def parts(self) -> Iterator[Part]:
        """The lines, cut at borders."""
        for line in self.text.translate(_BOX).splitlines():
            yield from (Part(text, self) for text in line.split("│") if text.strip())
