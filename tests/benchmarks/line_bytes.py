"""The bytes that a screen sends to the terminal, next to bare Textual and curses.

`python -m tests.benchmarks.line_bytes [COLUMNS ROWS]` counts bytes in a real pty, by default of 80x24. The last columns
say how many times more than ours the others send.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median

from tests.terminal.pty_session import PtySession

OURS = [sys.executable, "-m", "tests.terminal.line_app"]
PEERS = [sys.executable, "-m", "tests.benchmarks.line_peers"]
COLUMNS: dict[str, tuple[list[str], dict[str, str]]] = {
    "ours": (OURS, {}),
    "ours, stage off": (OURS, {"REFUND_TUI_CELL_DIFF": "0"}),
    "bare Textual": ([*PEERS, "textual"], {}),
    "curses": ([*PEERS, "curses"], {}),
}
DOWN = "\x1bOB"
"""The key as a terminal in application mode sends it. Curses asks for that mode; Textual understands it too."""
SECONDS = 4.0
QUIET = 0.4


def measure(command: list[str], env: dict[str, str], size: tuple[int, int]) -> dict[str, float]:
    """The bytes of each action."""
    with PtySession(command, size=size, env=env) as session:
        session.wait_for("trip-000000003")
        session.listen(QUIET)
        found = {"first screen": float(session.mark())}
        found["idle, a second"] = len(session.listen(SECONDS)) / SECONDS
        found["a key in a field"] = _cost(session, *"trip")
        _press(session, "tab")
        found["a row down"] = _cost(session, *[DOWN] * 4)
        found["a page down"] = _cost(session, *["pagedown"] * 3)
        found["a row down at the edge"] = _at_the_edge(session)
        found["another screen"] = _cost(session, "f9")
        _press(session, "f9")
        found["countdown, a second"] = _countdown(session)
        return found


def _press(session: PtySession, *keys: str) -> bytes:
    """The bytes written after a key. A screen that is never quiet is read for a short time."""
    start = session.mark()
    session.press(*keys)
    session.listen(QUIET)
    return session.since(start)


def _cost(session: PtySession, *keys: str) -> float:
    return median(len(_press(session, key)) for key in keys)


def _at_the_edge(session: PtySession) -> float:
    """Move the cursor to the last line, where one more row scrolls the list."""
    _press(session, *[DOWN] * session.rows)
    return _cost(session, *[DOWN] * 3)


def _countdown(session: PtySession) -> float:
    session.press("f5")
    session.wait_for("09:59")
    return len(session.listen(SECONDS)) / SECONDS


def show(figures: dict[str, dict[str, float]], say: Callable[[str], None]) -> None:
    """Print a table of bytes and of ratios to ours."""
    others = list(figures)[1:]
    say(
        f"{'bytes':<24}" + "".join(f"{name:>17}" for name in figures) + "".join(f"{'× ' + name:>19}" for name in others)
    )
    for what, ours in figures["ours"].items():
        told = "".join(f"{figure[what]:>17,.0f}" for figure in figures.values())
        ratios = "".join(f"{figures[name][what] / ours:>19.1f}" if ours else f"{'–':>19}" for name in others)
        say(f"{what:<24}{told}{ratios}")


if __name__ == "__main__":
    size = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) == 3 else (80, 24)
    print(f"{size[0]}x{size[1]}")
    show({name: measure(command, env, size) for name, (command, env) in COLUMNS.items()}, print)
