"""Each kind of statement that a screen makes: a pattern of plain text, and what the disk says about it.

Where texts of screens change, the table STATEMENTS changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.day.seen import SIGNS, STATE, Part, Screen
from tests.day.truth import COUNTED, Row, Truth, digits

RECONCILIATION = r"(?:[Rr]econciliation id|Reference)"
COUNT = r"(?<![\w,.])(?P<count>\d[\d,]*)"
NO_AMOUNT = r"(?![\d.,]| [A-Z]{3}\b| marked)"
MINUTE = r"(?:(?P<date>\d{4}-\d\d-\d\d) )?(?P<minute>\d\d:\d\d)"
AMOUNT = r"(?P<amount>\d[\d,]*(?:\.\d+)?)"
CURRENCY = r"(?P<currency>[A-Z]{3})\b"
SUM = r"\d[\d,]*(?:\.\d+)? [A-Z]{3}"
LAST_FOUR = 4
TOLERANCE = timedelta(seconds=2)
"""The time in which a screen must show a change on disk."""

_FILTER = re.compile(r"^\s*Find\s+(?P<filter>[^(\s].*?)\s*$", re.MULTILINE)

Judge = Callable[["re.Match[str]", Part], object]
"""Whether it is true; None if the disk does not say."""


def _left(match: re.Match[str], part: Part) -> object:
    about, left = part.screen.about, part.screen.truth.pieces
    if pieces := [left[trip, name] for trip, name in left if name in part.text and (not about or trip in about)]:
        return Decimal(plain(match["amount"])) in pieces
    return _was_left(match, part) if part.announced else _of_trip(part, match, part.screen.truth.left)


def _was_left(match: re.Match[str], part: Part) -> object:
    """What was left when an end was announced: other refunds may have followed."""
    truth, told = part.screen.truth, int(plain(match["amount"]).replace(".", ""))
    return any((truth.left(trip) or 0) <= told <= (truth.captured(trip) or 0) for trip in part.trips)


def _captured(match: re.Match[str], part: Part) -> object:
    return _of_trip(part, match, part.screen.truth.captured)


def _back(match: re.Match[str], part: Part) -> object:
    return _of_trip(part, match, lambda trip: sum(r.minor for r in _counted(part, trip)))


def _of_trip(part: Part, match: re.Match[str], minor: Callable[[str], int | None]) -> object:
    known = [(trip, minor(trip)) for trip in part.trips]
    told = plain(match["amount"])
    return any(value is not None and told == digits(value, part.screen.truth.currency(t)) for t, value in known) or (
        None if not part.trips else False
    )


def _stays(match: re.Match[str], part: Part) -> object:
    truth = part.screen.truth
    asked = re.search(rf"Refund {AMOUNT} {CURRENCY}", part.screen.text)
    if asked is None or not part.trips:
        return None
    left, currency = truth.left(part.trips[0]), truth.currency(part.trips[0])
    minor = int(plain(asked["amount"]).replace(".", ""))
    return left is not None and plain(match["amount"]) == digits(max(0, left - minor), currency)


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
    amounts = {(plain(m["amount"]), m["currency"]) for m in re.finditer(rf"{AMOUNT} {CURRENCY}", part.text)}
    if not amounts:
        return part.announced or any(match["state"] == row.state for row in part.screen.truth.refunds)
    return any(_is(row, match["state"], amounts, part) for row in part.screen.truth.refunds)


def _is(row: Row, state: str, amounts: set[tuple[str, str]], part: Part) -> bool:
    had = row.before if part.announced else {row.state}
    meant = not part.trips or row.trip in part.trips
    return meant and state in had and (row.amount, row.currency) in amounts


def _above(match: re.Match[str], _part: Part) -> object:
    """The limit itself is the site's: the disk does not say it."""
    return Decimal(plain(match["amount"])) > Decimal(plain(match["limit"].split()[0]))


def _head(match: re.Match[str], part: Part) -> object:
    """The heading of the refund whose id is shown."""
    row = part.screen.refund
    if row is None or part.announced or "·" in part.text.split(match["state"])[0]:
        return None
    return (row.amount, row.currency, row.state) == (plain(match["amount"]), match["currency"], match["state"])


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


def _ledger_head(match: re.Match[str], part: Part) -> object:
    """A head of the ledger: an event that is there, with the beginning of its hash."""
    return part.screen.truth.heads.get(int(match["seq"]), "").startswith(match["hash"])


def _row(match: re.Match[str], part: Part) -> object:
    """A row of a list: trip, clerk and amount of one refund."""
    amount = (plain(match["amount"]), match["currency"])
    rows = [r for r in part.screen.truth.refunds if r.trip in part.trips and (r.amount, r.currency) == amount]
    return any(match["clerk"] == row.clerk and match["state"] == row.state for row in rows)


def _found(screen: Screen) -> list[Row] | None:
    """The refunds that the filter line asks for; None where this oracle does not understand it."""
    line, rows = _FILTER.search(screen.text), screen.truth.refunds
    if line is None:
        return rows
    name, _, value = line["filter"].partition(":")
    known: dict[str, Callable[[Row], bool]] = {
        "state": lambda row: row.state in value.split(","), "card": lambda row: row.tail == value,
        "clerk": lambda row: row.clerk == value,
    }  # fmt: skip
    if name.isdigit() and len(name) == LAST_FOUR:
        return [row for row in rows if row.tail == name]
    return [row for row in rows if known[name](row)] if name in known and " " not in value else None


def _all_refunds(match: re.Match[str], part: Part) -> object:
    told, found = _number(match["count"]), _found(part.screen)
    return told <= len(part.screen.truth.refunds) if found is None else told == len(found)


def _number_of_sums(match: re.Match[str], part: Part) -> object:
    found = _found(part.screen)
    return None if found is None else int(match["sums"]) == len({row.currency for row in found})


def _in_all(match: re.Match[str], part: Part) -> object:
    """The sum of the shown refunds, by currency."""
    found = _found(part.screen)
    if found is None:
        return None
    sums = {currency: sum(r.minor for r in found if r.currency == currency) for currency in {r.currency for r in found}}
    told, more = set(plain(match["sums"]).split(" + ")), int(match["more"] or 0)
    return told <= {f"{digits(minor, code)} {code}" for code, minor in sums.items()} and len(told) + more == len(sums)


def _place(match: re.Match[str], part: Part) -> object:
    return 1 <= _number(match["place"]) <= _number(match["count"]) <= len(part.screen.truth.refunds)


def _pieces(match: re.Match[str], part: Part) -> object:
    """How many pieces of an article are marked, and what they are worth."""
    truth, many = part.screen.truth, _number(match["count"])
    return int(match["some"]) <= many and str(many) in truth.numbers and plain(match["amount"]) in truth.amounts


def _last_four(match: re.Match[str], part: Part) -> object:
    """What four digits were taken for: those of a card, or digits that were typed and that no card has."""
    truth = part.screen.truth
    return match["tail"] in {*truth.tails.values(), *(row.tail for row in truth.refunds), *part.screen.typed}


def _trips(match: re.Match[str], part: Part) -> object:
    return _number(match["count"]) <= len(part.screen.truth.trips)


def _clock(match: re.Match[str], part: Part) -> object:
    form = "%d %b %H:%M" if match["day"] else "%H:%M:%S"
    known = part.screen.truth.clocks(form)
    return match[0] in known or plain(match[0]) in part.screen.typed


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
    told, truth = plain(match["amount"]), part.screen.truth
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
    _kind("what is left of the trip, or of an article", rf"{AMOUNT} (?:{CURRENCY} )?left\b", _left),
    _kind("what is left of the trip", rf"\bLeft\s+{AMOUNT} {CURRENCY}", _left),
    _kind("what is left of the trip", rf"only {AMOUNT} {CURRENCY} is left", _left),
    _kind("what is left, in a row", rf"\b[A-Z]{{4}} \d{{4}}\s+[\d,.]+ [A-Z]{{3}}\s+{AMOUNT}(?=\s|$)", _left),
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
    _kind("a reconciliation id", rf"{RECONCILIATION}\s+(?P<id>[A-Z0-9]{{3,}}|none)(?![\w-]| given)", _reconciliation),
    _kind("the head of the ledger", r"\bLedger\s+(?P<seq>\d+) (?P<hash>[0-9a-f]{16})", _ledger_head),
    _kind("who asked", r"Asked .*, by (?P<clerk>\S+)", _clerk),
    _kind("how many refunds there are", rf"{COUNT} refunds?, (?:newest|oldest|largest)", _all_refunds),
    _kind("what they come to", rf"in all (?P<sums>{SUM}(?: \+ {SUM})*)(?: \+ (?P<more>\d+) more)?", _in_all),
    _kind("how many sums there are", r"· (?P<sums>\d+) sums\b", _number_of_sums),
    _kind("a file", r"(?P<path>/\S+\.(?:txt|csv|jsonl))", lambda match, _part: Path(match["path"]).exists()),
    _kind("the place in the list", rf"(?<![\w,.])(?P<place>\d[\d,]*) of {COUNT}{NO_AMOUNT}", _place),
    _kind("how many pieces are marked", rf"(?<!\S)(?P<some>\d+)/{COUNT}\s+{AMOUNT}\s*$", _pieces),
    _kind("what was typed", r"last four (?P<tail>\d{4}) ·", _last_four),
    _kind("how many trips there are", rf"{COUNT} trips?\b", _trips),
    _kind("a time", r"(?<![\d:])(?:(?P<day>\d\d [A-Z][a-z]{2}) \d\d:\d\d|\d\d:\d\d:\d\d)(?![\d:])", _clock),
    _kind("a minute", rf"(?<!next )(?<!attempt in )(?<![\d:]){MINUTE}(?![\d:])", _minute),
    _kind("a trip", r"(?P<head>[\w-]*\d[\w-]*)…(?P<tail>[\w-]*\d[\w-]*)", _short_id),
    _kind("an amount", rf"(?<!in all )(?<! \+ )(?<!is above )(?<![\w.,:…-]){AMOUNT} {CURRENCY}", _amount),
    _kind("the limit above which an approval is needed", rf"{AMOUNT} [A-Z]{{3}} is above (?P<limit>{SUM})", _above),
)  # fmt: skip


def plain(amount: str) -> str:
    return amount.replace(",", "")


def _number(text: str) -> int:
    return int(plain(text))
