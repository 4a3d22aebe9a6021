"""Runs the program as a process of its own, as an operator would, in the test's own environment."""

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
"""The signals that a shell without job control, or nohup, has its background jobs ignore; children inherit that."""


def default_signals() -> None:
    """Let programs that this one starts be ended by signals, even where this one itself is a background job."""
    for number in _OF_THE_KEYBOARD:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)


@contextmanager
def limited(*programs: subprocess.Popen[Any], seconds: float = 2 * PATIENCE) -> Iterator[threading.Event]:
    """Kill what runs longer than `seconds`, so that nobody reads from it for ever. The event: whether that was done."""
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
    """This test's environment, in which the package can be imported from anywhere."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | variables


def run(*arguments: str, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """What `refund-tui ARGUMENTS` does, with REFUND_TUI_* and others as `variables`; `typed` waits on its input."""
    return _ended(("-m", "refund_tui", *arguments), variables, None, typed)


def run_bound(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The same, bound by file modes even where the tests are run by root."""
    return _ended(("-m", "refund_tui", *arguments), variables, _let_modes_bind_root if os.geteuid() == 0 else None)


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What this Python does with `arguments`."""
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
