"""Owns whether a file can be trusted: whether only the operator can change it. Changes nothing.

The operator is root, or the account that owns the installed program, which could change the program itself. In a user
namespace the kernel gives all accounts without a number there the same one: what belongs to it may belong to anybody.
"""

from __future__ import annotations

import grp
import os
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
        if others := _others(found.st_mode):
            return f"{each} can be written by {others}"
    return None


def replaceable(folder: Path) -> str | None:
    """Who else can replace files in a folder, or the folder; None if nobody can but this account and the owners.

    The group that has only this account counts as this account. Raises OSError.
    """
    for each in _on_the_way(folder):
        found = each.stat()
        others = _others(found.st_mode & ~S_IWGRP if _own_group(found.st_gid) else found.st_mode)
        if others:
            return f"{each} can be written by {others}"
    return None


def _others(mode: int) -> str | None:
    if S_ISDIR(mode) and mode & S_ISVTX:  # others cannot remove or rename its files
        return None
    return "everybody" if mode & S_IWOTH else "its group" if mode & S_IWGRP else None


def _own_group(group: int) -> bool:
    """Whether a group is the one that many systems make for each account."""
    try:
        found, account = grp.getgrgid(group), account_of(os.getuid())
    except KeyError:
        return False
    return found.gr_name == account and set(found.gr_mem) <= {account}


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
