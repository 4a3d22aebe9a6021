"""Owns an answer as it came off the wire, before anybody asks what it means."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from refund_tui.core.cards import masked

LONGEST_BODY = 65_536
"""Bytes read of one answer's body, also after decoding."""

LONGEST_RAW = 4_000
"""Characters of an answer that the ledger keeps."""

_GZIP = 31
"""zlib's window bits for a gzip stream."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A status, headers (names in lower case) and as much of the body as came.

    `flaw` is None for a body that came whole, else what was wrong with it, in words that follow "the answer".
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    flaw: str | None = None

    def all(self, name: str) -> list[str]:
        """Every value of a header, in the order they came."""
        return [value for found, value in self.headers if found == name]

    @property
    def content(self) -> bytes | None:
        """The body without its encoding, None where it cannot be had. Identity was asked for, but proxies differ."""
        match [value.strip().lower() for value in self.all("content-encoding")]:
            case [] | [""] | ["identity"]:
                return self.body
            case ["gzip"] | ["x-gzip"]:
                return _gunzip(self.body)
            case _:
                return None

    @property
    def raw(self) -> str:
        """The body as text that can be stored, capped, card numbers masked; never a header."""
        content = self.content
        return masked((self.body if content is None else content).decode("utf-8", "replace"))[:LONGEST_RAW]


def _gunzip(body: bytes) -> bytes | None:
    if not body:
        return body
    stream = zlib.decompressobj(_GZIP)
    try:
        content = stream.decompress(body, LONGEST_BODY)
    except zlib.error:
        return None
    return content if stream.eof else None
