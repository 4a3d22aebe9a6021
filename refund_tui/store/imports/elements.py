"""Owns the reading of a JSON array, of JSON lines, or of a JSON object alone: files that need not fit in memory.

After a damaged element it goes on at the next line that looks like the beginning of one; what it skips is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from refund_tui.store.imports.source import CHUNK, LONGEST, TOO_LONG, Source
from refund_tui.store.imports.values import FileDamaged, LeftOut, RecordPiece, RecordRefused, decode_at

_BETWEEN = " \t\r\n,"


def read_elements(source: Source) -> Iterator[RecordPiece | LeftOut]:
    """Each element of the array that the file holds, or each of the objects that it holds without an array."""
    cursor = _Cursor(source)
    closing = cursor.opening()
    number = 0
    while (char := cursor.peek()) not in ("", closing):
        number += 1
        where = f"element {number} (line {cursor.line})" if closing else f"line {cursor.line}"
        try:
            value = cursor.value()
            yield LeftOut(where, value.reason) if isinstance(value, RecordRefused) else RecordPiece(where, value)
        except FileDamaged as error:
            passed = cursor.recover()
            yield LeftOut(where, f"{error}; {passed}")
            if cursor.lost:
                return
    yield from _end(cursor, char, closing)


def _end(cursor: _Cursor, char: str, closing: str) -> Iterator[LeftOut]:
    if char != closing:
        yield LeftOut(f"line {cursor.line}", "the array ends without its closing ]: part of the file may be missing")
    elif closing:
        cursor.step()
        if cursor.peek():
            yield LeftOut(f"line {cursor.line}", "more follows after the array: it was not read")


class _Cursor:
    """A place in the text of a file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = ""
        self._at = 0
        self._indent: str | None = None
        self.line = 1
        self.lost = False

    def opening(self) -> str:
        """Go over the bracket that opens an array, if one does; the bracket that will close it, or nothing."""
        if self.peek() != "[":
            return ""
        self.step()
        return "]"

    def peek(self) -> str:
        """The next character that is neither blank nor a comma, empty at the end of the file."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _BETWEEN:
                    return self._text[self._at]
                self.step()
            if not self._more():
                return ""

    def step(self) -> None:
        """Go one character on."""
        self.line += self._text[self._at] == "\n"
        self._at += 1

    def value(self) -> object:
        """The JSON value that begins here, or RecordRefused; goes on to its end. Raises FileDamaged and stays."""
        if self._indent is None:
            before = self._text[self._text.rfind("\n", 0, self._at) + 1 : self._at]
            self._indent = before if before.isspace() else ""
        value, end = self._whole_value()
        self._pass(end)
        return value

    def _whole_value(self) -> tuple[object, int]:
        while True:
            try:
                value, end = decode_at(self._text, self._at)
                if end < len(self._text) or not self._more():
                    return (RecordRefused(TOO_LONG) if end - self._at > LONGEST else value), end
            except FileDamaged:
                if len(self._text) - self._at > LONGEST:
                    self._refuse_endless()
                    raise
                if not self._more():
                    raise

    def _refuse_endless(self) -> None:
        if self._text.find("\n", self._at, self._at + LONGEST) < 0:
            raise FileDamaged(TOO_LONG)

    def recover(self) -> str:
        """Go on to the next line that begins an object as the first one did; says where that is, or sets `lost`."""
        sign = f"\n{self._indent}{{"
        while (found := self._text.find(sign, self._at + 1)) < 0:
            self._pass(len(self._text) - len(sign))
            if not self._more():
                self.lost = True
                return "no further record was found after it"
        self._pass(found + 1)
        return f"reading went on at line {self.line}"

    def _pass(self, end: int) -> None:
        end = max(self._at, end)
        self.line += self._text.count("\n", self._at, end)
        self._at = end
        if self._at > CHUNK:  # what was read is let go of, or each error would count its lines again
            self._text, self._at = self._text[self._at :], 0

    def _more(self) -> bool:
        chunk = self._source.text()
        if chunk:
            self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)
