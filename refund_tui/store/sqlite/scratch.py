"""Owns folders for unfinished files: private, with a name that nobody can guess, and removed at the end.

A folder that a killed process left is removed by the next one. Never removes one whose process still runs: that process
has locked its folder, and the kernel unlocks it when the process ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SAFELY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def scratch_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in `parent` that only this account can use. It may be renamed inside the block. Raises OSError."""
    for path in parent.glob(f"{prefix}*"):
        _remove_abandoned(path)
    folder, descriptor = _locked_folder(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _remove_abandoned(folder: Path) -> None:
    """Remove a folder unless it is locked, or if it cannot be locked here: then nobody knows."""
    try:
        descriptor = os.open(folder, _SAFELY)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return
    finally:
        os.close(descriptor)


def _locked_folder(parent: Path, prefix: str) -> tuple[Path, int]:
    """A new folder and the descriptor that holds its lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        descriptor = os.open(folder, _SAFELY)
        if _lock(descriptor) and folder.exists():
            return folder, descriptor
        os.close(descriptor)  # another process took it for abandoned, just before it was locked


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # this file system has no such locks, and then no process removes the folder
    return True
