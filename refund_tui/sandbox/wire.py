"""Owns one connection's bytes: reads requests with h11, and sends answers as honestly or badly as their step says.

Decides nothing about money: it is handed a plan that is already written down.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC

import h11

from refund_tui.sandbox.answers import Reply, http_date
from refund_tui.sandbox.service import AnswerPlan, Headers

LARGEST_BODY = 1_000_000
"""Bytes of a request's body that are kept; of a larger one the rest is read and dropped (413)."""

_CHUNK = 16_384


class Gone(Exception):
    """The client closed the connection, or the script did."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; `body` is at most LARGEST_BODY bytes, `too_large` says that more came."""

    method: str
    path: str
    headers: Headers
    body: bytes
    too_large: bool

    def header(self, name: str) -> str:
        """The first header of that name, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class Conversation:
    """The requests and answers of one connection, one at a time, kept alive between them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._connection = h11.Connection(h11.SERVER)
        self._wants_body = True

    async def receive(self) -> Request:
        """The next request; Gone when there is none, h11.RemoteProtocolError when it is not HTTP."""
        head = await self._next()
        if not isinstance(head, h11.Request):
            raise Gone
        self._wants_body = head.method != b"HEAD"
        body, too_large = await self._body()
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
        path = head.target.decode("latin-1").partition("?")[0]
        return Request(head.method.decode("latin-1"), path, headers, body, too_large)

    async def answer(self, plan: AnswerPlan) -> None:
        """Send what the plan says and make ready for the next request; Gone when there can be none."""
        step = plan.step
        await asyncio.sleep(step.delay)
        if step.hang:
            await self._listen_for_the_end()
        if step.hang or step.drop is not None:
            raise Gone
        if step.endless:
            await self._pour(plan)
        head, body = self._head(plan), self._body_of(plan.reply)
        if step.cut is not None:
            await self._send(_cut(step.cut, head, body))
            raise Gone
        await self._drip(head + body, step.drip)
        if self._connection.our_state is h11.MUST_CLOSE:
            raise Gone
        self._connection.start_next_cycle()

    async def answer_to_nonsense(self, plan: AnswerPlan) -> None:
        """Answer what is not HTTP, where that is still possible."""
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
            raise Gone
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

    async def _pour(self, plan: AnswerPlan) -> None:
        await self._send(self._head(plan, endless=True))
        await self._send(_bytes(self._connection, h11.Data(data=b'{"reconciliationId": "')))
        while True:
            await self._send(_bytes(self._connection, h11.Data(data=b"E" * _CHUNK)))

    async def _drip(self, data: bytes, pause: float) -> None:
        if not pause:
            await self._send(data)
            return
        for place in range(len(data)):
            await self._send(data[place : place + 1])
            await asyncio.sleep(pause)

    async def _listen_for_the_end(self) -> None:
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
