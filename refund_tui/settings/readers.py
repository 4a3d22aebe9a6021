"""Owns how one setting's value is read and checked: from the text of a flag or variable, or from a TOML value.

A reader returns the value that the program uses, or raises ValueError with a message for a person. A message never
repeats a value that might be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from refund_tui.core.endpoints import check_base_url, check_proxy
from refund_tui.core.fields import check_store_id
from refund_tui.core.money import check_currency
from refund_tui.core.text import visible
from refund_tui.host.clerk import LONGEST_CLERK
from refund_tui.settings.declared import Setting

THEMES = ("terminal", "dark", "light", "contrast")
OFF = "off"

_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,3})?")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_YES = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}


def read(setting: Setting[object], given: object, *, text: bool) -> object:
    """The value of a setting. `text`: `given` is the text of a flag or variable, not from TOML. Raises ValueError."""
    types, expected, from_text, check = READERS[setting.reader]
    value = from_text(str(given)) if text else given
    if isinstance(value, bool) != (types == (bool,)) or not isinstance(value, types):
        raise ValueError(f"must be {expected}")
    if setting.bounds is not None:
        _refuse_outside(*setting.bounds, Decimal(str(value)))
    return check(value)


def _refuse_outside(least: int, most: int, unit: str, value: Decimal) -> None:
    if not (value.is_finite() and least <= value <= most):
        raise ValueError(f"must be from {least} to {most} {unit}")


def _yes_or_no(text: str) -> object:
    if text.lower() not in _YES:
        raise ValueError("is neither yes nor no")
    return _YES[text.lower()]


def _number(text: str) -> object:
    if not _NUMBER.fullmatch(text):
        raise ValueError("is not a number")
    return Decimal(text) if "." in text else int(text)


def _pairs(text: str) -> object:
    """`action=key,action=key`."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if any(not mark for _, mark, _ in pairs):
        raise ValueError("is not written as action=key,action=key")
    return {action.strip(): key.strip() for action, _, key in pairs}


def check_zone(value: object) -> str:
    """The name of a time zone that this host knows. Raises ValueError."""
    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        shown = visible(str(value), 40)
        raise ValueError(f"is {shown!r}, which is not a time zone: write a name such as Europe/Berlin") from None


def _environment(value: object) -> str:
    """TEST or PRODUCTION. Only `refund-tui demo` sets DEMO."""
    if str(value).upper() == "DEMO":
        raise ValueError("can be DEMO only in refund-tui demo: set TEST or PRODUCTION")
    return _one_of(str(value).upper(), ("TEST", "PRODUCTION"))


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"is {visible(value, 40)!r}: must be {' or '.join(allowed)}")
    return value


def _choice(allowed: tuple[str, ...], value: object) -> str:
    return _one_of(str(value).lower(), allowed)


def _store(value: object) -> str:
    if problem := check_store_id(str(value)):
        raise ValueError(problem)
    return str(value)


def _currency(value: object) -> str:
    if problem := check_currency(str(value)):
        raise ValueError(f"is {visible(str(value), 40)!r}: {problem}")
    return str(value)


def _clerk(value: object) -> str:
    """A name without invisible or control characters."""
    name = str(value).strip()
    if not name or len(name) > LONGEST_CLERK or visible(name) != name:
        raise ValueError(f"must be a name of 1 to {LONGEST_CLERK} visible characters")
    return name


def check_path(value: object) -> Path:
    """An absolute path; `~` is replaced by the home folder. Raises ValueError."""
    if "\0" in str(value) or not str(value):
        raise ValueError("is not a path")
    try:
        return Path(str(value)).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError("begins with ~, but that account has no home folder") from error
    except OSError as error:
        raise ValueError(f"cannot be found ({error.strerror}): write the whole path") from error


def _file(value: object) -> Path:
    path = check_path(value)
    try:
        exists = path.is_file()
    except OSError as error:
        raise ValueError(f"is {visible(str(path), 80)}, which cannot be read ({error.strerror})") from error
    if not exists:
        raise ValueError(f"is {path}, which is not a file")
    return path


def _amount(value: object) -> Decimal | None:
    """An exact amount, None for `off`."""
    if str(value).lower() == OFF:
        return None
    if not _AMOUNT.fullmatch(str(value)):
        raise ValueError(f"must be an amount such as 100.00, or {OFF}")
    return Decimal(str(value))


def _keys(value: object) -> dict[str, str]:
    """Action names and keys, both text. The terminal checks which of them exist."""
    if not isinstance(value, dict) or not all(isinstance(key, str) and key for key in value.values()):
        raise ValueError('must be action = "key" pairs, all text')
    return {str(action): str(key) for action, key in value.items()}


Reader = tuple[tuple[type, ...], str, Callable[[str], object], Callable[[object], object]]
"""The types that TOML must give, their name in messages, how text is converted, how the value is checked."""


def _text(check: Callable[[object], object]) -> Reader:
    return (str,), "text in quotes", str, check


def _unchanged(value: object) -> object:
    return value


READERS: Mapping[str, Reader] = {
    "base_url": _text(lambda value: check_base_url(str(value))),
    "proxy": _text(lambda value: check_proxy(str(value))),
    "store": _text(_store),
    "environment": _text(_environment),
    "auth": _text(partial(_choice, ("none", "aws"))),
    "theme": _text(partial(_choice, THEMES)),
    "clerk": _text(_clerk),
    "currency": _text(_currency),
    "timezone": _text(check_zone),
    "path": _text(check_path),
    "file": _text(_file),
    "yes": ((bool,), "true or false", _yes_or_no, _unchanged),
    "whole": ((int,), "a whole number", _number, _unchanged),
    "number": ((int, float, Decimal), "a number", _number, lambda value: float(str(value))),
    "amount": ((str, int, Decimal), 'an amount in quotes, such as "100.00"', str, _amount),
    "keys": ((dict,), "a table, action = key", _pairs, _keys),
}
