"""Owns `doctor --durability`: whether on this host data is on disk before anything is sent or shown.

Works in its own folder inside the data folder and removes it. Never opens the real ledger. If strace is installed, the
order of syncs and sends is read from a trace of system calls.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, fail, ok, warn
from refund_tui.commands.checks.trial import SENT, SETTLED, TRIP
from refund_tui.core.refunds import Refund, State
from refund_tui.core.text import visible
from refund_tui.desk.storage import maintenance_of, storage_of
from refund_tui.errors import StoreError
from refund_tui.host.mounts import file_system

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

IN_MEMORY = ("tmpfs", "ramfs")
TIMEOUT = 60.0
SYNCS = 20
IMPLAUSIBLE = 0.000_02
"""In seconds. A sync that is faster than this did not reach a disk."""


def check_durability(settings: Settings) -> Iterator[Result]:
    """The file system, SQLite's settings, the time of a sync, a killed process, and the order of the system calls."""
    folder = settings.data_dir
    if not folder.exists():
        yield fail(
            "durability", f"{folder} does not exist yet", "create it, or open the terminal once; then run this again"
        )
        return
    yield from _medium(folder)
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder) as trial:
        yield from _tried("SQLite setting", lambda: _kept(settings))
        yield from _tried("sync", lambda: [_sync_time(Path(trial))])
        yield from _tried("kill -9", lambda: [_killed(settings, Path(trial) / "death")])
        yield from _tried("order of syncs", lambda: [_order(Path(trial) / "order")])


def _tried(name: str, check: Callable[[], Iterable[Result]]) -> Iterator[Result]:
    """The results of a check. A check that raises an error becomes a failure, and the other checks still run."""
    try:
        yield from check()
    except (StoreError, OSError, subprocess.SubprocessError) as error:
        yield fail(name, visible(str(error)), "do not use this data folder until this is repaired")


def _medium(folder: Path) -> Iterator[Result]:
    """Whether the folder's data survives a restart. `check_files` reports a network file system."""
    kind = file_system(folder)
    if kind in IN_MEMORY:
        yield fail("medium", f"{folder} is on {kind}, in memory", "keep the data folder on a disk")
    elif kind == "overlay":
        remedy = "mount a volume, or the refunds are lost with the container"
        yield warn("medium", f"{folder} is on a container's {kind}", remedy)


def _kept(settings: Settings) -> Iterator[Result]:
    for name, found, wanted in maintenance_of(settings).pragmas():
        if found == wanted:
            yield ok("SQLite setting", f"{name} is {found}")
        else:
            yield fail("SQLite setting", f"{name} is {found}, not {wanted}", "use another SQLite or Python")


def _sync_time(folder: Path) -> Result:
    descriptor = os.open(folder / "sync", os.O_CREAT | os.O_WRONLY, 0o600)
    times = []
    try:
        for _ in range(SYNCS):
            began = time.perf_counter()
            os.write(descriptor, b"x" * 512)
            os.fsync(descriptor)
            times.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
    median = statistics.median(times)
    says = f"a sync takes {median * 1000:.2f} ms"
    if median < IMPLAUSIBLE:
        return warn("sync", says, "the disk may confirm a sync before it has written: check its write cache")
    return ok("sync", says)


def _killed(settings: Settings, folder: Path) -> Result:
    """Kill a process after it recorded an attempt, and read the attempt back in another process."""
    _trial(folder, "--die")
    with closing(storage_of(settings.replace(data_dir=folder, environment="DEMO")).open_history()) as history:
        refunds = history.of_trip("DOCTOR", TRIP)
    if [isinstance(refund, Refund) and refund.state for refund in refunds] == [State.SENDING]:
        return ok("kill -9", "the record of a killed process was read back by another process")
    return fail("kill -9", "the record of a killed process is missing", "do not use this data folder")


def _order(folder: Path) -> Result:
    strace = shutil.which("strace")
    if strace is None:
        return warn("order of syncs", "not traced: strace is not installed", "install strace and run this again")
    folder.mkdir()
    log = folder / "trace"
    _trial(folder, before=[strace, "-f", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", str(log)])
    trace = log.read_text(errors="replace").splitlines() if log.exists() else []
    return judged(departures(trace, {SENT: "the request", SETTLED: "the message that it is done"}))


def judged(left: list[Departure]) -> Result:
    """The result of the trace: data about a refund may leave the process only after the refund is on disk."""
    if len(left) < 2:
        return warn("order of syncs", "could not be traced here", "run this where strace is allowed to trace")
    early = next((departure for departure in left if departure.unsynced), None)
    if early is not None:
        return fail(
            "order of syncs", f"{early.what} was sent before its record was on disk", "do not use this data folder"
        )
    return ok("order of syncs", "each attempt is on disk before its request leaves, and each answer before it is shown")


def _trial(folder: Path, *flags: str, before: list[str] | None = None) -> None:
    command = [*(before or []), sys.executable, "-m", "refund_tui.commands.checks.trial", str(folder), *flags]
    subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)  # noqa: S603 our own module


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
