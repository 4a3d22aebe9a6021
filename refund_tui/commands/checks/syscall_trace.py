"""Owns the reading of a system call trace (`strace -f -y`): what was not yet on disk when data left the process."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

CALLS = "pwrite64,write,ftruncate,fdatasync,fsync,sendto,sendmsg"
"""The calls to trace: those that change a file, sync it to disk, or send data out of the process."""

_CALL = re.compile(r"^\d+\s+(?P<name>\w+)\(\d+<(?P<target>[^>]*)>(?P<rest>.*)")
_RESUMED = re.compile(r"^(?P<pid>\d+)\s+<\.\.\. (?P<name>\w+) resumed>")
_UNFINISHED = re.compile(r"^(?P<pid>\d+)\s+(?P<name>\w+)\(\d+<(?P<target>[^>]*)>.*<unfinished \.\.\.>$")


@dataclass(frozen=True, slots=True)
class Departure:
    """Data that left the process, and the ledger's files that were written but not synced at that moment."""

    what: str
    unsynced: frozenset[str]


def departures(trace: Iterable[str], markers: dict[str, str]) -> list[Departure]:
    """Each call whose data has one of `markers` (text → name), with the unsynced files when it began.

    A sync counts when it has returned; a write counts from its beginning.
    """
    dirty: set[str] = set()
    pending: dict[str, str] = {}
    found: list[Departure] = []
    for line in trace:
        if resumed := _RESUMED.match(line):
            target = pending.pop(resumed["pid"], None)
            if target is not None and resumed["name"] in ("fdatasync", "fsync"):
                dirty.discard(target)
            continue
        call = _CALL.match(line)
        if call is None:
            continue
        target, ours = call["target"], "ledger.sqlite3" in call["target"]
        if call["name"] in ("fdatasync", "fsync"):
            if unfinished := _UNFINISHED.match(line):
                pending[unfinished["pid"]] = target
            else:
                dirty.discard(target)
        elif ours:
            dirty.add(target)
        found.extend(Departure(name, frozenset(dirty)) for text, name in markers.items() if text in call["rest"])
    return found
