"""Owns the journal: a file of JSON lines that keeps the accounts when the sandbox ends or is killed.

A line is given to the operating system before its request is answered, so it survives `kill -9` of the sandbox, but not
a power cut. One sandbox at a time may write to a journal.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from refund_tui.sandbox.errors import JournalError
from refund_tui.sandbox.records import (
    Arrival,
    Execution,
    arrival_from_json,
    arrival_to_json,
    execution_from_json,
    execution_to_json,
)


class Journal:
    """An open journal. `earlier` are the records that were in it when it was opened."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises JournalError if it cannot be read, written or understood."""
        self._path = path
        try:
            self._file = path.open("a+b")
        except OSError as error:
            raise JournalError(f"cannot open the journal {path}: {error.strerror}") from error
        try:
            self.earlier = self._read()
        except BaseException:
            self._file.close()
            raise

    def write(self, record: Execution | Arrival) -> None:
        """Append one record and flush it. Raises JournalError."""
        value = execution_to_json(record) if isinstance(record, Execution) else arrival_to_json(record)
        try:
            self._file.write(json.dumps(value).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise JournalError(f"cannot write the journal {self._path}: {error.strerror}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read(self) -> tuple[Execution | Arrival, ...]:
        self._file.seek(0)
        lines = self._file.read().split(b"\n")
        if unfinished := lines.pop():  # its writer was killed before it answered, so nothing moved
            self._file.truncate(self._file.tell() - len(unfinished))
        return tuple(self._record(line, number) for number, line in enumerate(lines, 1))

    def _record(self, line: bytes, number: int) -> Execution | Arrival:
        try:
            value: dict[str, Any] = json.loads(line)
            return execution_from_json(value) if value["kind"] == "execution" else arrival_from_json(value)
        except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError) as error:
            raise JournalError(f"{self._path} is not a sandbox's journal: line {number} cannot be read") from error
