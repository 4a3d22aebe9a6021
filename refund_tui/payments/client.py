"""Owns the one HTTP client: one request, one answer, one outcome. Never retries, follows, waits or asks a proxy.

Brings httpx and pydantic; the desk imports it only when a request is really sent.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import certifi
import httpx

from refund_tui import __version__
from refund_tui.core.endpoints import check_base_url
from refund_tui.core.outcomes import Answer, Outcome, Uncertain
from refund_tui.core.times import Clock
from refund_tui.core.trips import Card
from refund_tui.errors import ConfigError
from refund_tui.host.clock import SystemClock
from refund_tui.payments.answers import Unreadable, read_card
from refund_tui.payments.body import build_query
from refund_tui.payments.cards import CardAnswer, CardFound, CardNotFound, CardNotLearnt
from refund_tui.payments.classification import classify, server_date, unknown_trip, whole
from refund_tui.payments.failures import failed, flaw, left_while_connecting
from refund_tui.payments.http_answer import LONGEST_BODY, HttpAnswer
from refund_tui.payments.signing import make_auth

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

__all__ = ["CardAnswer", "CardFound", "CardNotFound", "CardNotLearnt", "PaymentClient"]

DEADLINE = 30.0
"""Seconds for one whole exchange, from looking up the name to the answer's last byte; AWS gateways give up after 29."""

CONNECT = 10.0
"""Seconds at most for a connection to be made, and again for TLS; a third of a shorter deadline."""

_LIMITS = httpx.Limits(max_connections=4, max_keepalive_connections=0)
"""A connection for each request: on a kept one that the service had just closed, nobody could tell what arrived."""

_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "identity",
    "connection": "close",
    "content-type": "application/json",
    "user-agent": f"refund-tui/{__version__}",
}

_CONNECTING = ("connection.", "proxy.")
"""How httpcore's events begin while no byte of the request can be on the wire yet."""


@dataclass(slots=True)
class _Exchange:
    """How far one request and its answer have come. `late` tells, by any clock, that its deadline has passed."""

    late: Callable[[], bool]
    sent: bool = False
    head: HttpAnswer | None = None
    body: bytearray = field(default_factory=bytearray)

    async def trace(self, event: str, about: Mapping[str, object]) -> None:
        """Hear from httpcore what it is about to do; asking a proxy for a tunnel is not yet the request.

        Raises TimeoutError before the first byte of a request that is late: a host that was paused while it connected
        does not count that time for the timeout.
        """
        tunnel = getattr(about.get("request"), "method", None) == b"CONNECT"
        if event.endswith(".started") and not event.startswith(_CONNECTING) and not tunnel:
            if not self.sent and self.late():
                raise TimeoutError
            self.sent = True


class PaymentClient:
    """A client of one service under one account; usable from one event loop, closed with `aclose` or `async with`."""

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        deadline: float = DEADLINE,
        context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Make it off the event loop: loading the certificates takes a while. `deadline` is in seconds.

        `context` verifies the service, and a `proxy` that is itself spoken to by TLS; a service on loopback is never
        asked through a proxy. ConfigError for a base URL that is neither https nor loopback.
        """
        self._deadline = deadline
        self._clock = clock or SystemClock()
        url, verify = httpx.URL(_checked(base_url)), context or verifying()
        connect = min(CONNECT, deadline / 3)
        self._http = httpx.AsyncClient(
            base_url=url,
            auth=auth,
            headers=_HEADERS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(deadline, connect=connect, pool=connect),
            follow_redirects=False,
            trust_env=False,
            event_hooks={"response": [_hide_location]},
            transport=httpx.AsyncHTTPTransport(
                verify=verify,
                proxy=_proxy(proxy, verify) if proxy and url.scheme == "https" else None,
                limits=_LIMITS,
                retries=0,
                trust_env=False,
            ),
        )

    @classmethod
    def for_settings(cls, settings: Settings) -> Self:
        """The client that the configuration asks for. Raises ConfigError."""
        if settings.base_url is None:
            raise ConfigError("no service is configured: set base_url")
        auth = make_auth(settings.auth)
        context = verifying(settings.ca_bundle)
        return cls(
            settings.base_url, auth=auth, deadline=settings.request_timeout, context=context, proxy=settings.proxy
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
        """Send `body` (of `build_body`) once and say what that came to; raises nothing but a cancellation.

        Cancelled while no byte of the request has left, it says so as an outcome; for use in a task of its own.
        """
        progress = self._begin()
        try:
            reply = await self._exchange(progress, "POST", "/v1/refund", body)
        except asyncio.CancelledError:
            if progress.sent:
                raise
            return left_while_connecting()
        outcome = self._meaning(reply)
        if isinstance(outcome, Uncertain):
            detail = f"{outcome.answer.detail}; the refund may have been executed"
            return replace(outcome, answer=replace(outcome.answer, detail=detail))
        return outcome

    async def transactional_data(self, store_id: str, trip_id: str) -> CardAnswer:
        """Ask whose card paid a trip; of the answer only brand, tail and currency are ever kept.

        Raises ValueError for ids that the contract forbids, nothing for what the wire does.
        """
        query = build_query(store_id, trip_id)
        reply = await self._exchange(self._begin(), "POST", "/v1/payment/transactional-data", query)
        if isinstance(reply, HttpAnswer) and reply.status == 200:
            return _card(reply)
        if isinstance(reply, HttpAnswer) and unknown_trip(reply):
            return CardNotFound()
        return CardNotLearnt(replace(self._meaning(reply).answer, raw=""))

    async def reach(self) -> Answer:
        """Ask for `/`, which moves nothing, the way a refund goes: the status and the service's clock that come back.

        Without a status nothing came, and the detail says why. Raises nothing but a cancellation.
        """
        reply = await self._exchange(self._begin(), "GET", "/", b"")
        if not isinstance(reply, HttpAnswer):
            return reply.answer
        return Answer(reply.status, server_date=server_date(reply, self._clock.now().at))

    def _meaning(self, reply: HttpAnswer | Outcome) -> Outcome:
        return classify(reply, self._clock.now().at) if isinstance(reply, HttpAnswer) else reply

    def _begin(self) -> _Exchange:
        begun = self._clock.now()
        return _Exchange(lambda: self._clock.now().longest_since(begun) > self._deadline)

    async def _exchange(self, exchange: _Exchange, method: str, path: str, body: bytes) -> HttpAnswer | Outcome:
        """The answer, or what it means that no status came. A status that came counts, whatever became of the rest."""
        try:
            async with asyncio.timeout(self._deadline):
                return await self._carry(exchange, method, path, body)
        except Exception as error:  # noqa: BLE001 whatever the wire does becomes an outcome; a cancellation does not
            if exchange.head is None:
                return failed(error, sent=exchange.sent)
            return replace(exchange.head, body=bytes(exchange.body), flaw=flaw(error))

    async def _carry(self, exchange: _Exchange, method: str, path: str, body: bytes) -> HttpAnswer:
        extensions = {"trace": exchange.trace}
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
    """Put a redirect's target aside: httpx would read it even where it does not follow, and fail over a bad one."""
    response.extensions["location"] = response.headers.pop("location", None)


def _card(reply: HttpAnswer) -> CardAnswer:
    try:
        data = read_card(whole(reply))
    except Unreadable as error:
        return CardNotLearnt(Answer(reply.status, f"the service answered 200, but the answer {error}"))
    return CardFound(Card(data.brand, data.tail), data.currency)


def verifying(ca_bundle: Path | None = None) -> ssl.SSLContext:
    """Verified TLS against the built-in certificates, or those of a file; ConfigError when the file holds none.

    Never by this clerk's environment, which could name other certificates, or a file for the sessions' keys.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(ca_bundle or certifi.where())
    except OSError as error:  # which an SSLError is too
        raise ConfigError(f"ca_bundle {ca_bundle}: no certificates can be read from it ({error})") from error
    return context


def _proxy(url: str, context: ssl.SSLContext) -> httpx.Proxy:
    return httpx.Proxy(url, ssl_context=context if url.startswith("https://") else None)


def _checked(base_url: str) -> str:
    try:
        return check_base_url(base_url)
    except ValueError as error:
        raise ConfigError(f"base_url {base_url} {error}") from error
