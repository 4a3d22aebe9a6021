"""Owns what commands write: data to standard output, words to standard error, and what it means that a stream is lost.

A stream that takes nothing more raises OutputLost once. What is written to it after that goes nowhere, so that the
command can end in order. Nothing else in `commands` writes to a stream; `--help` pays for what is imported here.
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
"""The shell's exit code for a program whose reader left: 128 and SIGPIPE's number."""


class Ended(RefundTuiError):
    """A command was ended before its work was done. `meaning` is what that means for refunds, where it says so."""

    def __init__(self, why: str, code: int, meaning: str = "") -> None:
        super().__init__(f"{why}: {meaning}" if meaning else why)
        self.why, self.exit_code = why, code

    @property
    def told(self) -> bool:
        """Whether it is worth a sentence."""
        return True


class OutputLost(Ended):
    """A standard stream takes nothing more. A reader that left wants no words, unless a refund is concerned."""

    @property
    def told(self) -> bool:
        """Whether it is worth a sentence."""
        return self.exit_code != READER_LEFT or str(self) != self.why


@contextmanager
def meaning(words: str) -> Iterator[None]:
    """Say with whatever ends the command here what it means for refunds."""
    try:
        yield
    except Ended as ended:
        raise type(ended)(ended.why, ended.exit_code, words) from ended


class Stream(io.TextIOBase):
    """Standard output or standard error, as it is when something is written."""

    def __init__(self, name: str, called: str, number: int, *, needed: bool) -> None:
        self._name, self._called, self._number = name, called, number
        self._needed = needed

    def writable(self) -> bool:
        """Yes."""
        return True

    def isatty(self) -> bool:
        """Whether a person may be reading."""
        file = getattr(sys, self._name)
        return file is not None and file.isatty()

    def write(self, text: str, /) -> int:
        """Write `text`, which may be kept until the next flush. Raises OutputLost."""
        if (file := getattr(sys, self._name)) is not None:
            with self._lost():
                file.write(text)
        elif self._needed:
            self._needed = False
            raise OutputLost(f"{self._called} is closed, so there is nowhere to write to", 1)
        return len(text)

    def flush(self) -> None:
        """Hand on what was kept. Raises OutputLost."""
        if (file := getattr(sys, self._name)) is not None:
            with self._lost():
                file.flush()

    def close(self) -> None:
        """Nothing: the stream is the interpreter's own, also while it ends and its modules are gone."""

    def line(self, text: str = "") -> None:
        """One line, handed on at once. Raises OutputLost."""
        self.write(text + "\n")
        self.flush()

    @contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            left = self._reader_left(error)
            _into_nothing(self._number)
            why = f"nobody reads {self._called}" if left else f"{self._called} cannot be written ({error.strerror})"
            raise OutputLost(why, READER_LEFT if left else 1) from error

    def _reader_left(self, error: OSError) -> bool:
        if error.errno == errno.EIO:  # a terminal that hung up; elsewhere a disk that failed
            return stat.S_ISCHR(os.fstat(self._number).st_mode)
        return error.errno == errno.EPIPE


OUT = Stream("stdout", "standard output", 1, needed=True)
"""For data, and for the answers of a prompt."""

WORDS = Stream("stderr", "standard error", 2, needed=False)
"""For words about the work. Closed by whoever started the program, it is not wanted, as with 2>/dev/null."""

say, tell = OUT.line, WORDS.line


def prepare() -> None:
    """Make the streams safe to use: no file of ours may take the number of one that is closed."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is this one
    if isinstance(sys.stdout, io.TextIOWrapper):  # a character that the output cannot say is written by its number
        sys.stdout.reconfigure(errors="backslashreplace")


def _into_nothing(number: int) -> None:
    """Let what is still kept for a stream, and what comes, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
