"""Owns the proxy of the client: its URL, and the name and password that it may ask for. Never shows or logs them."""

from __future__ import annotations

import ssl
from pathlib import Path
from stat import S_IMODE

import httpcore

from refund_tui.errors import ConfigError

_LONGEST = 1_000
"""The most bytes of a name and password that are read."""


def make_proxy(url: str, context: ssl.SSLContext, secret: Path | None) -> httpcore.Proxy:
    """The proxy at `url`. `context` verifies one with an https URL. Raises ConfigError for a `secret` without use."""
    auth = None if secret is None else _name_and_password(secret)
    return httpcore.Proxy(url, auth=auth, ssl_context=context if url.startswith("https://") else None)


def _name_and_password(path: Path) -> tuple[bytes, bytes]:
    """The one line `name:password` of a file that only its owner can read. Raises ConfigError, without the content."""
    try:
        with path.open("rb") as file:
            mode = S_IMODE(path.stat().st_mode)
            line = file.read(_LONGEST + 1).strip(b"\r\n")
    except OSError as error:
        raise ConfigError(f"proxy_secret {path} cannot be read ({error.strerror})") from error
    if mode & 0o077:
        raise ConfigError(f"proxy_secret {path} is {mode:04o}, so others can use it: chmod 600 {path}")
    name, colon, password = line.partition(b":")
    if not (name and colon and password) or len(line) > _LONGEST or not line.decode("utf-8", "replace").isprintable():
        raise ConfigError(f"proxy_secret {path} must have one line, name:password")
    return name, password
