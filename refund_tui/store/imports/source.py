"""Owns the bytes of one import file: its head, its lines, its chunks, and how much of it was read.

Never holds more than a chunk and one record, whatever the file is: a line that is too long is skipped, not read.
"""

from __future__ import annotations

import codecs
from typing import BinaryIO, NamedTuple

CHUNK = 64 * 1024
"""Bytes read at a time; the first ones also tell what kind of file it is."""

LONGEST = 1024 * 1024
"""Bytes (or characters) that one record may have."""

TOO_LONG = f"is longer than {LONGEST // 1024} kB"

ESCAPED = "surrogateescape"
"""How bytes that are not UTF-8 are carried along until the record that has them can be named."""


class SourceLine(NamedTuple):
    """One line of a file. Of a line longer than LONGEST the text is not kept."""

    number: int
    text: str
    whole: bool


class Source:
    """One import file, read once from its beginning to its end. `taken` is the number of bytes read so far."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""
        self._lines = 0
        self._decode = codecs.getincrementaldecoder("utf-8")(ESCAPED).decode
        self.taken = 0

    def head(self) -> bytes:
        """The beginning of the file without its byte order mark, to look at; it will be read again."""
        while len(self._held) < CHUNK and self._more():
            pass
        self._held = self._held.removeprefix(codecs.BOM_UTF8)
        return self._held[:CHUNK]

    def line(self) -> SourceLine | None:
        """The next line without its end, None after the last."""
        searched = 0
        while (end := self._held.find(b"\n", searched)) < 0:
            searched = len(self._held)
            if searched > LONGEST:
                self._skip_line()
                return self._told(b"", whole=False)
            if not self._more():
                return self._last_line()
        line, self._held = self._held[:end], self._held[end + 1 :]
        return self._told(line)

    def text(self) -> str:
        """The next chunk of text, empty at the end."""
        if not self._held and not self._more():
            return self._decode(b"", True)
        held, self._held = self._held, b""
        return self._decode(held) or self.text()

    def _more(self) -> bool:
        chunk = self._stream.read(CHUNK)
        self.taken += len(chunk)
        self._held += chunk
        return bool(chunk)

    def _told(self, line: bytes, *, whole: bool = True) -> SourceLine:
        self._lines += 1
        return SourceLine(self._lines, line.removesuffix(b"\r").decode("utf-8", ESCAPED), whole)

    def _last_line(self) -> SourceLine | None:
        line, self._held = self._held, b""
        return self._told(line) if line else None

    def _skip_line(self) -> None:
        while (end := self._held.find(b"\n")) < 0:
            self._held = b""
            if not self._more():
                return
        self._held = self._held[end + 1 :]
