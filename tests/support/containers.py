"""Real process containers for tests: another pid namespace, as in Docker, with the same files."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

CONTAINED = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
"""Runs a command as the first process of a new pid namespace."""


def need_containers() -> None:
    """Skip the test if this account may not create a pid namespace."""
    try:
        made = subprocess.run([*CONTAINED, "true"], check=False, capture_output=True, timeout=30).returncode == 0
    except FileNotFoundError:
        made = False
    if not made:
        pytest.skip("this account may not make a namespace of processes (unshare)")


def contained(command: Sequence[str]) -> subprocess.Popen[str]:
    """The command line that runs a command in its own container."""
    return subprocess.Popen([*CONTAINED, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def first_process(container: subprocess.Popen[str]) -> int:
    """The pid, in this namespace, of the process in a container."""
    return int(Path(f"/proc/{container.pid}/task/{container.pid}/children").read_text())
