"""Finds what is untrue on a screen: it compares the cells that a person sees with the data on disk.

It knows no widgets.

Each kind of statement is one line of STATEMENTS: a pattern of plain text, and the check of it. A word with digits that
is nowhere on disk is untrue too, unless HARMLESS matches it or the clerk typed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from tests.day.truth import COUNTED, STATES, Row, Truth, digits

RECONCILIATION = r"(?:[Rr]econciliation id|Reference)"
COUNT = r"(?<![\w,.])(?P<count>\d[\d,]*)"
NO_AMOUNT = r"(?![\d.,]| [A-Z]{3}\b| marked)"
MINUTE = r"(?:(?P<date>\d{4}-\d\d-\d\d) )?(?P<minute>\d\d:\d\d)"
AMOUNT = r"(?P<amount>\d[\d,]*(?:\.\d+)?)"
CURRENCY = r"(?P<currency>[A-Z]{3})\b"
SIGNS = dict(zip("○◐◔●✕■?–◆◇", (
    "QUEUED", "SENDING", "WAITING", "ACCEPTED", "REJECTED", "BLOCKED", "UNKNOWN", "CANCELLED", "SETTLED_PAID",
    "SETTLED_UNPAID",
), strict=True))  # fmt: skip
STATE = rf"(?P<sign>[{''.join(SIGNS)}]) (?P<state>{'|'.join(sorted(STATES, key=len, reverse=True))})\b"
TOLERANCE = timedelta(seconds=2)
"""The time in which a screen must show a change on disk."""

_SHORT = re.compile(r"([\w-]+)…([\w-]+)")
_CARD = re.compile(rf"{STATE}\s+(?P<tail>\d{{4}})\s")
"""A row of a narrow history list: it shows the card's last four digits instead of the trip."""
_ENDED = re.compile(rf"{STATE} {AMOUNT} {CURRENCY} (?:to|for) \S+ (?P<tail>\d{{4}}) ·")
"""The announcement of an end: the card stands for the trip."""
_ANNOUNCED = re.compile(r"\s*\d\d:\d\d  \S")
_BOX = str.maketrans("┃", "│", "┌┐└┘─")
HARMLESS = re.compile(
    r"F\d+|\^[A-Z]|\+\d+\s*$"  # keys, and how many more there are
    r"|(?<!\S)[1-6] (?=[a-z]|[A-Z_]+ \()|1 or 2"  # a digit to press
    r"|\d+ (?:d|h|min|s)\b|just now"  # how long ago, how long it takes
    r"|\d{1,2}:\d\d(?::\d\d)?(?=\s*$)|40 columns|\(429\)|last four|\d+ decimals?|has \d+"
    r"|\d+ of \d+ marked|\d+ × |such as [\w.,:-]+"
)


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
        card = (_ENDED if self.announced else _CARD).search(self.text)
        if not named and not shortened and card:
            return [row.trip for row in self.screen.truth.refunds if row.tail == card["tail"]]
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


Judge = Callable[["re.Match[str]", Part], object]
"""Whether it is true; None if the disk does not say."""


def _left(match: re.Match[str], part: Part) -> object:
    return _was_left(match, part) if part.announced else _of_trip(part, match, part.screen.truth.left)


def _was_left(match: re.Match[str], part: Part) -> object:
    """What was left when an end was announced: other refunds may have followed."""
    truth, told = part.screen.truth, int(_plain(match["amount"]).replace(".", ""))
    return any((truth.left(trip) or 0) <= told <= (truth.captured(trip) or 0) for trip in part.trips)


def _captured(match: re.Match[str], part: Part) -> object:
    return _of_trip(part, match, part.screen.truth.captured)


def _back(match: re.Match[str], part: Part) -> object:
    return _of_trip(part, match, lambda trip: sum(r.minor for r in _counted(part, trip)))


def _of_trip(part: Part, match: re.Match[str], minor: Callable[[str], int | None]) -> object:
    known = [(trip, minor(trip)) for trip in part.trips]
    told = _plain(match["amount"])
    return any(value is not None and told == digits(value, part.screen.truth.currency(t)) for t, value in known) or (
        None if not part.trips else False
    )


def _stays(match: re.Match[str], part: Part) -> object:
    truth = part.screen.truth
    asked = re.search(rf"Refund {AMOUNT} {CURRENCY}", part.screen.text)
    if asked is None or not part.trips:
        return None
    left, currency = truth.left(part.trips[0]), truth.currency(part.trips[0])
    minor = int(_plain(asked["amount"]).replace(".", ""))
    return left is not None and _plain(match["amount"]) == digits(max(0, left - minor), currency)


def _counted(part: Part, trip: str) -> list[Row]:
    return [row for row in part.screen.truth.refunds if row.trip == trip and row.state in COUNTED]


def _refunds_on_trip(match: re.Match[str], part: Part) -> object:
    return any(len(_counted(part, trip)) == _number(match["count"]) for trip in part.trips) or bool(not part.trips)


def _no_refund(_match: re.Match[str], part: Part) -> object:
    return not any(_counted(part, trip) for trip in part.screen.about)


def _state_and_amount(match: re.Match[str], part: Part) -> object:
    """The sign fits the state. If there is an amount beside it, some refund has both."""
    if SIGNS[match["sign"]] != match["state"]:
        return False
    amounts = {(_plain(m["amount"]), m["currency"]) for m in re.finditer(rf"{AMOUNT} {CURRENCY}", part.text)}
    if not amounts:
        return part.announced or any(match["state"] == row.state for row in part.screen.truth.refunds)
    return any(_is(row, match["state"], amounts, part) for row in part.screen.truth.refunds)


def _is(row: Row, state: str, amounts: set[tuple[str, str]], part: Part) -> bool:
    had = row.before if part.announced else {row.state}
    meant = not part.trips or row.trip in part.trips
    return meant and state in had and (row.amount, row.currency) in amounts


def _head(match: re.Match[str], part: Part) -> object:
    """The heading of the refund whose id is shown."""
    row = part.screen.refund
    if row is None or part.announced or "·" in part.text.split(match["state"])[0]:
        return None
    return (row.amount, row.currency, row.state) == (_plain(match["amount"]), match["currency"], match["state"])


def _status(match: re.Match[str], part: Part) -> object:
    """The open refunds, all of them. Only on the first line."""
    truth = part.screen.truth
    told = {word: int(count) for count, word in re.findall(r"(\d+) (waiting|sending|UNKNOWN|BLOCKED)\b", match[0])}
    want = {
        "waiting": truth.count("QUEUED", "WAITING"), "sending": truth.count("SENDING"),
        "UNKNOWN": truth.count("UNKNOWN"), "BLOCKED": truth.count("BLOCKED"),
    }  # fmt: skip
    return told == {word: count for word, count in want.items() if count}


def _countdown(match: re.Match[str], part: Part) -> object:
    """The time left of some refund's wait, or of the account's."""
    truth, now = part.screen.truth, part.screen.now
    ends = [datetime.fromisoformat(row.not_before) for row in truth.refunds if row.not_before]
    told = timedelta(seconds=sum(int(n) * 60**p for p, n in enumerate(reversed(match["left"].split(":")))))
    return any(abs(end - now - told) <= TOLERANCE for end in (*ends, *([truth.gate] if truth.gate else [])))


def _request(match: re.Match[str], part: Part) -> object:
    return any(row.key == match["id"] for row in part.screen.truth.refunds)


def _reconciliation(match: re.Match[str], part: Part) -> object:
    told, row = None if match["id"] == "none" else match["id"], part.screen.refund
    known = {row.reconciliation_id for row in part.screen.truth.refunds}
    return told == row.reconciliation_id if row else told in known


def _clerk(match: re.Match[str], part: Part) -> object:
    row, known = part.screen.refund, {row.clerk for row in part.screen.truth.refunds}
    return match["clerk"] == row.clerk if row else match["clerk"] in known


def _row(match: re.Match[str], part: Part) -> object:
    """A row of a list: trip, clerk and amount of one refund."""
    amount = (_plain(match["amount"]), match["currency"])
    rows = [r for r in part.screen.truth.refunds if r.trip in part.trips and (r.amount, r.currency) == amount]
    return any(match["clerk"] == row.clerk and match["state"] == row.state for row in rows)


def _all_refunds(match: re.Match[str], part: Part) -> object:
    return _number(match["count"]) == len(part.screen.truth.refunds)


def _place(match: re.Match[str], part: Part) -> object:
    return 1 <= _number(match["place"]) <= _number(match["count"]) <= len(part.screen.truth.refunds)


def _trips(match: re.Match[str], part: Part) -> object:
    return _number(match["count"]) <= len(part.screen.truth.trips)


def _clock(match: re.Match[str], part: Part) -> object:
    form = "%d %b %H:%M" if match["day"] else "%H:%M:%S"
    known = part.screen.truth.clocks(form)
    return match[0] in known or _plain(match[0]) in part.screen.typed


def _minute(match: re.Match[str], part: Part) -> object:
    """A time to the minute: of something on disk, of now, or when an announcement was made."""
    truth, now = part.screen.truth, part.screen.now.astimezone(part.screen.truth.zone)
    form = "%Y-%m-%d %H:%M" if match["date"] else "%H:%M"
    said = part.announced and match["minute"] <= f"{now:%H:%M}"
    return said or match[0] in {*truth.clocks(form), now.strftime(form), *part.screen.typed}


def _short_id(match: re.Match[str], part: Part) -> object:
    ids = {*part.screen.trip_ids, *part.screen.typed}
    return any(one.startswith(match["head"]) and one.endswith(match["tail"]) for one in ids)


def _amount(match: re.Match[str], part: Part) -> object:
    """An amount with its currency: of a refund, the price of a trip's articles, what is left, or typed."""
    told, truth = _plain(match["amount"]), part.screen.truth
    sums = {digits(sum(r.minor for r in truth.refunds if r.currency == c), c) for c in _currencies(truth)}
    return told in truth.amounts | sums | set(part.screen.typed)


def _currencies(truth: Truth) -> set[str]:
    return {row.currency for row in truth.refunds}


@dataclass(frozen=True)
class Statement:
    """One kind of statement: its pattern, and its check."""

    name: str
    pattern: re.Pattern[str]
    judge: Judge


def _kind(name: str, pattern: str, judge: Judge) -> Statement:
    return Statement(name, re.compile(pattern), judge)


STATEMENTS = (
    _kind("what is left of the trip", rf"{AMOUNT} (?:{CURRENCY} )?left\b", _left),
    _kind("what is left of the trip", rf"\bLeft\s+{AMOUNT} {CURRENCY}", _left),
    _kind("what is left of the trip", rf"only {AMOUNT} {CURRENCY} is left", _left),
    _kind("what was charged", rf"\bleft of {AMOUNT}", _captured),
    _kind("what was charged", rf"\bCharged\s+{AMOUNT}", _captured),
    _kind("what stays", rf"{AMOUNT}(?: [A-Z]{{3}})? stays", _stays),
    _kind("what was given back", rf"{AMOUNT} back\b", _back),
    _kind("the refunds on the trip", r"· (?P<count>\d+) refunds?\b(?! match|, newest)", _refunds_on_trip),
    _kind("that there is no refund", r"no refund yet|No refund on this trip yet", _no_refund),
    _kind("a refund's state", STATE, _state_and_amount),
    _kind("the refund's state", rf"^\s*{AMOUNT} {CURRENCY}\s+{STATE}", _head),
    _kind("a row's refund", rf"{STATE}\s+(?:\S.*\s)?(?P<clerk>[^\W\d]\S*)\s+{AMOUNT} {CURRENCY}", _row),
    _kind("a wait", r"(?:next|attempt in) (?P<left>\d+(?::\d\d)+)", _countdown),
    _kind("a request id", r"Request id\s+(?P<id>\S+)", _request),
    _kind("a reconciliation id", rf"{RECONCILIATION}\s+(?P<id>[A-Z0-9]{{3,}}|none)\b", _reconciliation),
    _kind("who asked", r"Asked .*, by (?P<clerk>\S+)", _clerk),
    _kind("how many refunds there are", rf"{COUNT} refunds?, (?:newest|oldest|largest)", _all_refunds),
    _kind("the place in the list", rf"(?<![\w,.])(?P<place>\d[\d,]*) of {COUNT}{NO_AMOUNT}", _place),
    _kind("how many trips there are", rf"{COUNT} trips?\b", _trips),
    _kind("a time", r"(?<![\d:])(?:(?P<day>\d\d [A-Z][a-z]{2}) \d\d:\d\d|\d\d:\d\d:\d\d)(?![\d:])", _clock),
    _kind("a minute", rf"(?<!next )(?<!attempt in )(?<![\d:]){MINUTE}(?![\d:])", _minute),
    _kind("a trip", r"(?P<head>[\w-]*\d[\w-]*)…(?P<tail>[\w-]*\d[\w-]*)", _short_id),
    _kind("an amount", rf"(?<![\w.,:…-]){AMOUNT} {CURRENCY}", _amount),
)  # fmt: skip
"""If a text on a screen changes, this table must change."""

_OPEN = re.compile(r"nothing open|(?:\d+ (?:waiting|sending|UNKNOWN|BLOCKED)\b.*)")
_WITH_DIGITS = re.compile(r"[^\s·│›✓(),;]*\d[^\s│(),;]*")


_FIELD = re.compile(r"\s*(?:Find|Amount|Note|Currency|Reference|Who said|When|Because)\b|.*as typed: ")


def untruths(screen: Screen) -> list[str]:
    """A sentence for each thing on the screen that differs from the disk; empty if all is true."""
    found: list[str] = []
    for part in screen.parts():
        rest = part.text
        for statement in STATEMENTS:
            for match in statement.pattern.finditer(part.text):
                verdict = statement.judge(match, part)
                if verdict is not None and not verdict:
                    found.append(f"{statement.name} is not so: {match[0].strip()!r} in {part.text.strip()!r}")
                if verdict is not None:
                    rest = rest.replace(match[0], " " * 3)
        found += [f"{word!r} is nowhere on disk: {part.text.strip()!r}" for word in _unheard(rest, screen)]
    return [*_wrong_status(screen), *found]


def _wrong_status(screen: Screen) -> list[str]:
    first = screen.text.splitlines()[0] if screen.text else ""
    match = _OPEN.search(first)
    if match is None or _status(match, Part(first, screen)):
        return []
    return [f"what is open is not so: {match[0].strip()!r}"]


def _unheard(text: str, screen: Screen) -> Iterator[str]:
    """Words with digits that are nowhere on disk."""
    if screen.fields_are_typed and _FIELD.match(text):
        return
    for word in _WITH_DIGITS.findall(HARMLESS.sub("   ", text)):
        bare = word.strip(".:!?…'\"")
        ends = [end for end in bare.split("…") if re.search(r"\d", end)]
        if not all(_heard(end, screen) for end in ends):
            yield bare


def _heard(word: str, screen: Screen) -> bool:
    if word in screen.typed or _plain(word) in screen.truth.amounts:
        return True
    if re.fullmatch(r"[\d.,]+", word):
        return word in screen.truth.numbers
    return word in screen.truth.haystack


def _plain(amount: str) -> str:
    return amount.replace(",", "")


def _number(text: str) -> int:
    return int(_plain(text))
