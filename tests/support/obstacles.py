"""Makes a file unusable for a time, as other processes and people do: a lock, a move, other bytes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.program import limited

_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute(f"BEGIN {sys.argv[2]}")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(file: Path, how: str = "EXCLUSIVE") -> Iterator[None]:
    """Another process holds the SQLite file for itself alone; IMMEDIATE: others may read it, but not write."""
    command, pipe = [sys.executable, "-c", _HOLDER, str(file), how], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other, limited(other):
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield
        finally:
            other.communicate()


@contextmanager
def moved(file: Path) -> Iterator[None]:
    """The file, or folder, is elsewhere."""
    elsewhere = file.with_name(f"{file.name}.elsewhere")
    file.rename(elsewhere)
    yield
    elsewhere.rename(file)


@contextmanager
def replaced(file: Path) -> Iterator[None]:
    """Another file, which is no database, is in its place."""
    with moved(file):
        file.write_bytes(b"no database\n" * 1_000)
        yield
        file.unlink()
