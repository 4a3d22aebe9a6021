"""Finds what is untrue on a screen: it compares the cells that a person sees with the data on disk.

It knows no widgets. A word with digits that is nowhere on disk is untrue too, unless HARMLESS matches it or the clerk
typed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.day.seen import Screen
from tests.day.statements import STATEMENTS, plain

HARMLESS = re.compile(
    r"F\d+|\^[A-Z]|\+\d+\s*$"  # keys, and how many more there are
    r"|(?<!\S)[1-6] (?=[a-z]|[A-Z_]+ \()|1 or 2"  # a digit to press
    r"|\d+ (?:d|h|min|s)\b|just now"  # how long ago, how long it takes
    r"|\d{1,2}:\d\d(?::\d\d)?(?=\s*$)|40 columns|\(429\)|last four|\d+ decimals?|has \d+"
    r"|\d+ of \d+ marked|\d+ × |such as [\w.,:-]+|a-z 0-9"
)

_OPEN = re.compile(r"nothing open|(?:\d+ (?:waiting|sending|AWAITING_APPROVAL|UNKNOWN|BLOCKED)\b.*)")
_COUNTED = re.compile(r"(\d+) (waiting|sending|AWAITING_APPROVAL|UNKNOWN|BLOCKED)\b")
_WITH_DIGITS = re.compile(r"[^\s·│›✓(),;]*\d[^\s│(),;]*")


_FIELD = re.compile(
    r"\s*(?:Find|Amount|Note|Currency|Reference|Who said|When|Because|Your word)\b|.*(?:as typed|draft was dropped): "
)


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
                    rest = rest[: match.start()] + " " * len(match[0]) + rest[match.end() :]
        found += [f"{word!r} is nowhere on disk: {part.text.strip()!r}" for word in _unheard(rest, screen)]
    return [*_wrong_status(screen), *found]


def _wrong_status(screen: Screen) -> list[str]:
    first = screen.text.splitlines()[0] if screen.text else ""
    match = _OPEN.search(first)
    if match is None or _counts_what_is_open(match[0], screen):
        return []
    return [f"what is open is not so: {match[0].strip()!r}"]


def _counts_what_is_open(told: str, screen: Screen) -> bool:
    truth = screen.truth
    counts = {word: int(count) for count, word in _COUNTED.findall(told)}
    want = {
        "waiting": truth.count("QUEUED", "WAITING"), "sending": truth.count("SENDING"),
        **{state: truth.count(state) for state in ("AWAITING_APPROVAL", "UNKNOWN", "BLOCKED")},
    }  # fmt: skip
    return counts == {word: count for word, count in want.items() if count}


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
    if word in screen.typed or plain(word) in screen.truth.amounts:
        return True
    if re.fullmatch(r"[\d.,]+", word):
        return word in screen.truth.numbers
    return word in screen.truth.haystack
