"""Owns the stream that the screen is written to: always UTF-8, and without an error once the connection is cut."""

from __future__ import annotations

import io
import os
from contextlib import suppress


class TerminalOutput(io.TextIOBase):
    """A terminal to write to. After the connection is cut, what is written is dropped.

    An error would end Textual's writing thread. Its queue would fill up, and the program would wait for ever and hear
    no signal.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = bytearray()

    def fileno(self) -> int:
        """The terminal's file descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether the terminal is still there."""
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        """Always True: what cannot be written is dropped."""
        return True

    def write(self, text: str, /) -> int:
        """Keep `text` for the next flush."""
        self._waiting += text.encode(errors="replace")
        return len(text)

    def flush(self) -> None:
        """Send what was kept."""
        waiting, self._waiting = self._waiting, bytearray()
        with suppress(OSError):
            while waiting:
                del waiting[: os.write(self._descriptor, waiting)]
