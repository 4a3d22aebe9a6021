"""Owns `doctor --durability`: whether, on this very host, what is written is on disk before anything is sent or said.

Works in a folder of its own inside the data folder and removes it; it only looks at the real ledger's surroundings.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, fail, ok, warn
from refund_tui.commands.checks.syscall_trace import CALLS, Departure, departures
from refund_tui.commands.checks.trial import SENT, SETTLED, TRIP
from refund_tui.core.refunds import Refund, State
from refund_tui.core.text import visible
from refund_tui.desk.opening import maintenance_of, storage_of
from refund_tui.errors import StoreError
from refund_tui.host.mounts import file_system

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

IN_MEMORY = ("tmpfs", "ramfs")
PATIENCE = 60.0
SYNCS = 20
IMPLAUSIBLE = 0.000_02
"""Seconds: a sync that is faster than this did not reach a disk."""


def check_durability(settings: Settings) -> Iterator[Result]:
    """The file system, SQLite's settings, a sync's time, a real death, and the order of the system calls."""
    folder = settings.data_dir
    if not folder.exists():
        yield fail("durability", f"{folder} is not there yet", "make it, or open the terminal once; then ask again")
        return
    yield from _medium(folder)
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=folder) as trial:
        yield from _tried("SQLite setting", lambda: _kept(settings))
        yield from _tried("sync", lambda: [_sync_time(Path(trial))])
        yield from _tried("kill -9", lambda: [_death(settings, Path(trial) / "death")])
        yield from _tried("order of syncs", lambda: [_order(Path(trial) / "order")])


def _tried(name: str, check: Callable[[], Iterable[Result]]) -> Iterator[Result]:
    """What a check says; one that cannot be carried out is a failure with its reason, never an end of the others."""
    try:
        yield from check()
    except (StoreError, OSError, subprocess.SubprocessError) as error:
        yield fail(name, visible(str(error)), "do not use this data folder until that is mended")


def _medium(folder: Path) -> Iterator[Result]:
    """Whether what is kept there lasts; what network it is on is told with the data folder."""
    kind = file_system(folder)
    if kind in IN_MEMORY:
        yield fail("medium", f"{folder} is on {kind}, in memory", "keep the data folder on a disk")
    elif kind == "overlay":
        remedy = "mount a volume, or the refunds go with the container"
        yield warn("medium", f"{folder} is on a container's {kind}", remedy)


def _kept(settings: Settings) -> Iterator[Result]:
    for name, found, wanted in maintenance_of(settings).how_kept():
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
        return warn("sync", says, "this disk does not seem to write when told to: see its cache setting")
    return ok("sync", says)


def _death(settings: Settings, folder: Path) -> Result:
    """A process killed for real after it recorded an attempt: another reads the attempt back."""
    _trial(folder, "--die")
    with closing(storage_of(settings.replace(data_dir=folder, environment="DEMO")).open_history()) as history:
        refunds = history.of_trip("DOCTOR", TRIP)
    if [isinstance(refund, Refund) and refund.state for refund in refunds] == [State.SENDING]:
        return ok("kill -9", "what a killed process had recorded is read back by another")
    return fail("kill -9", "what a killed process had recorded is not there", "do not use this data folder")


def _order(folder: Path) -> Result:
    strace = shutil.which("strace")
    if strace is None:
        return warn("order of syncs", "not traced: strace is not installed", "install strace and ask again")
    folder.mkdir()
    log = folder / "trace"
    _trial(folder, before=[strace, "-f", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", str(log)])
    trace = log.read_text(errors="replace").splitlines() if log.exists() else []
    return judged(departures(trace, {SENT: "the request", SETTLED: "the word that it is done"}))


def judged(left: list[Departure]) -> Result:
    """What the trace shows: nothing leaves the process while what it is about is not on disk."""
    if len(left) < 2:
        return warn("order of syncs", "could not be traced here", "run it where strace may trace")
    early = next((departure for departure in left if departure.unsynced), None)
    if early is not None:
        return fail("order of syncs", f"{early.what} left before it was on disk", "do not use this data folder")
    return ok("order of syncs", "each attempt is on disk before its request leaves, each answer before it is said")


def _trial(folder: Path, *flags: str, before: list[str] | None = None) -> None:
    command = [*(before or []), sys.executable, "-m", "refund_tui.commands.checks.trial", str(folder), *flags]
    subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 our own module
