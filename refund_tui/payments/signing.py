"""Owns how requests are signed. Each attempt gets a new signature, also after a wait. No secret is logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refund_tui.errors import ConfigError

if TYPE_CHECKING:
    import httpx


def make_auth(kind: str) -> httpx.Auth | None:
    """The signer for the setting `auth`, None if requests are not signed. Raises ConfigError for any other value."""
    if kind == "none":
        return None
    if kind == "aws":
        raise ConfigError("auth is aws, but this version cannot sign requests (Signature Version 4) yet: use auth none")
    raise ConfigError(f"auth is {kind!r}: it can be none or aws")
