"""Owns a real terminal for tests: a command in its own pty, the screen that a clerk would see, and all its bytes.

with PtySession([sys.executable, "-m", "refund_tui"], env={"HOME": str(tmp_path)}) as session:
    session.wait_for("Lookup")
    session.press("f4")
    session.wait_for(lambda screen: "History" in screen)
    start = session.mark()
    session.press("down")
    assert len(session.settle(start)) <= 400

The session does not answer queries to the terminal, like a simple terminal.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pyte

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
"""The most seconds to wait for a condition, on a shared machine."""
QUIET = 0.25
"""Seconds without output after which the program counts as quiet."""

PLAIN_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "HOME": "/nonexistent"}

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "delete": "\x1b[3~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    **{f"f{number}": f"\x1bO{letter}" for number, letter in zip(range(1, 5), "PQRS", strict=True)},
    **{
        f"f{number}": f"\x1b[{code}~"
        for number, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)
    },
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}
"""The bytes that xterm sends for each key, by Textual's names."""

ENTER_ALT_SCREEN, LEAVE_ALT_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"

# Takes the pty as its controlling terminal, as a login does, then becomes the command.
_LAUNCHER = (
    "import fcntl, os, sys, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\nos.execvp(sys.argv[1], sys.argv[1:])\n"
)

Condition = str | Callable[[str], bool]


class PtySession:
    """A running command, the leader of a session whose terminal is `columns` by `rows`."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str | None] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        """Start `command`. `env` is added to a minimal environment (None removes a variable)."""
        self.columns, self.rows = size
        self.screen: pyte.Screen = pyte.Screen(self.columns, self.rows)
        self._stream: pyte.ByteStream = pyte.ByteStream(self.screen)
        self._output = bytearray()
        self._master, slave = os.openpty()
        self._hung_up = False
        self.resize(self.columns, self.rows)
        self.modes_before = termios.tcgetattr(self._master)
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env=_environment(env or {}),
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what is seen

    @property
    def raw(self) -> bytes:
        """All bytes that the command has written so far."""
        return bytes(self._output)

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, without trailing blanks."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    @property
    def picture(self) -> list[list[tuple[object, ...]]]:
        """Every visible cell with its colours and attributes, to compare two screens exactly."""
        return picture(self.screen)

    @property
    def modes(self) -> list[Any]:
        """The line discipline as `termios.tcgetattr` gives it."""
        return termios.tcgetattr(self._master)

    # --- what is done

    def send(self, data: str | bytes) -> None:
        """Write bytes at once, like a keyboard, a scanner or a paste."""
        os.write(self._master, data.encode() if isinstance(data, str) else data)

    def press(self, *keys: str) -> None:
        """Press keys by Textual's names; a single character is itself."""
        for key in keys:
            self.send(KEYS.get(key, key))

    def paste(self, text: str) -> None:
        """Send `text` as a bracketed paste."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size; the command gets its SIGWINCH from the kernel."""
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """Close the line: the pty is gone and the kernel sends SIGHUP."""
        if not self._hung_up:
            self._hung_up = True
            os.close(self._master)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command itself."""
        self.process.send_signal(number)

    # --- what is waited for

    def mark(self) -> int:
        """A place in the byte stream, for `since` and `settle`."""
        self.pump()
        return len(self._output)

    def since(self, mark: int) -> bytes:
        """The bytes written since `mark`."""
        return bytes(self._output[mark:])

    def pump(self, seconds: float = 0.0) -> bool:
        """Read the output of the next `seconds`. True as soon as there is some."""
        if self._hung_up or not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # Linux: the other end is closed
            return False
        self._output += data
        self._stream.feed(data)
        return bool(data)

    def wait_for(self, condition: Condition, deadline: float = PATIENCE) -> str:
        """The screen's text when it contains `condition` (or when the function returns True).

        Fails after `deadline` seconds.
        """
        end = time.monotonic() + deadline
        while not _holds(condition, self.text):
            if time.monotonic() > end or (not self.pump(0.05) and self.process.poll() is not None):
                raise AssertionError(
                    f"never seen: {condition!r}; exit code {self.process.poll()}; screen:\n{self.text}"
                )
        return self.text

    def settle(self, mark: int | None = None, quiet: float = QUIET, deadline: float = PATIENCE) -> bytes:
        """Wait until nothing was written for `quiet` seconds; the bytes since `mark` (or since the call)."""
        start = len(self._output) if mark is None else mark
        end = time.monotonic() + deadline
        while self.pump(quiet):
            assert time.monotonic() < end, f"still writing after {deadline} s; screen:\n{self.text}"
        return self.since(start)

    def listen(self, seconds: float) -> bytes:
        """The bytes written in the next `seconds`, to measure an idle screen or a countdown."""
        start, end = self.mark(), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump(left)
        return self.since(start)

    def wait(self, deadline: float = PATIENCE) -> int:
        """Wait until the command has ended. The exit code. Fails after `deadline` seconds."""
        end = time.monotonic() + deadline
        while (code := self.process.poll()) is None:
            if not self.pump(0.05) and self._hung_up:
                select.select([], [], [], 0.02)
            assert time.monotonic() < end, f"still running after {deadline} s; screen:\n{self.text}"
        while self.pump():
            pass
        return code

    def close(self) -> None:
        """Kill the command if it still runs, and close the terminal."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self.hang_up()


def picture(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Every visible cell of a screen. The text colour of a blank is not visible."""
    return [[_seen(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]


def _seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    if cell.data == " " and not (cell.underscore or cell.strikethrough or cell.reverse):
        return " ", cell.bg
    return tuple(cell)


def restored(session: PtySession) -> bool:
    """Whether the command restored the terminal: screen, cursor, modes and line discipline."""
    raw = session.raw
    return (
        raw.rfind(LEAVE_ALT_SCREEN) > raw.rfind(ENTER_ALT_SCREEN)
        and raw.rfind(SHOW_CURSOR) > raw.rfind(b"\x1b[?25l")
        and raw.rfind(b"\x1b[?2004l") > raw.rfind(b"\x1b[?2004h")
        and session.modes == session.modes_before
    )


def _holds(condition: Condition, text: str) -> bool:
    return condition in text if isinstance(condition, str) else condition(text)


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    base = {"PATH": os.environ.get("PATH", os.defpath), **PLAIN_TERMINAL}
    return {name: value for name, value in {**base, **changes}.items() if value is not None}
