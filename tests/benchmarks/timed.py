"""Owns the stopwatch of the benchmarks: when a program's answer came to its terminal, not when we had read it."""

from __future__ import annotations

import re
import select
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

from tests.terminal.pty_session import PATIENCE, PtySession

_ESCAPES = re.compile(rb"\x1b(\[[0-9;?<=>]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][0-9A-Z]|[=>78])")


class TimedSession(PtySession):
    """A command in a pty that notes the time of its bytes before it looks at them."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str | None] | None = None) -> None:
        self.began = self.arrived = time.perf_counter()
        super().__init__(command, env=env)

    def pump(self, seconds: float = 0.0) -> bool:
        """Take in what comes, and when it came."""
        if not self._hung_up and select.select([self._master], [], [], seconds)[0]:
            self.arrived = time.perf_counter()
            return super().pump()
        return False

    def until(self, seen: Callable[[], bool]) -> float:
        """Seconds from the start until what was `seen` came."""
        end = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < end, f"never seen; exit code {self.process.poll()}; screen:\n{self.text}"
            self.pump(0.05)
        return self.arrived - self.began

    def answer(self, key: str, seen: Callable[[], bool]) -> float:
        """Seconds from a key until what was `seen` came."""
        pressed = time.perf_counter()
        self.press(key)
        self.until(seen)
        return self.arrived - pressed

    def echo(self, character: str) -> float:
        """Seconds from a character's key until it is written, wherever that is."""
        start = self.mark()
        return self.answer(character, lambda: character.encode() in printed(self.since(start)))

    @property
    def peak(self) -> float:
        """The most memory that the command ever had, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None, status
        return int(found[1]) / 1024


def printed(output: bytes) -> bytes:
    """What a terminal would print of these bytes: no escape sequences."""
    return _ESCAPES.sub(b"", output)


def pairwise(ours: Sequence[float], others: Sequence[float]) -> float:
    """How many times `others` ours are: the median over rounds, so that a noisy moment is noisy for both."""
    return median(one / other for one, other in zip(ours, others, strict=True))


def p95(times: Sequence[float]) -> float:
    """The 95th of 100."""
    return quantiles(times, n=20)[-1]
