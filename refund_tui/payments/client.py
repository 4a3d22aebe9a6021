"""Owns the HTTP client: one request, one answer, one outcome. Never retries, never follows a redirect, never waits.

Uses only the proxy in the settings. Loads httpx and pydantic, so the desk imports it only when it sends a request.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import certifi
import httpx

from refund_tui import __version__
from refund_tui.core.endpoints import check_base_url, is_loopback
from refund_tui.core.outcomes import Answer, CardAnswer, CardFound, CardNotFound, CardNotLearnt, Outcome, Uncertain
from refund_tui.core.times import Clock
from refund_tui.core.trips import Card
from refund_tui.errors import ConfigError
from refund_tui.host.clock import SystemClock
from refund_tui.payments.answers import LONGEST_BODY, HttpAnswer, Unreadable, read_card
from refund_tui.payments.body import build_query
from refund_tui.payments.classification import classify, complete_body, server_date, unknown_trip
from refund_tui.payments.failures import closed_while_connecting, failed, flaw
from refund_tui.payments.network import Transport
from refund_tui.payments.progress import Progress, Stage
from refund_tui.payments.proxy import make_proxy
from refund_tui.payments.signing import make_auth

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

__all__ = ["CardAnswer", "CardFound", "CardNotFound", "CardNotLearnt", "PaymentClient"]

DEADLINE = 30.0
"""Seconds for one exchange, from looking up the host's name to the answer's last byte. AWS gateways end it after 29."""

CONNECT = 10.0
"""The most seconds to connect, and the most for the TLS handshake. With a deadline below 30 s, each is a third of it.
"""

_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "connection": "close",
    "content-type": "application/json",
    "user-agent": f"refund-tui/{__version__}",
}


@dataclass(slots=True)
class _Exchange:
    """One request and what was received of its answer."""

    progress: Progress
    head: HttpAnswer | None = None
    body: bytearray = field(default_factory=bytearray)


class PaymentClient:
    """A client of one service with one account. Use it from one event loop; close it with `aclose` or `async with`."""

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        deadline: float = DEADLINE,
        context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        proxy_secret: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Create it outside the event loop: loading certificates takes time. `deadline` is in seconds.

        `context` verifies the service, and also a `proxy` with an https URL. A service on loopback is never reached
        through a proxy. Raises ConfigError for a base URL that is neither https nor loopback.
        """
        self._deadline = deadline
        self._clock = clock or SystemClock()
        url, verify = httpx.URL(_checked(base_url)), context or tls_context()
        connect = min(CONNECT, deadline / 3)
        self._proxied = bool(proxy) and not is_loopback(url.host)
        self._http = httpx.AsyncClient(
            base_url=url,
            auth=auth,
            headers=_HEADERS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(deadline, connect=connect, pool=connect),
            follow_redirects=False,
            trust_env=False,
            event_hooks={"response": [_hide_location]},
            transport=Transport(verify, make_proxy(proxy, verify, proxy_secret) if proxy and self._proxied else None),
        )

    @classmethod
    def for_settings(cls, settings: Settings) -> Self:
        """The client for these settings. Raises ConfigError."""
        if settings.base_url is None:
            raise ConfigError("no service is configured: set base_url")
        return cls(
            settings.base_url,
            auth=make_auth(settings.auth),
            deadline=settings.request_timeout,
            context=tls_context(settings.ca_bundle),
            proxy=settings.proxy,
            proxy_secret=settings.proxy_secret,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def refund(self, body: bytes) -> Outcome:
        """Send `body` (made by `build_body`) once; the outcome of the attempt. Run it in its own task.

        A cancellation before the first byte was sent becomes an outcome. Raises only a later cancellation.
        """
        exchange = self._begin()
        try:
            reply = await self._exchange(exchange, "POST", "/v1/refund", body)
        except asyncio.CancelledError:
            if exchange.progress.sent:
                raise
            return closed_while_connecting()
        outcome = self._outcome(reply)
        if isinstance(outcome, Uncertain):
            detail = f"{outcome.answer.detail}; the refund may have been executed"
            return replace(outcome, answer=replace(outcome.answer, detail=detail))
        return outcome

    async def transactional_data(self, store_id: str, trip_id: str) -> CardAnswer:
        """Ask whose card paid for a trip. Only brand, tail and currency of the answer are kept.

        Raises ValueError for ids that the contract forbids, and nothing for failures of the network.
        """
        query = build_query(store_id, trip_id)
        reply = await self._exchange(self._begin(), "POST", "/v1/payment/transactional-data", query)
        if isinstance(reply, HttpAnswer) and reply.status == 200:
            return _card(reply)
        if isinstance(reply, HttpAnswer) and unknown_trip(reply):
            return CardNotFound()
        return CardNotLearnt(replace(self._outcome(reply).answer, raw=""))

    async def reach(self) -> Answer:
        """Request `/` with the same TLS and signing as a refund. It moves no money. The status and the service's time.

        The status is None if no answer came; then the detail says why. Raises only a cancellation.
        """
        reply = await self._exchange(self._begin(), "GET", "/", b"")
        if not isinstance(reply, HttpAnswer):
            return reply.answer
        return Answer(reply.status, server_date=server_date(reply, self._clock.now().at))

    def _outcome(self, reply: HttpAnswer | Outcome) -> Outcome:
        return classify(reply, self._clock.now().at) if isinstance(reply, HttpAnswer) else reply

    def _begin(self) -> _Exchange:
        begun = self._clock.now()
        first = Stage.PROXY if self._proxied else Stage.SERVICE
        return _Exchange(Progress(first, lambda: self._clock.now().longest_since(begun) > self._deadline))

    async def _exchange(self, exchange: _Exchange, method: str, path: str, body: bytes) -> HttpAnswer | Outcome:
        """The answer, or the outcome if no status was received. A received status counts also if the body failed."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._send(exchange, method, path, body)
        except Exception as error:  # noqa: BLE001 every failure of the exchange becomes an outcome; a cancellation does not
            if exchange.head is None:
                return failed(error, exchange.progress.stage)
            return replace(exchange.head, body=bytes(exchange.body), flaw=flaw(error))

    async def _send(self, exchange: _Exchange, method: str, path: str, body: bytes) -> HttpAnswer:
        extensions = {"trace": exchange.progress.trace}
        async with self._http.stream(method, path, content=body, extensions=extensions) as response:
            exchange.head = _head(response)
            async for chunk in response.aiter_raw():
                exchange.body += chunk
                if len(exchange.body) > LONGEST_BODY:
                    del exchange.body[LONGEST_BODY:]
                    return replace(exchange.head, body=bytes(exchange.body), flaw="does not end where it should")
            return replace(exchange.head, body=bytes(exchange.body))


def _head(response: httpx.Response) -> HttpAnswer:
    location = response.extensions.get("location")
    redirect = [("location", location)] if location else []
    return HttpAnswer(response.status_code, tuple(response.headers.multi_items() + redirect))


async def _hide_location(response: httpx.Response) -> None:
    """Hide a redirect's target from httpx, which parses it even if it does not follow, and fails if it is malformed."""
    response.extensions["location"] = response.headers.pop("location", None)


def _card(reply: HttpAnswer) -> CardAnswer:
    try:
        data = read_card(complete_body(reply))
    except Unreadable as error:
        return CardNotLearnt(Answer(reply.status, f"the service answered 200, but the answer {error}"))
    return CardFound(Card(data.brand, data.tail), data.currency)


def tls_context(ca_bundle: Path | None = None) -> ssl.SSLContext:
    """TLS that verifies the service with certifi's certificates or those of `ca_bundle`. Raises ConfigError.

    The environment is ignored: `SSL_CERT_FILE` could name other certificates, `SSLKEYLOGFILE` would store session keys.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(ca_bundle or certifi.where())
    except OSError as error:  # SSLError is one too
        raise ConfigError(f"ca_bundle {ca_bundle}: no certificates can be read from it ({error})") from error
    return context


def _checked(base_url: str) -> str:
    try:
        return check_base_url(base_url)
    except ValueError as error:
        raise ConfigError(f"base_url {base_url} {error}") from error
