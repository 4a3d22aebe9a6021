"""A server that sends the bytes of a script, and a client of it, for tests of broken connections and answers.

The server follows no rules of HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from refund_tui.core.outcomes import Doubt, Outcome, Uncertain
from refund_tui.payments.client import PaymentClient
from tests.support.patience import PATIENCE

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """The address of the server, and every request: the lines of its head, and its body."""

    port: int = 0
    scheme: str = "http"
    requests: list[tuple[list[str], bytes]] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"{self.scheme}://localhost:{self.port}"

    @property
    def bodies(self) -> list[bytes]:
        """The bodies of the requests."""
        return [body for _head, body in self.requests]


@asynccontextmanager
async def raw_server(script: Script | bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawServer]:
    """A server on loopback that runs `script` after each request, or writes those bytes and closes."""
    found, tasks = RawServer(scheme="https" if tls else "http"), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        found.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _serve(found, script, reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _serve(
    found: RawServer, script: Script | bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    if callable(script) and getattr(script, "unread", False):
        await script(reader, writer)
        return
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
    length = next((int(line.split(":")[1]) for line in head if line.lower().startswith("content-length:")), 0)
    found.requests.append((head, await reader.readexactly(length)))
    if callable(script):
        await script(reader, writer)
        return
    writer.write(script)
    await writer.drain()


def unread(script: Script) -> Script:
    """Run `script` when a connection opens, without reading the request."""
    script.unread = True  # type: ignore[attr-defined]
    return script


def answer(status: str, body: bytes | str = b"", *headers: str) -> bytes:
    """A well-formed answer: `status` is a code, with or without its phrase."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} -", *headers, f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content


def zipped(body: bytes) -> bytes:
    """`body` in gzip. The bytes are always the same, because every worker must collect the same tests."""
    return gzip.compress(body, mtime=0)


async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


def dripping(start: bytes, drop: bytes) -> Script:
    """Send `start` and then `drop` again and again, so that no single read times out."""

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)  # real time on a real socket: this tests the deadline of the whole request

    return drip


def flood(start: bytes, wave: bytes) -> Script:
    """Send `start` and then `wave` without end, as fast as it is read."""

    async def pour(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(wave)
            await writer.drain()

    return pour


def resetting(start: bytes = b"") -> Script:
    """Send `start`, then reset the connection instead of closing it."""

    async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        await writer.drain()
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return reset


def tunnel(port: int, asked: list[str], verdict: str = "200 OK") -> Script:
    """A proxy that notes its requests and their credentials, and answers `verdict`.

    After a 200 it passes bytes to `port` and back. It looks no name up: ask it for a service that is not loopback,
    which is never asked through a proxy.
    """

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError), contextlib.closing(writer):
            while data := await reader.read(65_536):
                writer.write(data)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        asked.extend([head[0], *(line for line in head if line.startswith("Proxy-Authorization:"))])
        writer.write(f"HTTP/1.1 {verdict}\r\n\r\n".encode())
        if verdict.startswith("200"):
            inner, outer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(pipe(reader, outer), pipe(inner, writer))

    return unread(serve)


# The client towards it

BODY = b'{"storeId":"S","shoppingTripId":"T","amount":{"amount":25.99,"code":"USD"}}'
YES = answer("200", '{"reconciliationId":"REC1"}', "Content-Type: application/json")
SHORT = 0.25
"""A short deadline in seconds, for tests that must exceed it."""

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""A TLS context without certificates, for plain HTTP. It makes the tests faster."""


@asynccontextmanager
async def talking_to(
    url: str, deadline: float = 10.0, context: ssl.SSLContext = TRUSTS_NOBODY, proxy: str | None = None
) -> AsyncIterator[PaymentClient]:
    """A client of the service at `url`."""
    async with PaymentClient(url, deadline=deadline, context=context, proxy=proxy) as client:
        yield client


async def sent(script: Script | bytes, deadline: float = 10.0) -> Outcome:
    """The outcome of one refund that was sent to a server with `script`."""
    async with raw_server(script) as server, talking_to(server.url, deadline) as client:
        async with asyncio.timeout(PATIENCE):
            outcome = await client.refund(BODY)
        assert server.connections <= 1, "a request is never repeated by itself"
        return outcome


def doubt(outcome: Outcome) -> Doubt:
    """The doubt of an outcome. Fails if the outcome is not a doubt."""
    assert isinstance(outcome, Uncertain), outcome
    assert "may have been executed" in outcome.answer.detail
    return outcome.doubt
