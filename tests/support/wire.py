"""A simple HTTP client for tests of the sandbox. It shares no code with the program's client."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection
from typing import Any, NamedTuple

from refund_tui.sandbox import SandboxThread

KEY = "550e8400-e29b-41d4-a716-446655440000"
OTHER_KEY = "650e8400-e29b-41d4-a716-446655440000"
PATIENCE = 10.0


class SandboxAnswer(NamedTuple):
    """An answer as it came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every header of that name."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def refund_body(key: str = KEY, amount: str = "25.99", trip: str = "TRIP-1", store: str = "STORE-001") -> bytes:
    """A valid refund request, the amount written as given."""
    return (
        f'{{"storeId":"{store}","shoppingTripId":"{trip}","amount":{{"amount":{amount},"code":"EUR"}},'
        f'"refundRequestId":"{key}","refundReasonCode":"DAMAGED_ITEM"}}'
    ).encode()


def query_body(trip: str = "TRIP-1", store: str = "STORE-001") -> bytes:
    """A valid transactional-data request."""
    return json.dumps({"storeId": store, "shoppingTripId": trip}).encode()


def post(sandbox: SandboxThread, path: str, body: bytes, **headers: str) -> SandboxAnswer:
    """POST on a new connection. Raises what http.client raises if there is no answer."""
    connection = HTTPConnection("127.0.0.1", sandbox.port, timeout=PATIENCE)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"} | headers)
        response = connection.getresponse()
        return SandboxAnswer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()


def refund(sandbox: SandboxThread, body: bytes | None = None) -> SandboxAnswer:
    """`POST /v1/refund`, by default with a valid body."""
    return post(sandbox, "/v1/refund", refund_body() if body is None else body)


def look_up(sandbox: SandboxThread, body: bytes | None = None) -> SandboxAnswer:
    """`POST /v1/payment/transactional-data`, by default with a valid body."""
    return post(sandbox, "/v1/payment/transactional-data", query_body() if body is None else body)


def raw_refund(body: bytes, close: bool = True) -> bytes:
    """The bytes of a whole refund request."""
    ending = b"Connection: close\r\n" if close else b""
    return (
        b"POST /v1/refund HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/json\r\n"
        + ending
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )


def dial(sandbox: SandboxThread) -> socket.socket:
    """An open connection; the caller closes it."""
    return socket.create_connection(("127.0.0.1", sandbox.port), timeout=PATIENCE)


def everything(sandbox: SandboxThread, request: bytes | None = None) -> bytes:
    """All bytes that come back for a request, until the sandbox closes the connection."""
    with dial(sandbox) as connection:
        connection.sendall(request or raw_refund(refund_body()))
        received = bytearray()
        while chunk := connection.recv(65_536):
            received += chunk
        return bytes(received)
