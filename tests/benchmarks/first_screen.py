"""Time from exec to the first usable screen, next to a bare Textual form.

Run `python -m tests.benchmarks.first_screen [ROUNDS]`. A screen is usable when its field shows what is typed. Then a
ledger with a million refunds is compared with one of a thousand: memory, and the first row in History. All programs run
in turn, so that other load on the machine slows all of them. Prints medians, and medians of the ratios of the rounds.
The ledgers are built once, which takes minutes, and kept in the temporary folder.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.benchmarks.form_peer import counts
from tests.benchmarks.timed import TimedSession, pairwise, printed
from tests.support.crowd import STORE, crowd

ROUNDS = 15
MANY, FEW, MILLION = 100_000, 1_000, 1_000_000
PROGRAM = [sys.executable, "-m", "refund_tui"]
PEER = [sys.executable, "-m", "tests.benchmarks.form_peer"]
NOTHING = ["/bin/echo", "nothing"]
"""The time of the pty and the launcher. It is subtracted from all others."""


def settings(data_dir: Path) -> dict[str, str]:
    """The program's environment. Nobody listens at its base_url, because nothing is sent."""
    return {
        "REFUND_TUI_BASE_URL": "http://127.0.0.1:9", "REFUND_TUI_STORE_ID": STORE, "REFUND_TUI_CLERK": "ana",
        "REFUND_TUI_DATA_DIR": str(data_dir), "REFUND_TUI_TIMEZONE": "UTC", "REFUND_TUI_CURRENCY": "EUR",
    }  # fmt: skip


def started(command: list[str], env: dict[str, str]) -> dict[str, float]:
    """Seconds from exec to the first paint and to the first echo, and MB."""
    with TimedSession(command, env=env) as session:
        painted = session.until(lambda: len(printed(session.raw)) > 200)
        session.echo("r")
        return {"painted": painted, "usable": session.arrived - session.began, "memory": session.peak}


def nothing() -> float:
    """The seconds that a command without work takes."""
    with TimedSession(NOTHING) as session:
        return session.until(lambda: b"nothing" in session.raw)


def in_history(data_dir: Path) -> dict[str, float]:
    """Seconds from F4 to the first row, and the most memory after a walk to the other end."""
    with TimedSession(PROGRAM, env=settings(data_dir)) as session:
        session.wait_for("R-")
        session.settle()
        row = session.answer("f4", lambda: "ACCEPTED" in session.text)
        session.settle()
        session.press("pagedown", "pagedown", "end")
        session.settle()
        session.press("f2", "f4")
        session.settle()
        return {"first row": row, "memory": session.peak}


def rounds(number: int, kinds: dict[str, Callable[[], dict[str, float]]]) -> dict[str, dict[str, list[float]]]:
    """Run each kind in turn, round by round. The figures by kind and by measurement."""
    found: dict[str, dict[str, list[float]]] = {name: {} for name in kinds}
    for _ in range(number):
        for name, measure in kinds.items():
            for what, figure in measure().items():
                found[name].setdefault(what, []).append(figure)
    return found


def first_screens(number: int) -> None:
    """Print how long a start takes."""
    widgets = asyncio.run(counts())
    shown_only = {"shown": widgets["shown"]}
    launcher = median(nothing() for _ in range(number))
    found = rounds(number, {
        "refund-tui": lambda: started(PROGRAM, settings(crowd(MANY, MANY))),
        "bare form, all its widgets": lambda: started([*PEER, json.dumps(widgets)], {}),
        "bare form, the shown alone": lambda: started([*PEER, json.dumps(shown_only)], {}),
    })  # fmt: skip
    print(f"{MANY:,} trips and refunds; inputs, lists, texts, boxes: {widgets}; launcher {launcher * 1000:.0f} ms off")
    ours = found["refund-tui"]
    for name, figures in found.items():
        told = [f"{median(figures[what]) * 1000 - launcher * 1000:7.0f} ms {what}" for what in ("painted", "usable")]
        ratio = pairwise([t - launcher for t in ours["usable"]], [t - launcher for t in figures["usable"]])
        print(f"{name:<28}{'  '.join(told)}  {median(figures['memory']):6.1f} MB  refund-tui is {ratio:.2f} x of it")


def many_refunds(number: int) -> None:
    """Print the figures of a million refunds next to those of a thousand."""
    found = rounds(number, {
        "few": lambda: in_history(crowd(FEW, FEW)),
        "million": lambda: in_history(crowd(FEW, MILLION)),
    })  # fmt: skip
    few, million = found["few"], found["million"]
    for what, unit, scale, budget in (("first row", "ms", 1000, 1.2), ("memory", "MB", 1, 1.1)):
        told = "  ".join(f"{median(figures[what]) * scale:7.1f} {unit}" for figures in (few, million))
        print(f"{what:<12}{FEW:,} and {MILLION:,}: {told}  {pairwise(million[what], few[what]):.2f} x, budget {budget}")


def main() -> None:
    """Build missing ledgers, then measure and print."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    for trips, refunds in ((MANY, MANY), (FEW, FEW), (FEW, MILLION)):
        crowd(trips, refunds)
    first_screens(number)
    many_refunds(number)


if __name__ == "__main__":
    main()
