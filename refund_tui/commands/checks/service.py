"""Owns the checks of the service: reached, TLS, the clock, how requests are signed. Moves no money, logs no secret.

It asks for `/` without credentials, which no operation of the service answers; the answer's `Date` is what counts.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from refund_tui.commands.checks import Result, fail, ok, warn
from refund_tui.core.text import visible
from refund_tui.core.times import span
from refund_tui.errors import RefundTuiError

if TYPE_CHECKING:
    from refund_tui.config import Settings

PATIENCE = 10.0
"""Seconds for each phase of the one request."""

SKEW = 120.0
"""Seconds by which the clocks may differ; a signature is good for about five minutes."""


def check_service(settings: Settings, *, offline: bool) -> Iterator[Result]:
    """Credentials first, since they need no network; then the service, unless `offline`."""
    yield _auth(settings)
    if settings.base_url is None or offline:
        return
    if settings.proxy is not None:
        yield warn("service", f"is reached by the proxy {settings.proxy}", "not tried here: look at the first refund")
        return
    yield from _reach(settings)


def _auth(settings: Settings) -> Result:
    if settings.auth == "none":
        if settings.endpoint in ("", "loopback"):
            return ok("credentials", "requests are not signed, as a sandbox wants it")
        return warn("credentials", "requests are not signed", "Amazon's service answers 403 so: set auth = aws")
    from refund_tui.payments.auth import make_auth  # brings httpx

    try:
        make_auth(settings.auth)
    except RefundTuiError as error:
        return fail("credentials", str(error), "refunds would be BLOCKED")
    return ok("credentials", f"requests are signed ({settings.auth})")


def _reach(settings: Settings) -> Iterator[Result]:
    try:
        told, status = _ask_the_time(settings)
    except ssl.SSLError as error:
        yield fail("service", f"TLS failed: {visible(str(error))}", "check base_url and ca_bundle")
        return
    except (OSError, http.client.HTTPException) as error:
        why = visible(str(error)) or type(error).__name__
        yield fail("service", f"cannot be reached: {why}", "refunds wait until it can; check base_url and the network")
        return
    yield ok("service", f"{settings.base_url} answers ({status})")
    yield _clock(told)


def _ask_the_time(settings: Settings) -> tuple[str | None, int]:
    """The `Date` and the status of what comes back for `/`."""
    parts = urlsplit(settings.base_url or "")
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, settings)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        response = connection.getresponse()
        return response.getheader("Date"), response.status
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, settings: Settings) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=PATIENCE)
    context = ssl.create_default_context(cafile=str(settings.ca_bundle) if settings.ca_bundle else None)
    return http.client.HTTPSConnection(host, port, timeout=PATIENCE, context=context)


def _clock(told: str | None) -> Result:
    """This host's clock beside the service's."""
    try:
        theirs = parsedate_to_datetime(told or "")
    except ValueError:
        return warn("clock", "the service did not tell its time", "compare this host's clock yourself")
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    off = (datetime.now(UTC) - theirs).total_seconds()
    if abs(off) <= SKEW:
        return ok("clock", f"within {span(SKEW)} of the service's")
    way = "ahead of" if off > 0 else "behind"
    return fail("clock", f"{span(abs(off))} {way} the service's", "have this host's clock set right (NTP)")
