"""Owns what a service's URL says: whether it is valid, which endpoint it names, and whether real money moves there.

Opens no connection.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

_PORTS = {"http": 80, "https": 443}
_AMAZON = ".amazonphysicalstores.com"
_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z._-]*[0-9A-Za-z])?")
_V4_LOOPBACK = ip_network("127.0.0.0/8")
_V6_LOOPBACK = IPv6Address("::1")


def check_base_url(text: str) -> str:
    """The service's URL without a trailing slash and without /v1 (the client adds it). Raises ValueError.

    `localhost` becomes 127.0.0.1, because localhost can mean two addresses with a different service at each. With https
    it stays, because the certificate contains that name.
    """
    parts = _split_url(text)
    if parts.scheme not in ("https", "http"):
        raise ValueError("must begin with https:// (http:// only for this host)")
    host = _checked_host(parts)
    if "?" in text or "#" in text:
        raise ValueError("must not have a ? or # part")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f"must begin with https:// ({host} is not this host, so http:// would be read on the way)")
    place, path = parts.netloc.lower(), parts.path.rstrip("/")
    if parts.scheme == "http":
        place = re.sub(r"^localhost\b", "127.0.0.1", place)
    return f"{parts.scheme}://{place}{path.removesuffix('/v1').rstrip('/')}"


def check_proxy(text: str) -> str:
    """The URL of an HTTP proxy. Raises ValueError, also for a URL with a password: settings hold no secrets."""
    parts = _split_url(text)
    if parts.scheme not in ("http", "https"):
        raise ValueError("must begin with http:// or https://")
    _checked_host(parts)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must end after the host and port")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def endpoint_of(base_url: str | None) -> str:
    """Host, port and path of a service; empty if there is no URL. Port 443 is left out, except on loopback.

    On loopback each port is a different service.
    """
    if base_url is None:
        return ""
    parts = urlsplit(base_url)
    host, port = host_of(base_url), parts.port or _PORTS[parts.scheme]
    plain = port == _PORTS["https"] and not is_loopback(host)
    return _written(host) + ("" if plain else f":{port}") + parts.path


def host_of(base_url: str | None) -> str:
    """The host of a service; empty if there is no URL."""
    return (urlsplit(base_url).hostname or "") if base_url else ""


def _written(host: str) -> str:
    """The host as part of an endpoint: an address in its short form, IPv6 in brackets, a name unchanged."""
    address = _address(host)
    if address is None:
        return host
    return f"[{address}]" if address.version == 6 else str(address)


def is_loopback(host: str) -> bool:
    """Whether `host` is loopback: localhost, 127.0.0.0/8 or ::1."""
    address = _address(host)
    if isinstance(address, IPv4Address):
        return address in _V4_LOOPBACK
    return address == _V6_LOOPBACK if address else host == "localhost"


def moves_real_money(base_url: str | None) -> bool | None:
    """True for Amazon's production host, False for a test host and loopback, None for any other host."""
    host = host_of(base_url)
    if is_loopback(host) or ".test." in f".{host}":
        return False
    return True if host.endswith(_AMAZON) else None


def _split_url(text: str) -> SplitResult:
    if not text.isascii() or any(char <= " " or char in '\x7f<>"\\' for char in text):
        raise ValueError("holds a character that a URL cannot have")
    try:
        return urlsplit(text)
    except ValueError as error:
        raise ValueError("is not a URL") from error


def _checked_host(parts: SplitResult) -> str:
    """The host of a URL whose other parts are checked here. Raises ValueError."""
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


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
