"""Owns the checks of the service: connection, TLS, clock, signatures. Moves no money, logs no secret.

It requests `/` through the client that sends refunds: with the same certificates, proxy and time limits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, fail, ok, warn
from refund_tui.core.endpoints import host_of, is_loopback
from refund_tui.core.text import visible
from refund_tui.core.times import SKEW, skew_words, span
from refund_tui.errors import RefundTuiError

if TYPE_CHECKING:
    from refund_tui.core.outcomes import Answer
    from refund_tui.settings.load import Settings

_REMEDY = "check base_url, ca_bundle, proxy and the network; refunds wait or are BLOCKED until it can be reached"


def check_service(settings: Settings, *, offline: bool) -> Iterator[Result]:
    """Check the credentials first, because that needs no network; then the service, unless `offline`."""
    yield _auth(settings)
    if settings.base_url is None or offline:
        return
    yield from _reach(settings)


def _auth(settings: Settings) -> Result:
    if settings.auth == "none":
        if settings.base_url is None or is_loopback(host_of(settings.base_url)):
            return ok("credentials", "requests are not signed, which a sandbox does not need")
        return warn("credentials", "requests are not signed", "Amazon's service will answer 403: it needs auth = aws")
    from refund_tui.payments.signing import make_auth  # loads httpx

    try:
        make_auth(settings.auth)
    except RefundTuiError as error:
        return fail("credentials", str(error), "refunds would be BLOCKED")
    return ok("credentials", f"requests are signed ({settings.auth})")


def _reach(settings: Settings) -> Iterator[Result]:
    try:
        answer = asyncio.run(_ask(settings))
    except RefundTuiError as error:
        yield fail("service", str(error), "refunds would be BLOCKED")
        return
    if answer.status is None:
        yield fail("service", answer.detail, _REMEDY)
        return
    yield ok("service", f"{settings.base_url} answers ({answer.status}){_way(settings)}")
    yield _clock(answer.server_date)


def _way(settings: Settings) -> str:
    return f" through the proxy {visible(settings.proxy)}" if settings.proxy else ""


async def _ask(settings: Settings) -> Answer:
    """The answer to a request for `/`. Raises ConfigError."""
    from refund_tui.payments.client import PaymentClient  # loads httpx

    async with PaymentClient.for_settings(settings) as client:
        return await client.reach()


def _clock(theirs: datetime | None) -> Result:
    """Compare this host's clock with the service's."""
    if theirs is None:
        return warn("clock", "the service did not send its time", "compare this host's clock yourself")
    off = (datetime.now(UTC) - theirs).total_seconds()
    if abs(off) <= SKEW:
        return ok("clock", f"within {span(SKEW)} of the service's")
    return fail("clock", skew_words(off), "set this host's clock (NTP)")
