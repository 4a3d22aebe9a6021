"""Each input error, for every command, is one line with exit code 2, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.core.filters import Filter
from refund_tui.host.paths import ledger_path
from tests.support.ledgers import NOW, history_at, ledger_at, new_refund
from tests.support.program import run, run_bound

REAL = {"REFUND_TUI_BASE_URL": "http://127.0.0.1:9", "REFUND_TUI_STORE_ID": "STORE-001"}
COMMANDS = {
    "terminal": (),
    "refund": ("refund", "trip-2", "--amount", "1", "--reason", "1", "--currency", "EUR"),
    "resume": ("resume",),
    "history": ("history", "--json"),
    "trips": ("trips", "import", "-"),
}
MISTAKES = [
    ({"toml": 'store_id = "STORE'}, "is not TOML"),
    ({"toml": b"clerk = '\xff'"}, "config.toml"),
    ({"toml": 'store = "STORE-001"'}, "did you mean store_id?"),
    ({"REFUND_TUI_STORE_ID": "store 1"}, "REFUND_TUI_STORE_ID"),
    ({"REFUND_TUI_STORE_ID": "läden"}, "REFUND_TUI_STORE_ID"),
    ({"REFUND_TUI_CURRENCY": "EURO"}, "three capital letters"),
    ({"REFUND_TUI_CURRENCY": "XYZ"}, "ISO 4217"),
    ({"REFUND_TUI_BASE_URL": "http://payments.example.org"}, "https://"),
    ({"REFUND_TUI_BASE_URL": "payments"}, "REFUND_TUI_BASE_URL"),
    ({"REFUND_TUI_BASE_URL": "https://127.0.0.1:99999"}, "REFUND_TUI_BASE_URL"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder with one refund. It must be unchanged when the test ends."""
    made = tmp_path / "data"
    with ledger_at(ledger_path(made)) as ledger:
        refund = ledger.record(new_refund(), NOW, second_yes=False)
    before = ledger_path(made).read_bytes()
    yield made
    made.chmod(0o700)
    assert ledger_path(made).read_bytes() == before
    with history_at(ledger_path(made)) as history:
        assert history.rows(Filter(), 0, 10) == [refund]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("given", "says"), MISTAKES)
def test_a_mistake_in_a_setting_is_told_by_every_command(
    folder: Path, tmp_path: Path, command: str, given: dict[str, str | bytes], says: str
) -> None:
    variables = REAL | {name: str(value) for name, value in given.items() if name != "toml"}
    if toml := given.get("toml"):
        (tmp_path / "config.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
        variables["REFUND_TUI_CONFIG"] = str(tmp_path / "config.toml")
    ended = run(*COMMANDS[command], "--data-dir", str(folder), **variables)
    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert line.startswith("refund-tui: ")
    assert says in line


@pytest.mark.parametrize("command", COMMANDS)
def test_a_data_folder_that_cannot_be_read_is_told_by_every_command(folder: Path, command: str) -> None:
    folder.chmod(0)
    ended = run_bound(*COMMANDS[command], "--data-dir", str(folder), **REAL)
    assert (ended.returncode, ended.stdout) == (2, "")
    [line] = ended.stderr.splitlines()
    assert f"the data folder {folder} cannot be read" in line


@pytest.mark.parametrize("command", ["refund", "resume", "trips"])
def test_a_data_folder_that_cannot_be_written_is_told_by_every_command_that_writes(folder: Path, command: str) -> None:
    folder.chmod(0o500)
    ended = run_bound(*COMMANDS[command], "--data-dir", str(folder), **REAL)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1
