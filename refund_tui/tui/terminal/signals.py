"""Owns the environment that Textual reads, signals, and what happens when the terminal is gone.

It ends the program in a controlled way. Refunds are safe without it: each is on disk before it is sent.
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

from refund_tui.tui.terminal.textual_inside.version import TextualRepair

DEFAULTS = {"TEXTUAL_ANIMATIONS": "none", "ESCDELAY": "150", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
"""What Textual reads at its import, unless it is set: no animation, no second key protocol, a longer ESCDELAY (in ms).

An arrow key is sent as Escape and two letters. When a slow connection delivers them apart, a short ESCDELAY takes them
for Escape and typed letters. Textual checks ten times a second: in a pty 150 accepts a gap of 0.2 s, which TCP needs to
send a lost packet again, and 100 only one of 0.1 s. Escape is then heard after 0.2 s.
"""

ALLOWED = frozenset({"TEXTUAL_ANIMATIONS", "TEXTUAL_DISABLE_KITTY_KEY", "TEXTUAL_FPS", "TEXTUAL_SPEEDUPS"})
"""The variables of Textual that a clerk may set. The others can press keys, load code, write files or open connections.


"""

IGNORED = ("COLUMNS", "LINES")
"""Sizes that some shells export. They are removed, because with them the program would never see a change of size."""

ENDINGS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)

EXIT_WITHIN = 5.0
"""The most seconds for a controlled end after a signal. Then the program is ended at once."""

CHECK_EVERY = 2.0
"""Seconds between two checks whether the terminal is still there."""

_early_signals: list[int] = []
"""Signals that came before the event loop ran."""

_terminal_modes: list[Any] = []
"""The terminal's modes at the start, to be restored at the end."""


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set what Textual reads at its import. An empty NO_COLOR counts as unset (no-color.org)."""
    for name in [name for name in environ if _is_foreign(name)]:
        del environ[name]
    for name, value in DEFAULTS.items():
        environ.setdefault(name, value)
    if environ.get("NO_COLOR") == "":
        del environ["NO_COLOR"]


def _is_foreign(name: str) -> bool:
    textual = name == "TEXTUAL" or name.startswith("TEXTUAL_")
    return name in IGNORED or (textual and name not in ALLOWED)


def refusal(term: str | None) -> str | None:
    """Why the full screen cannot be shown here, with what to use instead, or None."""
    instead = "use refund-tui refund, resume or history, which need no screen"
    streams = (sys.stdin, sys.stdout) if TextualRepair.OUTPUT.on else (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return f"this is not a terminal: {instead}"
    if term in (None, "", "dumb", "unknown"):
        return f"this terminal (TERM={term or ''}) cannot place text on a screen: {instead}, or set TERM"
    if not _speaks_utf_8(charset := locale.getencoding()):
        return f"this terminal's character set ({charset}) lacks signs of the screen: {instead}, or set LANG=C.UTF-8"
    return None


def _speaks_utf_8(charset: str) -> bool:
    """Whether UTF-8 can be used. ASCII is what the C locale names when nothing is set; terminals then do know UTF-8."""
    try:
        return codecs.lookup(charset).name in ("utf-8", "ascii")
    except LookupError:
        return False


@contextmanager
def signals_held() -> Iterator[None]:
    """Keep signals that come before `exit_on_signals` runs, which then obeys them. Restore the handlers at the end."""
    _early_signals.clear()
    _terminal_modes[:] = [termios.tcgetattr(0)]
    before = {number: signal.signal(number, _remember) for number in ENDINGS}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _remember(number: int, _frame: FrameType | None) -> None:
    _early_signals.append(number)


def exit_on_signals(leave: Callable[[int], None]) -> None:
    """On SIGHUP, SIGTERM and SIGINT call `leave` with the exit code 128 + signal. Needs a running event loop.

    If the program has not ended `EXIT_WITHIN` seconds later, as when the terminal reads nothing, it is ended at once.
    """
    loop = asyncio.get_running_loop()

    def hear(number: int, _frame: FrameType | None = None) -> None:
        signal.signal(signal.SIGALRM, lambda *_: _exit_now(128 + number))
        signal.setitimer(signal.ITIMER_REAL, EXIT_WITHIN)
        with suppress(RuntimeError):  # the loop is closed: the program is ending already
            loop.call_soon_threadsafe(leave, 128 + number)

    for number in ENDINGS:
        signal.signal(number, hear)
    if _early_signals:
        hear(_early_signals[0])


def ending_words(code: int) -> tuple[str, ...]:
    """What a person is told after a signal ended the program with this exit code; nothing if a person quit."""
    for number in ENDINGS:
        if code == 128 + number:
            return (f"ended by {number.name}: every refund that was confirmed is recorded, and the next start goes on",)
    return ()


def _exit_now(code: int) -> None:
    """End at once, with the terminal's modes restored. The screen stays, because the terminal reads nothing."""
    with suppress(termios.error):
        for modes in _terminal_modes:
            termios.tcsetattr(0, termios.TCSANOW, modes)
    os._exit(code)


def terminal_is_gone() -> bool:
    """Whether standard input is no longer a terminal, as after a connection that was cut without a SIGHUP."""
    try:
        return not os.isatty(sys.__stdin__.fileno()) if sys.__stdin__ else True
    except (OSError, ValueError):
        return True


def never_stop() -> None:
    """Block the signal of ctrl+z, in this thread and those it starts: nobody could continue a stopped kiosk."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTSTP})


def can_suspend() -> bool:
    """Whether a shell with job control could continue a stopped program: the parent gave it its own process group.

    Under a forced command of SSH, or as the first process of a session, nobody would ever continue it.
    """
    parent = os.getppid()
    try:
        return not terminal_is_gone() and os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != os.getpgrp()
    except OSError:  # there is no such parent any more
        return False


def detach_from_dead_terminal() -> None:
    """If the terminal is gone, point the streams at /dev/null: a failing flush at exit would change the exit code."""
    if terminal_is_gone():
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
