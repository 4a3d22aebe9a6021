"""Runs the program as a process of its own, as an operator would, in the test's own environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


def environment(**variables: str) -> dict[str, str]:
    """This test's environment, in which the package can be imported from anywhere."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | variables


def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """What `refund-tui ARGUMENTS` does, with REFUND_TUI_* and others as `variables`."""
    return python("-m", "refund_tui", *arguments, stdin=stdin, **variables)


def python(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """What this Python does with `arguments`."""
    return subprocess.run(
        [sys.executable, *arguments],
        input=stdin,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
