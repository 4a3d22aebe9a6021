"""Owns the time measurement of the benchmarks: when output arrived at the terminal, not when it was parsed."""

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
    """A command in a pty. The time of its bytes is noted before they are parsed."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str | None] | None = None) -> None:
        self.began = self.arrived = time.perf_counter()
        super().__init__(command, env=env)

    def pump(self, seconds: float = 0.0) -> bool:
        """Read output and note its time."""
        if not self._hung_up and select.select([self._master], [], [], seconds)[0]:
            self.arrived = time.perf_counter()
            return super().pump()
        return False

    def until(self, seen: Callable[[], bool]) -> float:
        """Seconds from the start until `seen` was on the screen."""
        end = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < end, f"never seen; exit code {self.process.poll()}; screen:\n{self.text}"
            self.pump(0.05)
        return self.arrived - self.began

    def answer(self, key: str, seen: Callable[[], bool]) -> float:
        """Seconds from a key until `seen` was on the screen."""
        pressed = time.perf_counter()
        self.press(key)
        self.until(seen)
        return self.arrived - pressed

    def echo(self, character: str) -> float:
        """Seconds from a character's key until the character is written anywhere."""
        start = self.mark()
        return self.answer(character, lambda: character.encode() in printed(self.since(start)))

    @property
    def peak(self) -> float:
        """The peak memory of the command in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None, status
        return int(found[1]) / 1024


def printed(output: bytes) -> bytes:
    """These bytes without escape sequences."""
    return _ESCAPES.sub(b"", output)


def pairwise(ours: Sequence[float], others: Sequence[float]) -> float:
    """The median over the rounds of the ratio of ours to `others`."""
    return median(one / other for one, other in zip(ours, others, strict=True))


def p95(times: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(times, n=20)[-1]
