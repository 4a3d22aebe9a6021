"""Owns how one setting's value is read and checked: the text of a flag or variable, or a TOML value.

A ValueError's message continues a sentence that begins with the setting's name. It never repeats a possible secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from refund_tui.core.approval import ACTS
from refund_tui.core.endpoints import check_base_url, check_proxy
from refund_tui.core.fields import check_store_id
from refund_tui.core.money import AmountError, Money, check_currency, parse_amount
from refund_tui.host.clerk import check_clerk
from refund_tui.host.paths import check_file, check_head_log, check_path
from refund_tui.host.zone import check_zone
from refund_tui.settings.declared import SETTINGS, Setting

_NUMBER = r"[0-9]{1,12}(\.[0-9]{1,3})?"
_YES = ("yes", "true", "on", "1")


def read(setting: Setting, given: object, *, text: bool) -> object:
    """The value of a setting. With `text` a str is the text of a flag or variable. Raises ValueError."""
    types, pattern, expected, convert = READERS[setting.type]
    typed = type(given) in types or (text and isinstance(given, str))
    if not typed or not re.fullmatch(pattern, str(given)):
        raise ValueError(f"must be {expected}")
    if setting.bounds and not setting.bounds[0] <= float(str(given)) <= setting.bounds[1]:
        raise ValueError("must be from {} to {} {}".format(*setting.bounds))
    if setting.choices:
        return _chosen(str(given), setting.choices)
    return CHECKS[setting.check](given) if setting.check else convert(given)


def _chosen(text: str, choices: tuple[str, ...]) -> str:
    for choice in choices:
        if text.lower() == choice.lower():
            return choice
    raise ValueError(f"must be {' or '.join(choices)}")


def _amount(given: object) -> Decimal | None:
    return None if str(given).lower() == "off" else Decimal(str(given))


def _pairs(given: Mapping[str, object] | str) -> Mapping[str, object]:
    """A table of texts, also as `name=text,name=text`."""
    pairs = dict(pair.strip().partition("=")[::2] for pair in given.split(",")) if isinstance(given, str) else given
    for name, text in pairs.items():
        if not isinstance(text, str) or not text:
            raise ValueError('must be text in quotes, such as "f9"', name)
    return pairs


def _clerks(given: Mapping[str, object]) -> Mapping[str, tuple[str, ...]]:
    """A table of lists of names. An empty one could mean that every account may use every name, or none."""
    if not given:
        raise ValueError('must name at least one account, such as ana = ["ana"]')
    for account, names in given.items():
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise ValueError('must be a list of names, such as ["ana"]', account)
    return {account: tuple(map(check_clerk, names)) for account, names in given.items() if isinstance(names, list)}


def _limits(given: str) -> Mapping[str, Money]:
    """Amounts with their currencies, each currency once. `off` sets none."""
    limits: dict[str, Money] = {}
    for part in [] if given.lower() == "off" else given.split(","):
        code, _, digits = part.strip().partition(" ")
        if code in limits:
            raise ValueError(f"has two limits for {code}")
        try:
            limits[code] = parse_amount(digits, code)
        except AmountError as error:
            raise ValueError(f"must be limits such as EUR 100.00, JPY 10000: {error}") from error
    return limits


def _list(given: list[object]) -> tuple[str, ...]:
    """A list of names of accounts or clerks."""
    if not all(isinstance(name, str) for name in given):
        raise ValueError('must be a list of names, such as ["ana"]')
    return tuple(check_clerk(name) for name in given if isinstance(name, str))


def _acts(given: list[object]) -> tuple[str, ...]:
    """A list of acts that the site can leave to approvers."""
    if unknown := [name for name in given if name not in ACTS]:
        raise ValueError(f"names {unknown[0]}, which is none of {', '.join(ACTS)}")
    return tuple(map(str, given))


def _settings(given: list[object]) -> tuple[str, ...]:
    """A list of settings' names."""
    for name in given:
        if name not in SETTINGS:
            near = get_close_matches(str(name), SETTINGS, n=1)
            raise ValueError(f"names {name}, which is not a setting" + (f": did you mean {near[0]}?" if near else ""))
    return tuple(map(str, given))


def _usable(text: str, problem: str | None) -> str:
    if problem:
        raise ValueError(f"is not usable: {problem}")
    return text


READERS: Mapping[str, tuple[tuple[type, ...], str, str, Callable[[Any], object]]] = {
    "str": ((str,), "(?s).*", "text in quotes", str),
    "Path": ((str,), "(?s).*", "text in quotes", check_path),
    "bool": ((bool,), "(?i)yes|true|on|1|no|false|off|0", "true or false", lambda given: str(given).lower() in _YES),
    "int": ((int,), "[0-9]{1,12}", "a whole number", int),
    "float": ((int, Decimal), _NUMBER, "a number", float),
    "Decimal": ((str, int, Decimal), f"(?i)off|{_NUMBER}", "an amount such as 100.00, or off", _amount),
    "Mapping[str, str]": ((dict,), "(?s).*", "a table (in a variable: name=text,name=text)", _pairs),
    "Mapping[str, tuple[str, ...]]": ((dict,), "(?s).*", "a table of lists of names", _clerks),
    "Mapping[str, Money]": ((str,), "(?s).*", 'limits in quotes, such as "EUR 100.00, JPY 10000"', _limits),
    "tuple[str, ...]": ((list,), "(?s).*", "a list of texts in quotes", tuple),
}
"""For each type of a setting: its TOML types, the pattern of its text, its name in messages, and its constructor."""

CHECKS: Mapping[str, Callable[[Any], object]] = {
    "base_url": check_base_url,
    "store": lambda text: _usable(text, check_store_id(text)),
    "clerk": check_clerk,
    "currency": lambda text: _usable(text, check_currency(text)),
    "zone": check_zone,
    "file": check_file,
    "proxy": check_proxy,
    "head_log": check_head_log,
    "names": _list,
    "approvers_only": _acts,
    "settings": _settings,
}
"""The checks that a setting can name instead of the check of its type. Each returns the value that the program uses."""
