"""Owns the name of this host's time zone. Never guesses a name from an offset."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

_LOCALTIME = Path("/etc/localtime")
_TIMEZONE = Path("/etc/timezone")


def host_zone(environ: Mapping[str, str]) -> str:
    """The zone that `TZ`, the link /etc/localtime, or /etc/timezone names, in this order; UTC if none names one."""
    for name in (environ.get("TZ", "").lstrip(":"), _linked(), _written()):
        if name and _known(name):
            return name
    return "UTC"


def check_zone(name: str) -> str:
    """The name of a time zone that this host knows. Raises ValueError."""
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("must be a time zone that this host knows, such as Europe/Berlin") from None


def _linked() -> str:
    try:
        return str(_LOCALTIME.readlink()).partition("zoneinfo/")[2]
    except OSError:
        return ""


def _written() -> str:
    try:
        return _TIMEZONE.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _known(name: str) -> bool:
    try:
        check_zone(name)
    except ValueError:
        return False
    return True
