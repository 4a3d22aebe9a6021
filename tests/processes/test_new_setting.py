"""A new setting is one line in one file: flag, variable, TOML key, help, doctor and README follow from it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.program import PATIENCE, ROOT, environment

LINE = (
    '    idle_minutes: int = setting("MINUTES", "after how long a screen is locked", 15, bounds=(1, 90, "minutes"))\n'
)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program and of the generator of its pages, with one more line in `settings/declared.py`."""
    root = tmp_path_factory.mktemp("changed")
    for folder in ("refund_tui", "tests"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))
    shutil.copy(ROOT / "README.md", root)
    declared = root / "refund_tui" / "settings" / "declared.py"
    declared.write_text(declared.read_text().replace("    bell: bool", f"{LINE}    bell: bool"))
    return root


def ran(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", *arguments], cwd=root, env=environment(PYTHONPATH=str(root), **variables),
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def known_to_doctor(root: Path, *arguments: str, **variables: str) -> str:
    """Doctor's line about the new setting."""
    data = ("--data-dir", str(root / "data"))
    ended = ran(root, "-m", "refund_tui", "doctor", "--json", "--offline", *data, *arguments, **variables)
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    [told] = [line["says"] for line in lines if line["name"] == "idle_minutes"]
    return str(told)


def test_its_flag_its_variable_its_key_and_its_default_are_read(changed: Path, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("bell = true\nidle_minutes = 30\n")
    assert known_to_doctor(changed) == "15  (default)"
    assert known_to_doctor(changed, "--config", str(file)) == f"30  ({file}:2: idle_minutes)"
    assert known_to_doctor(changed, REFUND_TUI_IDLE_MINUTES="31") == "31  (REFUND_TUI_IDLE_MINUTES)"
    assert known_to_doctor(changed, "--idle-minutes", "32") == "32  (--idle-minutes)"


def test_its_limits_are_checked(changed: Path) -> None:
    ended = ran(changed, "-m", "refund_tui", "history", "--idle-minutes", "91")
    assert (ended.returncode, ended.stderr) == (2, "refund-tui: --idle-minutes must be from 1 to 90 minutes\n")


def test_the_help_and_the_readme_show_it(changed: Path) -> None:
    assert "--idle-minutes MINUTES" in ran(changed, "-m", "refund_tui", "--help").stdout
    assert ran(changed, "-m", "tests.pages").returncode == 0
    row = "| `idle_minutes` | `--idle-minutes` | `REFUND_TUI_IDLE_MINUTES` | after how long a screen is locked |"
    assert row in (changed / "README.md").read_text()
