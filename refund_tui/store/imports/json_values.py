"""Owns how an import reads JSON: exact numbers, no duplicate names, no forbidden characters.

Never converts a number to a float, and never shows the content of a damaged record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from refund_tui.core.text import visible

BLANK = " \t\r\n"
"""White space as JSON defines it."""


class FileDamaged(ValueError):
    """Text that cannot be read as a record; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number with the digits of the file."""

    digits: str


@dataclass(frozen=True, slots=True)
class RecordPiece:
    """The value at one place of a file (`where`: "line 7"), not yet checked."""

    where: str
    value: object


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A record that was left out: its place in the file, and the reason in one line."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class RecordRefused:
    """A value that is left out. The reader knows where it ends. `reason` says why."""

    reason: str


class _DuplicateName(Exception):
    pass


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object without its empty values: null, "" and {} mean that a field is not known."""
    if name := twice(name for name, _ in pairs):
        raise _DuplicateName(name)
    return {name: value for name, value in pairs if value not in (None, "", {})}


def twice(names: Iterable[str]) -> str | None:
    """The first name that appears twice, made visible; None if there is none."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return visible(name, 60)
        seen.add(name)
    return None


_ENDS = json.JSONDecoder(parse_float=str, parse_int=str)
"""Finds the end of a refused value."""

_EXACT = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number, object_pairs_hook=_object)

_ODD = re.compile("[\0\udc80-\udcff]")


def decode(text: str) -> object:
    """The one JSON value that `text` is. Raises FileDamaged."""
    text = text.strip(BLANK)
    value, end = decode_at(text, 0)
    if isinstance(value, RecordRefused):
        raise FileDamaged(value.reason)
    if end < len(text):
        raise FileDamaged("there is more text after its end")
    return value


def decode_at(text: str, start: int) -> tuple[object, int]:
    """The JSON value that begins at `start`, or RecordRefused, and where it ends. Raises FileDamaged."""
    try:
        value, end = _exact_at(text, start)
    except json.JSONDecodeError as error:
        raise FileDamaged(f"not JSON: {error.msg} (character {error.pos - start + 1} of the record)") from None
    except RecursionError:
        raise FileDamaged("nested too deeply") from None
    odd = find_odd(text[start:end])
    return (RecordRefused(odd) if odd else value), end


def _exact_at(text: str, start: int) -> tuple[object, int]:
    try:
        return _EXACT.raw_decode(text, start)
    except _DuplicateName as error:
        return RecordRefused(f"{error} is given twice"), _ENDS.raw_decode(text, start)[1]


def find_odd(text: str) -> str | None:
    """What is wrong with text that is not UTF-8 or has a NUL byte; None if nothing is."""
    odd = _ODD.search(text)
    if odd is None:
        return None
    return "contains a NUL byte" if odd[0] == "\0" else "is not UTF-8: save the file as UTF-8 and import it again"
