"""Owns the bytes of one connection: reads requests with h11, and sends answers with the faults of their steps.

Decides nothing about money: the request is recorded before its answer gets here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC

import h11

from refund_tui.sandbox.answers import Reply, http_date
from refund_tui.sandbox.service import AnswerPlan, Headers

LARGEST_BODY = 1_000_000
"""Bytes of a request's body at most. The rest of a larger one is read and ignored (413)."""

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
