"""Owns the file in which a fault of this program is kept for support: its traceback, never the values of variables."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

NAME = "crash.txt"
"""The file in the data folder. It holds the last fault only, so that faults never fill a disk."""


def write_crash(fault: str, folder: Path) -> Path | None:
    """Write the traceback `fault`, readable for this account alone; the file, or None where it could not be written."""
    file = folder / NAME
    try:
        file.unlink(missing_ok=True)  # never write through a link that somebody else put there
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{fault}")
    except OSError:
        return None
    return file
