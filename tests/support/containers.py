"""Real containers of processes for tests: another namespace of pids, as under Docker, over the same files."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

CONTAINED = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
"""Runs a command as the first process of a container of processes."""


def need_containers() -> None:
    """Skip the test where this account may not make a namespace of processes."""
    try:
        made = subprocess.run([*CONTAINED, "true"], check=False, capture_output=True, timeout=30).returncode == 0
    except FileNotFoundError:
        made = False
    if not made:
        pytest.skip("this account may not make a namespace of processes (unshare)")


def contained(command: Sequence[str]) -> subprocess.Popen[str]:
    """A command in a container of its own."""
    return subprocess.Popen([*CONTAINED, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def first_process(container: subprocess.Popen[str]) -> int:
    """The pid, as it is here, of the process that a container runs."""
    return int(Path(f"/proc/{container.pid}/task/{container.pid}/children").read_text())
