"""Owns how connections are made and how bytes leave. Knows no HTTP.

A name is looked up in a thread that nothing waits for, because a silent name server must not hold up the end of the
program. A request leaves in one piece, so that a refusal which comes before it was read is still received.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from threading import Thread
from typing import Any

import anyio
import httpcore
import httpx

STAGGER = 0.25
"""Seconds after which the next address of a host is tried as well (RFC 8305)."""

_MOST = 4
"""The most connections at a time."""

_Stream = httpcore.AsyncNetworkStream
_Addresses = list[str]


class Transport(httpx.AsyncHTTPTransport):
    """httpx's transport over `Network`, which httpx has no argument for.

    Each request has its own connection. If the service closes a kept one, nobody can tell whether a request arrived.
    """

    def __init__(self, context: ssl.SSLContext, proxy: httpcore.Proxy | None) -> None:
        """`context` verifies the service."""
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            proxy=proxy,
            max_connections=_MOST,
            max_keepalive_connections=0,
            network_backend=Network(),
        )


class Network(httpcore.AnyIOBackend):
    """The network for httpcore."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> _Stream:
        """A connection to that address of `host` which takes one first. Raises ConnectError and ConnectTimeout."""
        connect = super().connect_tcp
        try:
            async with asyncio.timeout(timeout):
                addresses = await look_up(host, port)
                return OnePiece(await _first(addresses, lambda address: connect(address, port)))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error


class OnePiece(_Stream):
    """A connection that keeps what is written until something is read, and then sends it at once.

    A TLS server that refuses the client's certificate closes while the request is on the way. A second piece would find
    the connection reset, and the refusal would be lost.
    """

    def __init__(self, stream: _Stream) -> None:
        self._stream, self._kept = stream, b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Keep `buffer`."""
        self._kept += buffer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Send what was kept, then read. What a service answered counts also if it did not take all."""
        kept, self._kept = self._kept, b""
        with contextlib.suppress(httpcore.WriteError):
            await self._stream.write(kept, timeout)
        return await self._stream.read(max_bytes, timeout)

    async def aclose(self) -> None:
        """Close it."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        """The same connection inside TLS. It is closed if the handshake fails or is cancelled."""
        try:
            return OnePiece(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except BaseException:
            await self.aclose()
            raise

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks about the connection."""
        return self._stream.get_extra_info(info)


async def _first(addresses: _Addresses, connect: Callable[[str], Awaitable[_Stream]]) -> _Stream:
    """The first connection that is made; the next address is tried when one fails or is slow. Raises OSError."""
    made: list[_Stream] = []
    errors: list[Exception] = []

    async def attempt(address: str, failed: asyncio.Event) -> None:
        try:
            stream = await connect(address)
        except httpcore.ConnectError as error:
            errors.append(error)
            failed.set()
        else:
            made.append(stream)
            group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                failed = asyncio.Event()
                group.start_soon(attempt, address, failed)
                with anyio.move_on_after(STAGGER):
                    await failed.wait()
    except BaseException:
        await _close(made)
        raise
    await _close(made[1:])
    if not made:
        raise OSError("no address took the connection") from ExceptionGroup("addresses", errors)
    return made[0]


async def _close(streams: list[_Stream]) -> None:
    for stream in streams:
        await stream.aclose()


async def look_up(host: str, port: int) -> _Addresses:
    """The addresses of a host, in the system's order. Raises OSError for a name that cannot be looked up."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[_Addresses] = loop.create_future()

    def tell(addresses: _Addresses, problem: Exception | None) -> None:
        if found.done():  # the caller did not wait so long
            return
        if problem is not None:
            found.set_exception(problem)
        else:
            found.set_result(addresses)

    def ask() -> None:
        answer = _addresses(host, port)
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(tell, *answer)

    Thread(target=ask, name="name lookup", daemon=True).start()
    return await found


def _addresses(host: str, port: int) -> tuple[_Addresses, Exception | None]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return [], error
    except UnicodeError as error:  # a label of a name that is too long
        return [], socket.gaierror(socket.EAI_NONAME, str(error))
    return list(dict.fromkeys(str(place[0]) for *_kind, place in found)), None
