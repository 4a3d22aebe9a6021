"""Owns the reading of a JSON array, of JSON lines, or of one JSON object. The file need not fit into memory.

After a damaged element, reading continues at the next line that looks like the beginning of an element. The skipped
part is reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from refund_tui.store.imports.json_values import FileDamaged, LeftOut, RecordPiece, RecordRefused, decode_at
from refund_tui.store.imports.source import CHUNK, LONGEST, TOO_LONG, Source

_BETWEEN = " \t\r\n,"


def read_elements(source: Source) -> Iterator[RecordPiece | LeftOut]:
    """Each element of the file's array, or each of its objects if there is no array."""
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
            skipped = cursor.recover()
            yield LeftOut(where, f"{error}; {skipped}")
            if cursor.lost:
                return
    yield from _end(cursor, char, closing)


def _end(cursor: _Cursor, char: str, closing: str) -> Iterator[LeftOut]:
    if char != closing:
        yield LeftOut(f"line {cursor.line}", "the array ends without its closing ]: part of the file may be missing")
    elif closing:
        cursor.step()
        if cursor.peek():
            yield LeftOut(f"line {cursor.line}", "there is more text after the array: it was not read")


class _Cursor:
    """A position in the text of a file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text = ""
        self._at = 0
        self._indent: str | None = None
        self.line = 1
        self.lost = False

    def opening(self) -> str:
        """Skip the opening bracket of an array. The closing bracket to look for, or "" if no array begins here."""
        if self.peek() != "[":
            return ""
        self.step()
        return "]"

    def peek(self) -> str:
        """The next character that is neither white space nor a comma; "" at the end of the file."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _BETWEEN:
                    return self._text[self._at]
                self.step()
            if not self._more():
                return ""

    def step(self) -> None:
        """Move forward by one character."""
        self.line += self._text[self._at] == "\n"
        self._at += 1

    def value(self) -> object:
        """The JSON value that begins here, or RecordRefused; moves to its end. Raises FileDamaged without moving."""
        if self._indent is None:
            before = self._text[self._text.rfind("\n", 0, self._at) + 1 : self._at]
            self._indent = before if before.isspace() else ""
        value, end = self._whole_value()
        self._move_to(end)
        return value

    def _whole_value(self) -> tuple[object, int]:
        while True:
            try:
                value, end = decode_at(self._text, self._at)
                if end < len(self._text) or not self._more():
                    return (RecordRefused(TOO_LONG) if end - self._at > LONGEST else value), end
            except FileDamaged:
                if len(self._text) - self._at > LONGEST:
                    self._refuse_too_long()
                    raise
                if not self._more():
                    raise

    def _refuse_too_long(self) -> None:
        if self._text.find("\n", self._at, self._at + LONGEST) < 0:
            raise FileDamaged(TOO_LONG)

    def recover(self) -> str:
        """Move to the next line that begins an object with the indent of the first one.

        The line's place, or sets `lost`.
        """
        beginning = f"\n{self._indent}{{"
        while (found := self._text.find(beginning, self._at + 1)) < 0:
            self._move_to(len(self._text) - len(beginning))
            if not self._more():
                self.lost = True
                return "no further record was found after it"
        self._move_to(found + 1)
        return f"reading continued at line {self.line}"

    def _move_to(self, end: int) -> None:
        end = max(self._at, end)
        self.line += self._text.count("\n", self._at, end)
        self._at = end
        if self._at > CHUNK:  # drop what was read, so that an error does not count its lines again
            self._text, self._at = self._text[self._at :], 0

    def _more(self) -> bool:
        chunk = self._source.text()
        if chunk:
            self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)
