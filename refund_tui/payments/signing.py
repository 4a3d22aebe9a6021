"""Owns the choice of how requests are signed. Each attempt is signed afresh, after every wait; no secret is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refund_tui.errors import ConfigError

if TYPE_CHECKING:
    import httpx


def make_auth(kind: str) -> httpx.Auth | None:
    """What signs requests under the setting `auth`. ConfigError for a kind that this version cannot sign."""
    if kind == "none":
        return None
    if kind == "aws":
        raise ConfigError("auth is aws, but this version cannot sign requests (Signature Version 4) yet: use auth none")
    raise ConfigError(f"auth is {kind!r}: it can be none or aws")
