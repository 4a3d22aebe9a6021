"""Owns what each setting's value must be. A check returns the value as it is used, or raises ValueError in words.

Values are not repeated in a message where they might hold a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from refund_tui.catalogue import AMOUNT, NUMBER, TABLE, TEXT, WHOLE, YES
from refund_tui.clerk import LONGEST_CLERK
from refund_tui.core.fields import check_store_id
from refund_tui.core.money import check_currency
from refund_tui.core.text import visible

ENVIRONMENTS = ("TEST", "PRODUCTION")
AUTHS = ("none", "aws")
LOOKS = ("terminal", "dark", "light", "contrast")
OFF = "off"

_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z._-]*[0-9A-Za-z])?")
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,3})?")
_YES = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
_V4_LOOPBACK = ip_network("127.0.0.0/8")
_V6_LOOPBACK = IPv6Address("::1")

Check = Callable[[object], object]


def from_text(kind: str, text: str) -> object:
    """What a flag's or a variable's text is for a setting of that kind. Raises ValueError."""
    if kind == YES:
        if text.lower() not in _YES:
            raise ValueError("is neither yes nor no")
        return _YES[text.lower()]
    if kind in (WHOLE, NUMBER):
        return _number(kind, text)
    if kind == TABLE:
        return _pairs(text)
    return text


def _number(kind: str, text: str) -> object:
    if not re.fullmatch(r"[0-9]{1,9}" if kind == WHOLE else r"[0-9]{1,9}(\.[0-9]{1,6})?", text):
        raise ValueError(f"is not a {kind}")
    return int(text) if kind == WHOLE else Decimal(text)


def _pairs(text: str) -> dict[str, str]:
    """`action=key,action=key`."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if any(not mark for _, mark, _ in pairs):
        raise ValueError("is not written as action=key,action=key")
    return {action.strip(): key.strip() for action, _, key in pairs}


_NATIVE: Mapping[str, tuple[type, ...]] = {
    TEXT: (str,), WHOLE: (int,), NUMBER: (int, float, Decimal), YES: (bool,), AMOUNT: (str, int, Decimal),
    TABLE: (dict,),
}  # fmt: skip


def of_kind(kind: str, value: object) -> object:
    """`value`, if it is what TOML has to give for that kind. Raises ValueError."""
    if isinstance(value, bool) != (kind == YES) or not isinstance(value, _NATIVE[kind]):
        raise ValueError(f"must be {_told(kind)}")
    return value


def _told(kind: str) -> str:
    return {
        TEXT: "text in quotes", YES: "true or false", AMOUNT: 'an amount in quotes, such as "100.00"',
        TABLE: "a table, action = key",
    }.get(kind, f"a {kind}")  # fmt: skip


def check_base_url(value: object) -> str:
    """The service's URL without a trailing slash and without /v1, which the client adds itself."""
    parts = _split_url(str(value))
    if parts.scheme not in ("https", "http"):
        raise ValueError("must begin with https:// (http:// only for this very host)")
    host = _host(parts)
    if parts.query or parts.fragment or "?" in str(value) or "#" in str(value):
        raise ValueError("must not have a ? or # part")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(
            f"must begin with https:// ({host} is not this very host, so http:// would be read on the way)"
        )
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc.lower()}{path.removesuffix('/v1').rstrip('/')}"


def check_proxy(value: object) -> str:
    """An HTTP proxy's URL; a password has no place in a setting."""
    parts = _split_url(str(value))
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with http:// or https://")
    _host(parts)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must end after the host and port")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _split_url(text: str) -> SplitResult:
    if not text.isascii() or any(char <= " " or char in '\x7f<>"\\' for char in text):
        raise ValueError("holds a character that a URL cannot have")
    try:
        return urlsplit(text)
    except ValueError as error:
        raise ValueError("is not a URL") from error


def _host(parts: SplitResult) -> str:
    """The host, after everything around it was looked at."""
    if "@" in parts.netloc:
        raise ValueError("must not hold a name or a password: secrets are never settings")
    host = parts.hostname or ""
    if _address(host) is None and not _HOST.fullmatch(host):
        raise ValueError("names no host")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueError("has a port that is not from 1 to 65535")
    return host


def is_loopback(host: str) -> bool:
    """Whether `host` is this very host: localhost, 127.0.0.0/8, ::1."""
    address = _address(host)
    if isinstance(address, IPv4Address):
        return address in _V4_LOOPBACK
    return address == _V6_LOOPBACK if address else host == "localhost"


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def check_environment(value: object) -> str:
    """TEST or PRODUCTION; DEMO belongs to the demo alone."""
    name = str(value).upper()
    if name == "DEMO":
        raise ValueError("can be DEMO only in refund-tui demo: set TEST or PRODUCTION")
    return _one_of(name, ENVIRONMENTS)


def check_auth(value: object) -> str:
    """How requests are signed."""
    return _one_of(str(value).lower(), AUTHS)


def check_theme(value: object) -> str:
    """How the terminal looks."""
    return _one_of(str(value).lower(), LOOKS)


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"is {visible(value, 40)!r}: must be {' or '.join(allowed)}")
    return value


def check_store(value: object) -> str:
    """A store id as the service takes it."""
    if problem := check_store_id(str(value)):
        raise ValueError(problem)
    return str(value)


def check_code(value: object) -> str:
    """A currency of ISO 4217."""
    if problem := check_currency(str(value)):
        raise ValueError(f"is {visible(str(value), 40)!r}: {problem}")
    return str(value)


def check_clerk(value: object) -> str:
    """A name that can be shown as it is."""
    name = str(value).strip()
    if not name or len(name) > LONGEST_CLERK or visible(name) != name:
        raise ValueError(f"must be a name of 1 to {LONGEST_CLERK} characters that can be shown")
    return name


def check_zone(value: object) -> str:
    """A zone that this host knows by name."""
    try:
        ZoneInfo(str(value))
    except (ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError with an odd text
        raise ValueError(_unknown_zone(value)) from error
    except KeyError as error:
        raise ValueError(_unknown_zone(value)) from error
    return str(value)


def _unknown_zone(value: object) -> str:
    return f"is {visible(str(value), 40)!r}, which is not a time zone: write a name such as Europe/Berlin"


def check_path(value: object) -> Path:
    """A path, `~` meaning the home folder."""
    if "\0" in str(value) or not str(value):
        raise ValueError("is not a path")
    try:
        return Path(str(value)).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError("begins with ~, but this account has no home folder") from error


def check_file(value: object) -> Path:
    """A file that is there."""
    path = check_path(value)
    if not path.is_file():
        raise ValueError(f"is {path}, which is not a file")
    return path


def check_amount(value: object) -> Decimal | None:
    """An exact amount, None for `off`."""
    if str(value).lower() == OFF:
        return None
    if not _AMOUNT.fullmatch(str(value)):
        raise ValueError(f"must be an amount such as 100.00, or {OFF}")
    return Decimal(str(value))


def between(least: int, most: int, unit: str) -> Check:
    """A check that a number lies between two bounds, both allowed."""

    def check(value: object) -> object:
        exact = Decimal(str(value))
        if not (exact.is_finite() and least <= exact <= most):
            raise ValueError(f"must be from {least} to {most} {unit}")
        return value

    return check


def check_keys(value: object) -> dict[str, str]:
    """Action names and keys, both text; which of them exist is known to the terminal."""
    if not isinstance(value, dict) or not all(isinstance(key, str) and key for key in value.values()):
        raise ValueError('must be action = "key" pairs, all text')
    return {str(action): str(key) for action, key in value.items()}


CHECKS: Mapping[str, Check] = {
    "base_url": check_base_url,
    "store_id": check_store,
    "environment": check_environment,
    "auth": check_auth,
    "clerk": check_clerk,
    "currency": check_code,
    "refund_window_days": between(1, 3650, "days"),
    "timezone": check_zone,
    "data_dir": check_path,
    "shared": bool,
    "confirm_above": check_amount,
    "key_horizon_hours": between(1, 8760, "hours"),
    "request_timeout": between(1, 600, "seconds"),
    "ca_bundle": check_file,
    "proxy": check_proxy,
    "theme": check_theme,
    "bell": bool,
    "cell_diff": bool,
    "keys": check_keys,
}
