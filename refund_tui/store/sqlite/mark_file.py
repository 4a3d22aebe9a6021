"""Owns one high-water mark: a small file outside the ledger with the number and hash of the ledger's newest event.

Never follows a link, and never waits for a pipe or a device. A file that cannot be read never counts as "no event yet".
The file is written in place with one write, or created and renamed, so that it can be read after a power cut.
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from refund_tui.errors import StoreUnusable
from refund_tui.store.sqlite.connection import sync_folder

RECORD = 128
"""The size of every mark file in bytes, so that writing in place never changes its length."""

TRIES, PAUSE = 20, 0.002
"""The number of tries to read, and the seconds between them, while another process writes the mark."""

_FORM = re.compile(rb"([0-9]{1,18})(?: ([0-9a-f]{32}|-) ([0-9a-f]{32}))? *\n")
_SAFELY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class HighWaterMark:
    """The newest event of a ledger: its number, a fingerprint of its content, and the ledger's id.

    The last two are empty in a mark of version 0.1.0; the fingerprint is also empty if there is no event yet.
    """

    seq: int
    fingerprint: str = ""
    ledger: str = ""

    @property
    def as_bytes(self) -> bytes:
        """The content of its file."""
        return f"{self.seq} {self.fingerprint or '-'} {self.ledger}".ljust(RECORD - 1).encode() + b"\n"


class MarkFile:
    """The file of a mark. `must`: the ledger is not used if the file cannot be created."""

    def __init__(self, path: Path, *, must: bool) -> None:
        self.path, self._must = path, must

    def read(self) -> HighWaterMark | None:
        """The mark, None if there is no file. Raises StoreUnusable if the file exists but cannot be read."""
        try:
            with self._opened(os.O_RDONLY) as file:
                return self._parsed(file)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unusable(self.path, f"cannot be read ({error.strerror})") from error

    def prepare(self, mark: HighWaterMark, ledger: Path) -> None:
        """Create a missing file with the ledger's mode and group. Raises StoreUnusable if it cannot be written."""
        try:
            if self.read() is None:
                if not self._must:
                    self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._write(mark, ledger)
            with self._opened(os.O_RDWR) as file:
                _set_mode_and_group(file, ledger)
        except OSError as error:
            if self._must or os.path.lexists(self.path):
                raise _unusable(self.path, f"cannot be written ({error.strerror})") from error

    def rise(self, mark: HighWaterMark, ledger: Path, *, sync: bool) -> None:
        """Write `mark` if it is newer than the file's. A file that cannot be written is left unchanged.

        With `sync` it is on disk when this returns.
        """
        with suppress(OSError, StoreUnusable):
            held = self.read()
            if held is None or (not held.ledger and held.seq <= mark.seq):
                self._write(mark, ledger)
            elif held.seq < mark.seq or sync:
                self._raise_in_place(mark, sync=sync)

    def replace(self, mark: HighWaterMark, ledger: Path) -> None:
        """Write `mark`, also if the file's mark is newer. Raises OSError."""
        try:
            self._write(mark, ledger)
        except OSError:
            if self._must or os.path.lexists(self.path):
                raise

    def _write(self, mark: HighWaterMark, ledger: Path) -> None:
        """Create the file again, in place of whatever was at its path."""
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _set_mode_and_group(file.fileno(), ledger)
                file.write(mark.as_bytes)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        sync_folder(self.path.parent)

    def _raise_in_place(self, mark: HighWaterMark, *, sync: bool) -> None:
        with self._opened(os.O_RDWR) as file:
            if not _locked(file):  # another process is writing it; this process's next change raises it
                return
            if self._parsed(file).seq < mark.seq:
                os.pwrite(file, mark.as_bytes, 0)
            if sync:
                os.fsync(file)

    def _parsed(self, descriptor: int) -> HighWaterMark:
        found = _FORM.fullmatch(os.pread(descriptor, RECORD + 1, 0))
        if found is None:
            raise _unusable(self.path, "does not hold what this program writes")
        seq, fingerprint, ledger = found.groups(b"")
        return HighWaterMark(int(seq), fingerprint.decode().strip("-"), ledger.decode())

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        """A descriptor of the file, if it is a regular file."""
        descriptor = os.open(self.path, flags | _SAFELY)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _unusable(self.path, "is not a file")
            yield descriptor
        finally:
            os.close(descriptor)


def _set_mode_and_group(descriptor: int, ledger: Path) -> None:
    """Give a mark the ledger's mode and group, if this account may do that."""
    like, found = ledger.stat(), os.fstat(descriptor)
    with suppress(PermissionError):
        if found.st_gid != like.st_gid:
            os.fchown(descriptor, -1, like.st_gid)
    with suppress(PermissionError):
        if stat.S_IMODE(found.st_mode) != stat.S_IMODE(like.st_mode):
            os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def _locked(descriptor: int) -> bool:
    for _ in range(TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(PAUSE)
        else:
            return True
    return False


def _unusable(path: Path, what: str) -> StoreUnusable:
    return StoreUnusable(
        f"the high-water mark {path} {what}, so that an older copy of the ledger would not be noticed. "
        "Nothing is sent. Correct its permissions; or compare the ledger with the processor's records, then accept "
        'it as it is: refund-tui ledger accept-older --because "WHY"'
    )
