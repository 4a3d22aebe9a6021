"""Owns the listening socket and its connections: loopback only, HTTP/1.1 with keep-alive."""

from __future__ import annotations

import asyncio
import errno
import os
from contextlib import suppress

import h11

from refund_tui.sandbox.answers import Reply, say
from refund_tui.sandbox.errors import PortTaken
from refund_tui.sandbox.service import AnswerPlan, PaymentService
from refund_tui.sandbox.wire import ConnectionEnded, HttpConnection, Request

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
