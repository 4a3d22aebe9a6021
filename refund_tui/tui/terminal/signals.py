"""Owns how the program behaves as a guest of a terminal: its environment, signals, a dead line, a wrong byte.

It complements writing before sending; it never replaces it.
"""

from __future__ import annotations

import asyncio
import codecs
import locale
import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from refund_tui.tui.terminal.textual_inside.version import Repair

QUIET = {"TEXTUAL_ANIMATIONS": "none", "ESCDELAY": "150", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
"""What Textual reads at its import, unless it is set: no animation, no second key protocol, time for Escape.

An arrow key is Escape and two letters. Where a slow line delivers them apart, Escape alone is heard and the letters
typed. Textual looks ten times a second: 100 bridged gaps of 0.1 s in a pty, 150 (as 200) bridges 0.2 s, which is what
TCP takes to send a lost packet again; Escape is then heard after 0.2 s.
"""

KEPT = frozenset({"TEXTUAL_ANIMATIONS", "TEXTUAL_DISABLE_KITTY_KEY", "TEXTUAL_FPS", "TEXTUAL_SPEEDUPS"})
"""What of Textual's a clerk may choose. The rest presses keys, loads code, writes files, connects or dumps."""

STALE = ("COLUMNS", "LINES")
"""Sizes that some shells export: believed, they would hold against the terminal's own for ever."""

ENDINGS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)

LAST = 5.0
"""Seconds for an ending in order, after a signal."""

LOOK = 2.0
"""Seconds between two looks at whether the terminal is still there."""

_early: list[int] = []
"""Signals that came before there was a loop to hear them."""

_modes: list[Any] = []
"""The line discipline that was found, to be left behind."""


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set what Textual reads at its import. An empty NO_COLOR counts as unset (no-color.org)."""
    for name in [name for name in environ if _is_foreign(name)]:
        del environ[name]
    for name, value in QUIET.items():
        environ.setdefault(name, value)
    if environ.get("NO_COLOR") == "":
        del environ["NO_COLOR"]


def _is_foreign(name: str) -> bool:
    textual = name == "TEXTUAL" or name.startswith("TEXTUAL_")
    return name in STALE or (textual and name not in KEPT)


def refusal(term: str | None) -> str | None:
    """Why the full screen cannot be shown here, with what to use instead, or None."""
    instead = "use refund-tui refund, resume or history, which need no screen"
    streams = (sys.stdin, sys.stdout) if Repair.OUTPUT.on else (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return f"this is not a terminal: {instead}"
    if term in (None, "", "dumb", "unknown"):
        return f"this terminal (TERM={term or ''}) cannot place text on a screen: {instead}, or set TERM"
    if not _speaks_utf_8(charset := locale.getencoding()):
        return f"this terminal's character set ({charset}) lacks signs of the screen: {instead}, or set LANG=C.UTF-8"
    return None


def _speaks_utf_8(charset: str) -> bool:
    """Whether UTF-8 is understood. The C locale names ASCII because nobody has said anything; terminals know more."""
    try:
        return codecs.lookup(charset).name in ("utf-8", "ascii")
    except LookupError:
        return False


@contextmanager
def holding_signals() -> Iterator[None]:
    """From before the terminal is touched to after: a signal before `end_in_order` waits for it."""
    _early.clear()
    _modes[:] = [termios.tcgetattr(0)]
    before = {number: signal.signal(number, _keep) for number in ENDINGS}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _keep(number: int, _frame: FrameType | None) -> None:
    _early.append(number)


def end_in_order(leave: Callable[[int], None]) -> None:
    """On SIGHUP, SIGTERM and SIGINT call `leave` with the shell's exit code for it; for use in a running loop.

    What has not ended `LAST` seconds later, because nobody reads what it has to say, ends all the same.
    """
    loop = asyncio.get_running_loop()

    def hear(number: int, _frame: FrameType | None = None) -> None:
        signal.signal(signal.SIGALRM, lambda *_: _end_at_once(128 + number))
        signal.setitimer(signal.ITIMER_REAL, LAST)
        loop.call_soon_threadsafe(leave, 128 + number)

    for number in ENDINGS:
        signal.signal(number, hear)
    if _early:
        hear(_early[0])


def _end_at_once(code: int) -> None:
    """End with the keyboard given back; the picture stays, since whoever should take another does not read."""
    with suppress(termios.error):
        for modes in _modes:
            termios.tcsetattr(0, termios.TCSANOW, modes)
    os._exit(code)


def terminal_is_gone() -> bool:
    """Whether standard input is no terminal any more, as when the line dropped and nobody told us."""
    try:
        return not os.isatty(sys.__stdin__.fileno()) if sys.__stdin__ else True
    except (OSError, ValueError):
        return True


def a_shell_waits() -> bool:
    """Whether a stopped program would be brought back: its parent is a shell that gave it a process group of its own.

    Under a forced command of SSH, or as a session's first process, nobody would ever continue it.
    """
    parent = os.getppid()
    try:
        return not terminal_is_gone() and os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != os.getpgrp()
    except OSError:  # there is no such parent any more
        return False


def let_go_of_a_dead_line() -> None:
    """Where the terminal is gone, have the last flush go nowhere: failing, it would change the exit code."""
    if terminal_is_gone():
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
