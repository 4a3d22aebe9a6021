"""Proxies and services that break off before a request, for tests of what left this host. Each is a `Script`."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import create_server, socket
from threading import Thread

from tests.support.raw import Script, resetting, unread

NAME = "payments.test"
"""A service's name that is not loopback. Only a proxy is asked for it, and the tests' proxies look nothing up."""

URL = f"https://{NAME}"


def broken_proxy(then: Script) -> Script:
    """A proxy that reads the CONNECT and does `then`, but opens no connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await then(reader, writer)

    return unread(serve)


def writing(data: bytes) -> Script:
    """Write `data` and close."""

    async def write(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return write


BROKEN_OFF: dict[str, Script] = {
    "closes at once": unread(writing(b"")),
    "resets at once": unread(resetting()),
    "closes": broken_proxy(writing(b"")),
    "resets": broken_proxy(resetting()),
    "garbles": broken_proxy(writing(b"\x00\xff no HTTP\r\n\r\n")),
    "cuts its answer": broken_proxy(writing(b"HTTP/1.1 200 Conn")),
    "resets its answer": broken_proxy(resetting(b"HTTP/1.1 200 Conn")),
    "agrees and closes": broken_proxy(writing(b"HTTP/1.1 200 OK\r\n\r\n")),
    "agrees and resets": broken_proxy(resetting(b"HTTP/1.1 200 OK\r\n\r\n")),
}
"""The ways in which a proxy, asked for a tunnel, opens none and gives no status."""


@dataclass
class ClosedDoor:
    """A TLS service that refuses handshakes: its port, and the bytes of requests that it read."""

    port: int
    read: list[bytes] = field(default_factory=list)


@contextmanager
def refusing_handshakes(context: ssl.SSLContext) -> Iterator[ClosedDoor]:
    """A service whose `context` ends the handshake with an alert. Blocking, because its order of bytes matters.

    If a client certificate is missing under TLS 1.3, the client's request is on the way by then.
    """
    with create_server(("127.0.0.1", 0)) as listener:
        door = ClosedDoor(listener.getsockname()[1])
        thread = Thread(target=_refuse, args=(listener, context, door), daemon=True)
        thread.start()
        yield door
        with contextlib.suppress(OSError):
            listener.shutdown(2)
        thread.join()


def _refuse(listener: socket, context: ssl.SSLContext, door: ClosedDoor) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _address = listener.accept()
            with connection, connection.dup() as raw, contextlib.suppress(OSError):
                with contextlib.suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as inside:
                    door.read.append(inside.recv(65_536))
                _read_to_the_end(raw)


def _read_to_the_end(raw: socket) -> None:
    """Take what still comes, so that closing resets nothing: a reset could overtake the refusal."""
    while raw.recv(65_536):
        pass
