"""Unusual hosts: each ends in a message and an exit code, never in a traceback.

Cases: accounts without a home folder, files that are not a configuration, names that are too long, too little memory.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.program import PATIENCE, environment, python, run

REAL = {"REFUND_TUI_BASE_URL": "http://127.0.0.1:9", "REFUND_TUI_STORE_ID": "STORE-001"}
TOO_LONG = "n" * 300

NOBODY_KNOWN = """
import os, pwd, runpy, sys

def unknown(_):
    raise KeyError("no such account")

os.environ.pop("HOME")
pwd.getpwuid = pwd.getpwnam = unknown
runpy.run_module("refund_tui", run_name="__main__")
"""
"""Runs the program as an account without an entry in passwd and without HOME, as in a container."""


def told(ended: subprocess.CompletedProcess[str]) -> str:
    """The message, after a check that it is a message and not a traceback."""
    assert "Traceback" not in ended.stderr
    assert all(line.startswith("refund-tui: ") for line in ended.stderr.splitlines()), ended.stderr
    return ended.stderr


@pytest.mark.parametrize("command", [("history",), ("resume", "--no-wait"), ("doctor",), ("demo",), ()])
def test_an_account_without_a_home_is_asked_for_a_data_folder(command: tuple[str, ...]) -> None:
    ended = python("-c", NOBODY_KNOWN, *command, **REAL)
    assert ended.returncode == 2
    assert "this account has no home folder: set data_dir (--data-dir, REFUND_TUI_DATA_DIR)" in told(ended)


def test_an_account_without_a_home_works_where_its_data_folder_is_named(tmp_path: Path) -> None:
    ended = python("-c", NOBODY_KNOWN, "resume", "--no-wait", "--data-dir", str(tmp_path / "data"), **REAL)
    assert (ended.returncode, ended.stderr) == (0, "0 to finish\n")
    assert (tmp_path / "data" / "ledger.sqlite3").exists()


@pytest.mark.parametrize("flag", ["--config", "--data-dir", "--ca-bundle", "--mark-dir"])
def test_a_path_below_a_home_that_is_not_there_is_told(flag: str, tmp_path: Path) -> None:
    ended = python("-c", NOBODY_KNOWN, "history", "--data-dir", str(tmp_path), flag, "~/x", **REAL)
    assert ended.returncode == 2
    assert "begins with ~, but that account has no home folder" in told(ended)


@pytest.mark.parametrize("flag", ["--config", "--data-dir", "--ca-bundle", "--mark-dir"])
@pytest.mark.parametrize("command", [("history",), ("resume", "--no-wait")])
def test_a_path_that_is_longer_than_a_name_is_told(flag: str, command: tuple[str, ...], tmp_path: Path) -> None:
    ended = run(*command, "--data-dir", str(tmp_path / "data"), flag, TOO_LONG, **REAL)
    if flag != "--mark-dir" or command == ("resume", "--no-wait"):  # the history has nothing to look for yet
        assert ended.returncode in (2, 3)
        assert "File name too long" in told(ended)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"request_timeout = {'9' * 5_000}\n", ":1: is not TOML in UTF-8 ("),
        (f"keys = {'[' * 20_000}{']' * 20_000}\n", ":1: is not TOML in UTF-8 ("),
        (f"keys = {'{a=' * 20_000}1{'}' * 20_000}\n", ":1: is not TOML in UTF-8 ("),
        (f"store_id = '{'S' * 1_000_000}'\n", " is larger than 100,000 bytes, which no configuration file is"),
    ],
    ids=["digits", "arrays", "tables", "bytes"],
)
def test_a_configuration_that_no_person_writes_is_told(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(content)
    ended = run("history", "--config", str(file), **REAL)
    assert ended.returncode == 2
    assert f"{file}{says}" in told(ended)


def test_a_device_in_place_of_the_configuration_is_told() -> None:
    ended = run("history", "--config", "/dev/zero", **REAL)
    assert ended.returncode == 2
    assert "/dev/zero is larger than 100,000 bytes" in told(ended)


@pytest.mark.parametrize(("named", "code"), [("data", 2), ("/nowhere/data", 0)])
def test_a_working_folder_that_was_removed_is_told_only_where_it_is_needed(
    tmp_path: Path, named: str, code: int
) -> None:
    gone = ("sh", "-c", 'cd "$1" && rmdir "$1" && shift && exec "$@"', "sh", str(tmp_path))
    program = (sys.executable, "-P", "-m", "refund_tui", "history", "--data-dir", named)
    ended = subprocess.run(
        [*gone, *program], env=environment(**REAL), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.returncode == code
    assert ("cannot be found (No such file or directory): write the whole path" in told(ended)) == bool(code)


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not hold a process to a limit of address space")
@pytest.mark.parametrize("megabytes", [28, 40, 52, 64, 76])
@pytest.mark.parametrize("command", [("resume", "--no-wait"), ("history",)])
def test_too_little_memory_is_told(tmp_path: Path, megabytes: int, command: tuple[str, ...]) -> None:
    limit = megabytes * 1024 * 1024
    ended = subprocess.run(
        [sys.executable, "-m", "refund_tui", *command, "--data-dir", str(tmp_path / "data")],
        env=environment(**REAL), capture_output=True, text=True, timeout=PATIENCE, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert "Traceback" not in ended.stderr
    assert ended.returncode == 0 or "there is not enough memory" in ended.stderr
