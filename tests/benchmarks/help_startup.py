"""Start-up of `refund-tui --help` beside a bare interpreter: `python -m tests.benchmarks.help_startup`.

Both run in turn, so that other load on the machine slows both. Prints medians and their ratio (at most 3).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 25
BARE = [sys.executable, "-c", "pass"]
HELP = [sys.executable, "-c", "from refund_tui.cli import main; main(['--help'])"]


def _milliseconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1_000


def main() -> None:
    """Measure and print."""
    pairs = [(_milliseconds(BARE), _milliseconds(HELP)) for _ in range(ROUNDS)]
    bare, told = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(told / bare for bare, told in pairs)
    print(f"python -c pass     {bare:6.1f} ms")
    print(f"refund-tui --help  {told:6.1f} ms   {ratio:.2f} x, budget 3")


if __name__ == "__main__":
    main()
