"""Owns what may be kept of a card: its brand and its last four digits. Removes card numbers from free text.

Receipt numbers, article ids and article names come from the retailer and are kept unchanged: barcodes and receipt
numbers often look like card numbers.
"""

from __future__ import annotations

import re
import unicodedata

MOST_DIGITS = 4
"""The most digits that a brand may contain, of any script."""

_TAIL = re.compile(r"[0-9]{4}")
_BRAND_SIGNS = frozenset(" -_.,&'/+()!®™")

_LENGTHS = range(14, 20)
"""The lengths of card numbers in use, in digits (ISO/IEC 7812)."""

_ISSUER = re.compile(r"[3-6]|2[2-7]")
"""How the numbers of payment cards begin."""

_RUNS = re.compile(
    r'"reconciliationId"\s*:\s*"[^"]*"'
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|(?P<digits>(?<!\w)(?<!\w-)\d+(?:[ -]\d+)*(?!\w)(?!-\w))"
)
"""Groups of digits that are not part of an id."""


def check_brand(text: str) -> str | None:
    """What is wrong with a card's brand, or None; never repeats the value, which might be a card number."""
    if sum(char.isnumeric() for char in text) > MOST_DIGITS:
        return "contains a number: a brand is a word such as VISA"
    if not any(map(str.isalpha, text)) or not all(map(_of_a_word, text)):
        return "must be a word such as VISA"
    return None


def _of_a_word(char: str) -> bool:
    return char.isalnum() or char in _BRAND_SIGNS or unicodedata.category(char) in ("Mn", "Mc")


def check_tail(text: str) -> str | None:
    """What is wrong with a card's last four digits, or None; never repeats the value."""
    return None if _TAIL.fullmatch(text) else "only the last four digits of a card are taken"


def masked(text: str) -> str:
    """`text` with all but the last four digits of each card number as `*`. UUIDs and reconciliation ids stay whole."""
    return _RUNS.sub(lambda run: _masked_run(run[0]) if run["digits"] else run[0], text)


def _masked_run(run: str) -> str:
    """Mask each card number in a run of digit groups. A number may be one group or several."""
    groups, shown, first = re.split("([ -])", run), "", 0
    while first < len(groups):
        found = _end_of_card_number(groups, first)
        end = found or first + 1
        whole = "".join(groups[first:end])
        shown += (_hidden(whole) if found else whole) + "".join(groups[end : end + 1])
        first = end + 1
    return shown


def _end_of_card_number(groups: list[str], first: int) -> int | None:
    """The index after the last group of the card number that begins at `first`, None if no card number begins there."""
    digits = ""
    for last in range(first, len(groups), 2):
        digits += groups[last]
        if len(digits) >= _LENGTHS.stop:
            return None
        if _is_card_number(digits):
            return last + 1
    return None


def _is_card_number(digits: str) -> bool:
    plain = [int(digit) for digit in digits]
    if len(plain) not in _LENGTHS or not _ISSUER.match("".join(map(str, plain))):
        return False
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in plain[-2::-2])
    return (sum(plain[::-2]) + doubled) % 10 == 0


def _hidden(number: str) -> str:
    left = sum(char not in " -" for char in number) - 4
    hidden = ""
    for char in number:
        hides = left > 0 and char not in " -"
        hidden += "*" if hides else char
        left -= hides
    return hidden
