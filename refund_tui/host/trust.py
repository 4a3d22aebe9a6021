"""Owns whether a file can be trusted: whether only the operator can change it. Changes nothing.

The operator is root, or the account that owns the installed program, which could change the program itself. In a user
namespace the kernel gives all accounts without a number there the same one: what belongs to it may belong to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from stat import S_ISDIR, S_ISVTX, S_IWGRP, S_IWOTH

from refund_tui.host.actor import account_of

ROOT = 0
_OVERFLOW = Path("/proc/sys/kernel/overflowuid")
"""The number of all accounts that have none in this user namespace."""


def changeable(path: Path) -> str | None:
    """Who else can change a file, directly or through one of its folders; None if nobody can. Raises OSError."""
    operators = {ROOT, Path(__file__).stat().st_uid} - {_nobody()}
    for each in _on_the_way(path):
        found = each.stat()
        if found.st_uid not in operators:
            return f"{each} belongs to {account_of(found.st_uid)}"
        kept = S_ISDIR(found.st_mode) and found.st_mode & S_ISVTX  # others cannot remove or rename its files
        if found.st_mode & (S_IWGRP | S_IWOTH) and not kept:
            return f"{each} can be written by {'everybody' if found.st_mode & S_IWOTH else 'its group'}"
    return None


def _nobody() -> int | None:
    try:
        return int(_OVERFLOW.read_text())
    except OSError:  # a system without user namespaces
        return None


def _on_the_way(path: Path) -> Iterator[Path]:
    """The file and all folders above it, also above a link to it."""
    yield from (path, *path.absolute().parents)
    real = path.resolve()
    if real != path.absolute():
        yield from real.parents
