"""Owns what commands print: data to standard output, messages to standard error; and what a failed stream means.

A stream that cannot be written raises OutputLost once. Later writes to it are ignored, so that the command can close
everything and end. Nothing else in `commands` writes to a stream. `--help` loads this module, so it imports little.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from refund_tui.errors import RefundTuiError

READER_LEFT = 141
"""The shell's exit code for a program whose output is no longer read: 128 + SIGPIPE."""


class Ended(RefundTuiError):
    """A command ended before its work was done. `meaning` says what that means for refunds."""

    def __init__(self, why: str, code: int, meaning: str = "") -> None:
        super().__init__(f"{why}: {meaning}" if meaning else why)
        self.why, self.exit_code = why, code

    @property
    def needs_message(self) -> bool:
        """Whether a person should be told."""
        return True


class OutputLost(Ended):
    """A standard stream cannot be written. If only its reader left, a message is needed only about a refund."""

    @property
    def needs_message(self) -> bool:
        """Whether a person should be told."""
        return self.exit_code != READER_LEFT or str(self) != self.why


@contextmanager
def ending_means(meaning: str) -> Iterator[None]:
    """Inside this, an Ended that is raised gets `meaning`: what the end means for refunds."""
    try:
        yield
    except Ended as ended:
        raise type(ended)(ended.why, ended.exit_code, meaning) from ended


class Stream(io.TextIOBase):
    """Standard output or standard error, looked up at each write."""

    def __init__(self, name: str, title: str, number: int, *, needed: bool) -> None:
        self._name, self._title, self._number = name, title, number
        self._needed = needed

    def writable(self) -> bool:
        """Always true, unlike the default of `io.TextIOBase`."""
        return True

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        file = getattr(sys, self._name)
        return file is not None and file.isatty()

    def write(self, text: str, /) -> int:
        """Write `text`, which may stay in the buffer until the next flush. Raises OutputLost."""
        if (file := getattr(sys, self._name)) is not None:
            with self._lost():
                file.write(text)
        elif self._needed:
            self._needed = False
            raise OutputLost(f"{self._title} is closed, so there is nowhere to write to", 1)
        return len(text)

    def flush(self) -> None:
        """Write the buffer out. Raises OutputLost."""
        if (file := getattr(sys, self._name)) is not None:
            with self._lost():
                file.flush()

    def close(self) -> None:
        """Do nothing: the interpreter owns the stream."""

    def line(self, text: str = "") -> None:
        """Write one line and flush. Raises OutputLost."""
        self.write(text + "\n")
        self.flush()

    @contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            left = self._reader_left(error)
            _discard(self._number)
            why = f"nobody reads {self._title}" if left else f"{self._title} cannot be written ({error.strerror})"
            raise OutputLost(why, READER_LEFT if left else 1) from error

    def _reader_left(self, error: OSError) -> bool:
        if error.errno == errno.EIO:  # a closed terminal; for a file it is a failed disk
            return stat.S_ISCHR(os.fstat(self._number).st_mode)
        return error.errno == errno.EPIPE


OUT = Stream("stdout", "standard output", 1, needed=True)
"""For data, and for the answers of a prompt."""

ERR = Stream("stderr", "standard error", 2, needed=False)
"""For messages. If it is closed when the program starts, messages are not wanted, as with 2>/dev/null."""

print_out, print_err = OUT.line, ERR.line


def prepare() -> None:
    """Make the streams safe to use: no file of ours may get the descriptor of a closed stream."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
    if isinstance(sys.stdout, io.TextIOWrapper):  # a character outside its encoding is written as its number
        sys.stdout.reconfigure(errors="backslashreplace")


def _discard(number: int) -> None:
    """Discard what is in a stream's buffer and everything that is written to it later."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    os.close(null)
