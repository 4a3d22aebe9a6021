"""Draws what `refund-tui verify` prints: for a ledger that nobody touched, and after sqlite3 has changed an amount.

Real processes on a real ledger. Only what is new in each run is replaced: the folder, the hashes and the keys.
"""

from __future__ import annotations

import io
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.text import Text

from refund_tui.core.refunds import State
from refund_tui.host.paths import ledger_path
from tests.gallery import self_contained
from tests.support.desks import desk_over, intent
from tests.support.ears import Ears
from tests.support.program import PATIENCE, environment
from tests.support.service import ScriptedService, accepted

NAME = "verify.svg"
WIDTH = 80
PLACE = "/var/lib/refund-tui"
"""The folder of the ledger in the picture."""

KEY = "550e8400-e29b-41d4-a716-000000000002"

ALTER = "UPDATE refund SET minor = 9500 WHERE id = 2"
TRIGGER = "refund_intent_stays"


async def picture() -> str:
    """The picture, as an SVG without external resources."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await _live(folder)
        lines = ["$ refund-tui verify", *_verify(folder), "", f'$ sqlite3 ledger.sqlite3 "{ALTER}"']
        _alter(ledger_path(folder))
        lines += ["$ refund-tui verify", *_verify(folder)]
    console = Console(width=WIDTH, record=True, file=io.StringIO(), force_terminal=True)
    console.print(Text("\n".join(lines)))
    return self_contained(console.export_svg(title="refund-tui", unique_id="terminal-1"))


async def _live(folder: Path) -> None:
    """Two refunds, each accepted."""
    async with desk_over(folder, ScriptedService(accepted("REC1"), accepted("REC2"))) as desk:
        ears = Ears(desk)
        desk.begin()
        for number, minor in enumerate((500, 950), 1):
            refund = await desk.take(intent(minor, trip=f"trip-{number}"))
            await ears.until_state(refund.key, State.ACCEPTED)


def _verify(folder: Path) -> list[str]:
    command = [sys.executable, "-m", "refund_tui", "verify", "--data-dir", str(folder)]
    ended = subprocess.run(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    told = ended.stdout.replace(str(folder), PLACE)
    told = re.sub(r"\b[0-9a-f]{64}\b", "9c56cc51b374c3ba…", told)
    return re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", KEY, told).splitlines()


def _alter(ledger: Path) -> None:
    """Change an amount as a colleague would, without leaving a trace in the schema."""
    with closing(sqlite3.connect(ledger)) as connection:
        [trigger] = connection.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (TRIGGER,)).fetchone()
        connection.executescript(f"DROP TRIGGER {TRIGGER}; {ALTER}; {trigger};")
