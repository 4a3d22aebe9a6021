"""Owns how the program behaves as a guest of a terminal: its environment, signals, a dead line, a wrong byte.

It complements writing before sending; it never replaces it.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import signal
import sys
from collections.abc import Callable, MutableMapping
from functools import partial

QUIET = {"TEXTUAL_ANIMATIONS": "none", "ESCDELAY": "100", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
"""What Textual reads at its import, unless it is set: no animation, an Escape that a slow line can send."""

LOOK = 2.0
"""Seconds between two looks at whether the terminal is still there."""

REPAIRED = "8.2.8"
"""The version of Textual whose input decoder is repaired."""


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set what Textual reads at its import. An empty NO_COLOR counts as unset (no-color.org)."""
    for name, value in QUIET.items():
        environ.setdefault(name, value)
    if environ.get("NO_COLOR") == "":
        del environ["NO_COLOR"]


def refusal(term: str | None) -> str | None:
    """Why the full screen cannot be shown here, with what to use instead, or None."""
    instead = "use refund-tui refund, resume or history, which need no screen"
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return f"this is not a terminal: {instead}"
    if term in (None, "", "dumb", "unknown"):
        return f"this terminal (TERM={term or ''}) cannot place text on a screen: {instead}, or set TERM"
    return None


def forgive_wrong_bytes() -> None:
    """Let a byte that is not UTF-8 be a replacement character; as shipped, Textual's input thread ends by it."""
    import textual
    from textual.drivers import linux_driver

    if textual.__version__ == REPAIRED:
        strict = codecs.getincrementaldecoder
        vars(linux_driver)["getincrementaldecoder"] = lambda name: partial(strict(name), errors="replace")


def end_in_order(leave: Callable[[int], None]) -> None:
    """On SIGHUP and SIGTERM call `leave` with the shell's exit code for the signal; for use in a running loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(number, leave, 128 + number)


def terminal_is_gone() -> bool:
    """Whether standard input is no terminal any more, as when the line dropped and nobody told us."""
    try:
        return not os.isatty(sys.__stdin__.fileno()) if sys.__stdin__ else True
    except (OSError, ValueError):
        return True


def let_go_of_a_dead_line() -> None:
    """Where the terminal is gone, have the last flush go nowhere: failing, it would change the exit code."""
    if terminal_is_gone():
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nowhere, number)
