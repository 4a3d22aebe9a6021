"""Owns the bytes of one import file: its beginning, its lines, its chunks, and how much of it was read.

Never holds more than a chunk and one record in memory: a line that is too long is skipped.
"""

from __future__ import annotations

import codecs
import hashlib
from typing import BinaryIO, NamedTuple

CHUNK = 64 * 1024
"""The size of a chunk in bytes. The first chunk also shows the format of the file."""

LONGEST = 1024 * 1024
"""The most bytes (or characters) of one record."""

TOO_LONG = f"is longer than {LONGEST // 1024} kB"

ESCAPED = "surrogateescape"
"""The error handler that keeps bytes that are not UTF-8, so that their record can be named later."""


class SourceLine(NamedTuple):
    """One line of a file. A line longer than LONGEST has no text and is not `whole`."""

    number: int
    text: str
    whole: bool


class Source:
    """One import file, which is read once from beginning to end.

    `taken` is the number of bytes read so far, `hash` their SHA-256.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""
        self._lines = 0
        self._decode = codecs.getincrementaldecoder("utf-8")(ESCAPED).decode
        self.taken = 0
        self.hash = hashlib.sha256()

    def head(self) -> bytes:
        """The beginning of the file without its byte order mark. It is read again as the first line or text."""
        while len(self._held) < CHUNK and self._more():
            pass
        self._held = self._held.removeprefix(codecs.BOM_UTF8)
        return self._held[:CHUNK]

    def line(self) -> SourceLine | None:
        """The next line without its line break, None after the last one."""
        searched = 0
        while (end := self._held.find(b"\n", searched)) < 0:
            searched = len(self._held)
            if searched > LONGEST:
                self._skip_line()
                return self._counted(b"", whole=False)
            if not self._more():
                return self._last_line()
        line, self._held = self._held[:end], self._held[end + 1 :]
        return self._counted(line)

    def text(self) -> str:
        """The next chunk of text, "" at the end."""
        if not self._held and not self._more():
            return self._decode(b"", True)
        held, self._held = self._held, b""
        return self._decode(held) or self.text()

    def skip_rest(self) -> None:
        """Read to the end."""
        while self._more():
            self._held = b""

    def _more(self) -> bool:
        chunk = self._stream.read(CHUNK)
        self.taken += len(chunk)
        self.hash.update(chunk)
        self._held += chunk
        return bool(chunk)

    def _counted(self, line: bytes, *, whole: bool = True) -> SourceLine:
        self._lines += 1
        return SourceLine(self._lines, line.removesuffix(b"\r").decode("utf-8", ESCAPED), whole)

    def _last_line(self) -> SourceLine | None:
        line, self._held = self._held, b""
        return self._counted(line) if line else None

    def _skip_line(self) -> None:
        while (end := self._held.find(b"\n")) < 0:
            self._held = b""
            if not self._more():
                return
        self._held = self._held[end + 1 :]
