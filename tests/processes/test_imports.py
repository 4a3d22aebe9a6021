"""Which package may import which, and what a command may load. Each case runs in its own process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from refund_tui.commands import COMMANDS
from tests.support.program import PATIENCE, ROOT, environment, python

SCREEN = ("textual", "rich")
WIRE = ("httpx", "h11", "anyio")
_AFTERWARDS = """
import sys
try:
    {code}
except SystemExit as ended:
    assert not ended.code
finally:
    sys.stderr.write("LOADED " + " ".join(name for name in {names!r} if name in sys.modules))
"""


def loaded(code: str, *names: str) -> str:
    """Those of `names` that are loaded after `code` has run, separated by spaces. The process must succeed."""
    ended = python("-c", _AFTERWARDS.format(code=code, names=names))
    assert ended.returncode == 0, ended.stderr
    return ended.stderr.rpartition("LOADED ")[2]


def cli(*arguments: str) -> str:
    return f"from refund_tui.cli import main; main({list(arguments)!r})"


def test_the_rooms_keep_to_one_direction() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run(
        [linter, "--no-cache"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout


def test_help_loads_next_to_nothing() -> None:
    heavy = (*SCREEN, *WIRE, "pydantic", "sqlite3", "asyncio", "platformdirs", "dataclasses", "zoneinfo")
    assert loaded(cli("--help"), *heavy) == ""


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_a_commands_help_loads_neither_screen_nor_wire(command: str) -> None:
    assert loaded(cli(command, "--help"), *SCREEN, "httpx", "pydantic") == ""


def test_core_needs_no_screen_wire_or_disk() -> None:
    folder = ROOT / "refund_tui" / "core"
    modules = ", ".join(f"refund_tui.core.{path.stem}" for path in folder.glob("*.py") if path.stem != "__init__")
    assert loaded(f"import {modules}", *SCREEN, *WIRE, "sqlite3", "pydantic", "asyncio") == ""


def test_the_history_loads_neither_screen_nor_wire(tmp_path: Path) -> None:
    assert loaded(cli("history", "--data-dir", str(tmp_path)), *SCREEN, *WIRE, "pydantic", "asyncio") == ""


def test_a_desk_that_sends_nothing_loads_no_http(tmp_path: Path) -> None:
    code = (
        f"from tests.support.desks import settings; from refund_tui.desk.desk import Desk; Desk(settings({tmp_path!r}))"
    )
    code = "from pathlib import PosixPath; " + code
    assert loaded(code, *SCREEN, *WIRE, "pydantic") == ""


def test_settings_are_read_without_screen_wire_or_disk() -> None:
    code = "from refund_tui.settings.load import load_settings; load_settings({}, {})"
    assert loaded(code, *SCREEN, *WIRE, "sqlite3", "pydantic", "asyncio") == ""


def test_building_a_body_needs_no_http_client() -> None:
    modules = "refund_tui.payments.body, refund_tui.payments.signing"
    assert loaded(f"import {modules}", "httpx", "pydantic", "textual") == ""
