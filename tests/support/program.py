"""Runs the program as a process, like an operator, in the test's environment."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0

_DROP_FROM_BOUNDING_SET = 24
_ROOT_READS_ALL = (1, 2)
"""Linux: prctl(PR_CAPBSET_DROP), CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""

_OF_THE_KEYBOARD = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
"""Signals that background jobs ignore under a shell without job control, or nohup. Children inherit that."""


def default_signals() -> None:
    """Make signals end the programs that this one starts, even if this one is a background job."""
    for number in _OF_THE_KEYBOARD:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)


@contextmanager
def limited(*programs: subprocess.Popen[Any], seconds: float = 2 * PATIENCE) -> Iterator[threading.Event]:
    """Kill a process that runs longer than `seconds`. The event is set if that was done."""
    killed = threading.Event()

    def kill() -> None:
        for program in programs:
            if program.poll() is None:
                killed.set()
                program.kill()

    timer = threading.Timer(seconds, kill)
    timer.start()
    try:
        yield killed
    finally:
        timer.cancel()


def environment(**variables: str) -> dict[str, str]:
    """The environment of this test, extended so that the package can be imported from any folder."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | variables


def run(*arguments: str, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `refund-tui ARGUMENTS`, with `variables` in its environment. `typed` is its input."""
    return _ended(("-m", "refund_tui", *arguments), variables, None, typed)


def run_bound(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `refund-tui ARGUMENTS` so that file modes apply, even if root runs the tests."""
    return _ended(("-m", "refund_tui", *arguments), variables, _let_modes_bind_root if os.geteuid() == 0 else None)


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run this Python with `arguments`."""
    return _ended(arguments, variables, None)


def _ended(
    arguments: Sequence[str], variables: Mapping[str, str], before: Callable[[], None] | None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        input=typed,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        preexec_fn=before,
        check=False,
    )


def _let_modes_bind_root() -> None:
    for capability in _ROOT_READS_ALL:
        ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
