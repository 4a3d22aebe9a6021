"""Owns one high-water mark: which event of a ledger was its newest, in a small file that stands outside the ledger.

Never follows a link, never waits for a pipe or a device, and never takes what cannot be read for "nothing was seen".
A file is either written in place, in one piece, or made anew and renamed: a power cut leaves one that can be read.
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
"""Bytes of a mark's file: always as many, so that writing one in place never changes its length."""

TRIES, PAUSE = 20, 0.002
"""How often, and after how many seconds, a mark is tried again that another process is raising."""

_TOLD = re.compile(rb"([0-9]{1,18})(?: ([0-9a-f]{32}|-) ([0-9a-f]{32}))? *\n")
_SAFELY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class HighWaterMark:
    """The newest event of a ledger: its number, what tells it from another of that number, and the ledger's id.

    The last two are empty in a mark that version 0.1.0 wrote, the fingerprint also where there was no event yet.
    """

    seq: int
    fingerprint: str = ""
    ledger: str = ""

    @property
    def told(self) -> bytes:
        """How a file holds it."""
        return f"{self.seq} {self.fingerprint or '-'} {self.ledger}".ljust(RECORD - 1).encode() + b"\n"


class MarkFile:
    """The file of a mark. `must`: the ledger is not used where the file cannot be made."""

    def __init__(self, path: Path, *, must: bool) -> None:
        self.path, self._must = path, must

    def read(self) -> HighWaterMark | None:
        """The mark; None where there is no such file. Raises StoreUnusable where it is there and cannot be read."""
        try:
            with self._opened(os.O_RDONLY) as file:
                return self._told(file)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unusable(self.path, f"cannot be read ({error.strerror})") from error

    def prepare(self, mark: HighWaterMark, ledger: Path) -> None:
        """See that the file is there and can be raised, with the ledger's mode and group. Raises StoreUnusable."""
        try:
            if self.read() is None:
                if not self._must:
                    self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._write(mark, ledger)
            with self._opened(os.O_RDWR) as file:
                _dress(file, ledger)
        except OSError as error:
            if self._must or os.path.lexists(self.path):
                raise _unusable(self.path, f"cannot be written ({error.strerror})") from error

    def rise(self, mark: HighWaterMark, ledger: Path, *, sync: bool) -> None:
        """Hold `mark` if it is newer than what the file holds; what cannot be written is left as it is.

        `sync` has it on disk when this returns.
        """
        with suppress(OSError, StoreUnusable):
            held = self.read()
            if held is None or (not held.ledger and held.seq <= mark.seq):
                self._write(mark, ledger)
            elif held.seq < mark.seq or sync:
                self._raise_in_place(mark, sync=sync)

    def replace(self, mark: HighWaterMark, ledger: Path) -> None:
        """Hold `mark`, whatever the file held before, even a newer one. Raises OSError."""
        try:
            self._write(mark, ledger)
        except OSError:
            if self._must or os.path.lexists(self.path):
                raise

    def _write(self, mark: HighWaterMark, ledger: Path) -> None:
        """Make the file anew, whatever else stood in its place."""
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _dress(file.fileno(), ledger)
                file.write(mark.told)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        sync_folder(self.path.parent)

    def _raise_in_place(self, mark: HighWaterMark, *, sync: bool) -> None:
        with self._opened(os.O_RDWR) as file:
            if not _locked(file):  # another process is raising it: the next change raises it for this one
                return
            if self._told(file).seq < mark.seq:
                os.pwrite(file, mark.told, 0)
            if sync:
                os.fsync(file)

    def _told(self, descriptor: int) -> HighWaterMark:
        found = _TOLD.fullmatch(os.pread(descriptor, RECORD + 1, 0))
        if found is None:
            raise _unusable(self.path, "does not hold what this program writes")
        seq, fingerprint, ledger = found.groups(b"")
        return HighWaterMark(int(seq), fingerprint.decode().strip("-"), ledger.decode())

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        """A descriptor of the file, if it is one."""
        descriptor = os.open(self.path, flags | _SAFELY)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _unusable(self.path, "is not a file")
            yield descriptor
        finally:
            os.close(descriptor)


def _dress(descriptor: int, ledger: Path) -> None:
    """Give a mark the ledger's mode and group, as far as this account may."""
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
        "Nothing is sent. Have its access set right; or compare the ledger with the processor's records, then accept "
        'it as it is: refund-tui ledger accept-older --because "WHY"'
    )
