"""Owns the listening socket and its connections: loopback only, HTTP/1.1 with keep-alive.

Reads requests with h11, and sends answers with the faults of their steps. Never decides about money: a request is
recorded before its answer is sent.
"""

from __future__ import annotations

import asyncio
import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC

import h11

from refund_tui.sandbox.answers import Reply, http_date, say
from refund_tui.sandbox.errors import PortTaken
from refund_tui.sandbox.service import AnswerPlan, Headers, PaymentService

LARGEST_BODY = 1_000_000
"""The most bytes of a request's body. The rest of a larger body is read and ignored (413)."""

_CHUNK = 16_384


class ConnectionEnded(Exception):
    """The client or a fault step ended the connection."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `body` is at most LARGEST_BODY bytes; `too_large` says that there were more."""

    method: str
    path: str
    headers: Headers
    body: bytes
    too_large: bool

    def header(self, name: str) -> str:
        """The first header of that name, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class HttpConnection:
    """The requests and answers of one connection, one after the other, with keep-alive."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._connection = h11.Connection(h11.SERVER)
        self._wants_body = True

    async def receive(self) -> Request:
        """The next request. Raises ConnectionEnded if there is none, h11.RemoteProtocolError if it is not HTTP."""
        head = await self._next()
        if not isinstance(head, h11.Request):
            raise ConnectionEnded
        self._wants_body = head.method != b"HEAD"
        body, too_large = await self._body()
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
        path = head.target.decode("latin-1").partition("?")[0]
        return Request(head.method.decode("latin-1"), path, headers, body, too_large)

    async def answer(self, plan: AnswerPlan) -> None:
        """Send the answer and get ready for the next request. Raises ConnectionEnded if there can be none."""
        step = plan.step
        await asyncio.sleep(step.delay)
        if step.hang:
            await self._wait_for_close()
        if step.hang or step.drop is not None:
            raise ConnectionEnded
        if step.endless:
            await self._send_endless(plan)
        head, body = self._head(plan), self._body_of(plan.reply)
        if step.cut is not None:
            await self._send(_cut(step.cut, head, body))
            raise ConnectionEnded
        await self._send_slowly(head + body, step.drip)
        if self._connection.our_state is h11.MUST_CLOSE:
            raise ConnectionEnded
        self._connection.start_next_cycle()

    async def answer_malformed(self, plan: AnswerPlan) -> None:
        """Answer a request that is not HTTP, if that is still possible."""
        if self._connection.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            await self._send(self._head(plan) + self._body_of(plan.reply))

    async def _next(self) -> object:
        while True:
            event = self._connection.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._connection.they_are_waiting_for_100_continue:
                await self._send(_bytes(self._connection, h11.InformationalResponse(status_code=100, headers=[])))
            self._connection.receive_data(await self._reader.read(65_536))

    async def _body(self) -> tuple[bytes, bool]:
        body, too_large = bytearray(), False
        while isinstance(event := await self._next(), h11.Data):
            too_large = too_large or len(body) + len(event.data) > LARGEST_BODY
            body += b"" if too_large else event.data
        if not isinstance(event, h11.EndOfMessage):
            raise ConnectionEnded
        return bytes(body), too_large

    def _head(self, plan: AnswerPlan, endless: bool = False) -> bytes:
        reply = plan.reply
        names = {name.lower() for name, _ in reply.headers}
        headers = [(name.encode(), value.encode()) for name, value in reply.headers]
        if "date" not in names:
            headers.append((b"Date", http_date(plan.date.astimezone(UTC)).encode()))
        if not endless and reply.status not in (204, 304):
            headers.append((b"Content-Length", str(len(reply.body)).encode()))
        return _bytes(self._connection, h11.Response(status_code=reply.status, headers=headers))

    def _body_of(self, reply: Reply) -> bytes:
        body = reply.body if self._wants_body and reply.status not in (204, 304) else b""
        return _bytes(self._connection, h11.Data(data=body)) + _bytes(self._connection, h11.EndOfMessage())

    async def _send_endless(self, plan: AnswerPlan) -> None:
        await self._send(self._head(plan, endless=True))
        await self._send(_bytes(self._connection, h11.Data(data=b'{"reconciliationId": "')))
        while True:
            await self._send(_bytes(self._connection, h11.Data(data=b"E" * _CHUNK)))

    async def _send_slowly(self, data: bytes, pause: float) -> None:
        if not pause:
            await self._send(data)
            return
        for place in range(len(data)):
            await self._send(data[place : place + 1])
            await asyncio.sleep(pause)

    async def _wait_for_close(self) -> None:
        while await self._reader.read(65_536):
            pass

    async def _send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


def _bytes(connection: h11.Connection, event: h11.Event) -> bytes:
    return connection.send(event) or b""


def _cut(where: str, head: bytes, body: bytes) -> bytes:
    match where:
        case "status-line":
            return head[:11]
        case "headers":
            return head[: len(head) - 6]
        case _:
            return head + body[: len(body) // 2]


HOST = "127.0.0.1"

_REFUND = "/v1/refund"
_LOOKUP = "/v1/payment/transactional-data"


class PaymentServer:
    """`service` on a loopback socket, inside the running event loop."""

    def __init__(self, service: PaymentService) -> None:
        self._service = service
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """The base URL that a client is configured with."""
        return f"http://{HOST}:{self.port}"

    async def start(self, port: int = 0) -> None:
        """Listen on `port`, or on any free one for 0. Raises PortTaken."""
        try:
            self._server = await asyncio.start_server(self._accept, HOST, port)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            why = "it is already taken" if taken else os.strerror(error.errno or 0).lower()
            raise PortTaken(
                f"cannot listen on port {port}: {why}; stop the program that uses it, or choose another port"
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the socket and every connection at once, also in the middle of an answer."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._connections.add(task)
        try:
            # Stopping cancels it; a cancelled task would be logged as an error by asyncio's own callback (Python 3.11).
            with suppress(ConnectionEnded, ConnectionError, asyncio.CancelledError):
                await self._serve(HttpConnection(reader, writer))
            writer.close()
        finally:
            self._connections.discard(task)
            if not writer.is_closing():
                writer.transport.abort()

    async def _serve(self, connection: HttpConnection) -> None:
        while True:
            try:
                request = await connection.receive()
            except h11.RemoteProtocolError:
                await connection.answer_malformed(
                    self._service.refuse("not HTTP", (), b"", say(400, {"message": "Bad Request"}))
                )
                return
            await connection.answer(self._plan(request))

    def _plan(self, request: Request) -> AnswerPlan:
        if (refusal := _refusal(request)) is not None:
            operation = f"{request.method} {request.path}"
            return self._service.refuse(operation, request.headers, request.body, refusal)
        if request.path == _REFUND:
            return self._service.refund(request.headers, request.body)
        return self._service.transactional_data(request.headers, request.body)


def _refusal(request: Request) -> Reply | None:
    """The HTTP error for a request that is not for an operation of the service, else None."""
    if request.path not in (_REFUND, _LOOKUP):
        return say(404, {"message": "Not Found"})
    if request.method != "POST":
        return say(405, {"message": "Method Not Allowed"}, ("Allow", "POST"))
    if request.too_large:
        return say(413, {"message": "Request Too Long"})
    if request.header("content-type").partition(";")[0].strip().lower() != "application/json":
        return say(415, {"message": "Unsupported Media Type"})
    return None
