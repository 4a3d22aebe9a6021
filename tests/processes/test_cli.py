"""The program as an operator runs it: exit codes, one line for each mistake, data on stdout and messages on stderr."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui import __version__
from refund_tui.commands import COMMANDS
from refund_tui.settings.declared import SETTINGS
from tests.support.program import ROOT, environment, limited, run, run_bound

REAL = {"REFUND_TUI_BASE_URL": "http://127.0.0.1:9", "REFUND_TUI_STORE_ID": "STORE-001"}


def only_line(ended: subprocess.CompletedProcess[str]) -> str:
    """The only line on stderr. Nothing may be on stdout."""
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    return line


def test_help_lists_every_command_every_setting_and_every_exit_code() -> None:
    told = run("--help", COLUMNS="80")
    assert (told.returncode, told.stderr) == (0, "")
    for word in [command.name for command in COMMANDS] + [one.option for one in SETTINGS.values() if not one.site_only]:
        assert f"  {word} " in told.stdout
    assert all(f"\n  {code}  " in told.stdout for code in range(6))
    assert "examples:" in told.stdout
    assert max(map(len, told.stdout.splitlines())) <= 80


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_each_command_has_help_with_exit_codes(command: str) -> None:
    told = run(command, "--help", COLUMNS="80")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(f"usage: refund-tui {command} ")
    assert "exit codes:" in told.stdout


def test_version() -> None:
    assert run("--version").stdout == f"refund-tui {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["histroy"], "histroy"),
        (["--store-ids", "S"], "--store-ids is not a flag of refund-tui: did you mean --store-id?"),
        (["history", "--jsn"], "--jsn"),
        (["history", "--json", "--csv"], "--csv"),
        (["history", "--state", "DONE"], "DONE is no state: write one such as UNKNOWN, or open"),
        (["history", "--reason", "6"], "6 is no reason: write a digit from 1 to 5, or the code"),
        (["history", "--since", "monday"], "monday is no day: write "),
        (["history", "--since", "2026-03-01T09:00"], "a time is written with its offset: 2026-03-01T09:00+01:00"),
        (["history", "--until", "9999-12-31"], "9999-12-31 is no day"),
        (["history", "stat:UNKNOWN"], "there is no filter word stat: write state:UNKNOWN"),
        (["history", "--limit", "-1"], "--limit"),
        (["history", "--store-id", "a b"], "--store-id"),
        (["resume", "--deadline", "soon", "--base-url", "http://127.0.0.1:9"], "--deadline soon"),
        (["resume"], "set base_url (--base-url, REFUND_TUI_BASE_URL)"),
        ([], "set base_url (--base-url, REFUND_TUI_BASE_URL) and store_id (--store-id, REFUND_TUI_STORE_ID)"),
        (["--base-url", "http://example.org"], "https://"),
        (["--config", "/nowhere.toml", "history"], "/nowhere.toml cannot be read (No such file or directory)"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line_and_exit_code_2(arguments: list[str], says: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    line = only_line(ended)
    assert line.startswith("refund-tui")
    assert says in line


def test_every_mistake_in_the_configuration_is_a_line_of_its_own(own_home: Path) -> None:
    (own_home / "mine.toml").write_text('clerc = "ana"\nbell = "yes"\n')
    ended = run("history", REFUND_TUI_CONFIG=str(own_home / "mine.toml"), REFUND_TUI_STOREID="S")
    assert (ended.returncode, ended.stdout) == (2, "")
    lines = ended.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("refund-tui: ") for line in lines)


def test_a_path_cannot_steer_the_terminal(tmp_path: Path) -> None:
    ended = run("history", "--config", "/no\x1b[2Jwhere")
    assert "\x1b" not in ended.stderr
    assert "␛[2J" in ended.stderr


@pytest.mark.parametrize("command", ["history", "resume", "trips", "terminal"])
def test_a_data_folder_that_cannot_be_used_is_told(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    arguments = {"terminal": [], "trips": ["trips", "import", "-"]}.get(command, [command])
    ended = run(*arguments, "--data-dir", str(tmp_path / "file"), **REAL)
    assert ended.returncode == 2
    assert f"the data folder {tmp_path / 'file'} " in only_line(ended)


def test_a_ledger_that_is_none_is_told_with_exit_code_3(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"not a database, but something else altogether" * 100)
    before = (tmp_path / "ledger.sqlite3").read_bytes()
    for command in ("history", "resume"):
        ended = run(command, "--data-dir", str(tmp_path), **REAL)
        assert ended.returncode == 3, ended.stderr
        assert only_line(ended).startswith("refund-tui: the ledger at ")
    assert (tmp_path / "ledger.sqlite3").read_bytes() == before


def test_without_a_ledger_the_history_is_empty(tmp_path: Path) -> None:
    ended = run("history", "--json", "--data-dir", str(tmp_path / "none"))
    assert ended.returncode == 0
    assert "no refund was made here yet" in only_line(ended)
    assert not (tmp_path / "none").exists()


def test_ctrl_c_ends_the_sandbox_in_order() -> None:
    arguments = [sys.executable, "-m", "refund_tui", "sandbox", "--port", "0", "--report"]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(arguments, env=environment(), stdout=pipe, stderr=pipe, text=True) as program,
        limited(program),
    ):
        assert program.stdout is not None
        assert program.stdout.readline().startswith("listening on http://127.0.0.1:")
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=20)
    assert (program.returncode, err) == (0, "")
    assert "no money moved" in out


def test_a_port_that_is_taken_is_told() -> None:
    arguments = [sys.executable, "-m", "refund_tui", "sandbox", "--port", "0"]
    with subprocess.Popen(arguments, env=environment(), stdout=subprocess.PIPE, text=True) as program, limited(program):
        assert program.stdout is not None
        port = program.stdout.readline().strip().removeprefix("listening on http://127.0.0.1:")
        ended = run("sandbox", "--port", port)
        program.terminate()
    assert (ended.returncode, port.isdigit()) == (2, True)
    assert port in only_line(ended)


def test_the_installed_script_and_the_module_are_the_same() -> None:
    assert 'refund-tui = "refund_tui.cli:main"' in (ROOT / "pyproject.toml").read_text()


def test_doctor_says_where_each_setting_came_from(tmp_path: Path) -> None:
    ended = run("doctor", "--json", "--offline", "--data-dir", str(tmp_path), "--clerk", "ana", LANG="C.UTF-8")
    assert (ended.returncode, ended.stderr) == (0, "")
    results = {line["name"]: line for line in map(json.loads, ended.stdout.splitlines())}
    assert results["clerk"]["says"] == "ana  (--clerk)"
    assert results["base_url"]["level"] == "warn"
    assert results["ledger trial"]["level"] == "ok"
    assert list(tmp_path.iterdir()) == []


def test_doctor_warns_of_a_folder_for_files_that_cannot_be_used(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    arguments = ("doctor", "--offline", "--data-dir", str(tmp_path / "data"), "--export-dir", str(folder))
    assert f"{folder} is no folder that this account can write" in run(*arguments).stdout
    folder.mkdir()
    folder.chmod(0o770)
    assert "warn  export_dir" not in run(*arguments).stdout
    folder.chmod(0o777)
    assert f"{folder} can be written by everybody: chmod o-w {folder}" in run(*arguments).stdout


def test_doctor_fails_where_refunds_would(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_text("not a database " * 100)
    tmp_path.chmod(0o755)
    ended = run("doctor", "--data-dir", str(tmp_path), **REAL)
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert any(line.startswith("FAIL  ledger  ") for line in lines)
    assert any(line.startswith("FAIL  service  ") and "refused" in line for line in lines)
    assert any(line.startswith("warn  mode  ") and line.endswith(f"chmod 700 {tmp_path}") for line in lines)


@pytest.mark.parametrize(("shared", "folder", "file"), [("no", 0o700, 0o600), ("yes", 0o2770, 0o660)])
def test_what_is_made_is_open_only_to_those_who_work_here(tmp_path: Path, shared: str, folder: int, file: int) -> None:
    made = tmp_path / "above" / "refunds"
    ended = run("resume", "--data-dir", str(made), "--shared", shared, **REAL)
    assert ended.returncode == 0
    assert stat.S_IMODE(made.stat().st_mode) == folder
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.glob("*.sqlite3")} == {file}


@pytest.fixture
def closed_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody may enter."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize("below", [".", "inside"])
def test_a_data_folder_without_access_is_told(closed_folder: Path, below: str) -> None:
    folder = str(closed_folder / below)
    for command in ("history", "resume"):
        ended = run_bound(command, "--data-dir", folder, **REAL)
        assert ended.returncode == 2
        assert "correct its permissions" in only_line(ended)
    ended = run_bound("doctor", "--offline", "--data-dir", folder)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "\nFAIL  data folder  " in ended.stdout
