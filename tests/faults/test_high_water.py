"""An older copy of the ledger is noticed before anything is sent from it, however it was put in place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from refund_tui.commands.demo import demo_settings
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import Trouble
from refund_tui.errors import StoreChanged, StoreUnusable
from refund_tui.host.paths import ledger_path, mark_name, state_dir
from tests.support.desks import desk_over, intent, settings
from tests.support.ears import Ears
from tests.support.ledgers import history_at
from tests.support.program import PATIENCE, environment, run
from tests.support.service import ScriptedService

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="file modes")


WHERE = ("--base-url", "http://127.0.0.1:9")


def mark_of(folder: Path) -> Path:
    """The mark beside the ledger."""
    return ledger_path(folder).with_suffix(".mark")


def own_state() -> Path:
    """This account's state folder."""
    found = state_dir()
    assert found is not None
    return found


def outside_of(folder: Path) -> Path:
    """The mark in this account's state folder."""
    return own_state() / "marks" / mark_name(ledger_path(folder))


def newest(folder: Path) -> int:
    """The number of the ledger's newest event."""
    with history_at(ledger_path(folder)) as history:
        return history.last_seq()


def told_by(mark: Path) -> int:
    """The number that a mark holds."""
    return int(mark.read_text().split()[0])


async def refunded(folder: Path, minor: int = 1250, **changes: Any) -> None:
    """Record one more refund with a desk, without sending it, and close the desk."""
    async with desk_over(folder, ScriptedService(), **changes) as desk:
        await desk.take(intent(minor), second_yes=True)


async def opened(folder: Path, **changes: Any) -> None:
    """Open a desk and close it."""
    async with desk_over(folder, ScriptedService(), **changes):
        pass


async def test_copied_over_the_open_ledger_nothing_is_written_and_nothing_is_sent(tmp_path: Path) -> None:
    service, backup = ScriptedService(), tmp_path / "backup"
    await refunded(tmp_path)
    shutil.copyfile(ledger_path(tmp_path), backup)
    async with desk_over(tmp_path, service) as desk:
        ears = Ears(desk)
        await desk.take(intent(700), second_yes=True)
        shutil.copyfile(backup, ledger_path(tmp_path))
        with pytest.raises(StoreChanged, match=r"older copy .* may have been paid"):
            await desk.take(intent(900), second_yes=True)
        desk.begin()
        await ears.until_news(Trouble, "older copy")
        assert service.requests == []


async def test_what_a_colleague_wrote_counts_as_seen_without_a_look_in_between(tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    async with desk_over(tmp_path, ScriptedService()) as ana:
        shutil.copyfile(ledger_path(tmp_path), backup)
        await refunded(tmp_path, clerk="ben")
        shutil.copyfile(backup, ledger_path(tmp_path))
        with pytest.raises(StoreChanged, match="older copy"):
            await ana.take(intent(900), second_yes=True)


async def test_the_marks_rise_with_each_commit_even_where_the_process_dies_next(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService()) as desk:
        for number in (1, 2, 3):
            await desk.take(intent(number * 100), second_yes=True)
            assert told_by(mark_of(tmp_path)) == told_by(outside_of(tmp_path)) == newest(tmp_path)


async def test_ledger_and_mark_restored_together_are_told_by_the_mark_outside(tmp_path: Path) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup"
    await refunded(folder)
    shutil.copytree(folder, backup)
    await refunded(folder, 700)
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    with pytest.raises(StoreChanged, match="older copy"):
        await opened(folder)


async def test_a_folder_of_the_operator_s_choice_tells_it_too(tmp_path: Path) -> None:
    folder, backup, chosen = tmp_path / "data", tmp_path / "backup", tmp_path / "chosen"
    with pytest.raises(StoreUnusable, match="chosen"):
        await refunded(folder, mark_dir=str(chosen))
    chosen.mkdir()
    await refunded(folder, mark_dir=str(chosen))
    shutil.copytree(folder, backup)
    await refunded(folder, 700, mark_dir=str(chosen))
    shutil.rmtree(folder)
    shutil.rmtree(own_state())
    shutil.copytree(backup, folder)
    with pytest.raises(StoreChanged, match="older copy"):
        await opened(folder, mark_dir=str(chosen))


async def test_another_event_under_the_same_number_is_not_what_was_seen(tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    await refunded(tmp_path)
    shutil.copyfile(ledger_path(tmp_path), backup)
    await refunded(tmp_path, 700)
    shutil.copyfile(backup, ledger_path(tmp_path))
    with closing(sqlite3.connect(ledger_path(tmp_path))) as connection, connection:
        connection.execute(
            "INSERT INTO event (key, at, who, kind, why, data, hash)"
            f" VALUES (NULL, 'now', 'x', 'gate_opened', '', '{{}}', '{'0' * 64}')"
        )
    with pytest.raises(StoreChanged, match="another ledger, or an older copy"):
        await opened(tmp_path)


async def test_a_ledger_that_was_copied_here_without_its_mark_sends_nothing_until_a_person_accepts(
    tmp_path: Path,
) -> None:
    await refunded(tmp_path / "data")
    (tmp_path / "copy").mkdir()
    shutil.copyfile(ledger_path(tmp_path / "data"), ledger_path(tmp_path / "copy"))
    with pytest.raises(StoreChanged, match="copied without its high-water mark"):
        await opened(tmp_path / "copy")
    checked = run("doctor", "--offline", "--data-dir", str(tmp_path / "copy"))
    assert (checked.returncode, "there is none: the ledger may be an older copy" in checked.stdout) == (1, True)
    opened_gate = run("ledger", "open-gate", "--because", "x", "--data-dir", str(tmp_path / "copy"), *WHERE)
    assert opened_gate.returncode == 3
    assert not mark_of(tmp_path / "copy").exists()
    for command in (["history"], ["verify"]):
        assert run(*command, "--data-dir", str(tmp_path / "copy")).returncode == 0
    told = run("ledger", "accept-older", "--because", "books compared", "--data-dir", str(tmp_path / "copy"))
    assert (told.returncode, told.stdout.count("became of them: 1")) == (0, 1)
    await opened(tmp_path / "copy")


async def test_a_mark_of_0_1_0_goes_on_being_read(tmp_path: Path) -> None:
    await refunded(tmp_path)
    outside_of(tmp_path).unlink()
    mark_of(tmp_path).write_text(f"{newest(tmp_path)}\n")
    await opened(tmp_path)
    assert len(mark_of(tmp_path).read_text().split()) == 3
    mark_of(tmp_path).write_text(f"{newest(tmp_path) + 8}\n")
    with pytest.raises(StoreChanged, match="at least 8 changes"):
        await opened(tmp_path)
    assert told_by(mark_of(tmp_path)) == newest(tmp_path) + 8


@pytest.mark.parametrize("content", [b"", b"0x9\n", b"-1\n", b"9", b"\x00" * 128, b"9 " * 5_000])
async def test_a_mark_that_cannot_be_understood_forbids_sending_and_stays_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    await refunded(tmp_path)
    mark_of(tmp_path).write_bytes(content)
    with pytest.raises(StoreUnusable, match=r"high-water mark .* Nothing is sent"):
        await opened(tmp_path)
    assert mark_of(tmp_path).read_bytes() == content


async def test_a_mark_damaged_while_the_desk_is_open_forbids_writing(tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService()) as desk:
        mark_of(tmp_path).write_bytes(b"?")
        with pytest.raises(StoreUnusable, match="high-water mark"):
            await desk.take(intent())


async def test_a_link_in_a_mark_s_place_is_not_followed(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.write_text("1\n")
    data = tmp_path / "data"
    await refunded(data)
    mark_of(data).unlink()
    mark_of(data).symlink_to(private)
    with pytest.raises(StoreUnusable, match="high-water mark"):
        await refunded(data, 700)
    assert private.read_text() == "1\n"


@pytest.mark.parametrize("outside", [False, True])
async def test_a_pipe_in_a_mark_s_place_holds_nobody_up(tmp_path: Path, *, outside: bool) -> None:
    await refunded(tmp_path)
    pipe = outside_of(tmp_path) if outside else mark_of(tmp_path)
    pipe.unlink()
    os.mkfifo(pipe)
    with pytest.raises(StoreUnusable, match="is not a file"):
        await opened(tmp_path)


async def test_a_mark_has_the_ledger_s_mode_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        await refunded(tmp_path, shared=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(mark_of(tmp_path).stat().st_mode) == 0o660
    mark_of(tmp_path).chmod(0o600)  # as 0.1.0 left it
    await opened(tmp_path, shared=True)
    assert stat.S_IMODE(mark_of(tmp_path).stat().st_mode) == 0o660
    assert mark_of(tmp_path).stat().st_gid == ledger_path(tmp_path).stat().st_gid


_OTHER_ACCOUNT = """
import asyncio, os, sys, tempfile
from pathlib import Path
from refund_tui.errors import StoreError
from tests.support.desks import desk_over, intent
from tests.support.service import ScriptedService

async def refund(folder):
    async with desk_over(Path(folder), ScriptedService(), clerk="ben", shared=True) as desk:
        await desk.take(intent(700), second_yes=True)

with tempfile.TemporaryDirectory() as trial:
    asyncio.run(refund(trial))  # loads what this account may not read
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(65534); os.umask(0o077)
os.environ["HOME"] = os.environ["XDG_CONFIG_DIRS"] = sys.argv[3]
try:
    asyncio.run(refund(sys.argv[1]))
except StoreError as error:
    sys.exit(str(error))
"""


def as_another_account(folder: Path, home: Path, group: int) -> subprocess.CompletedProcess[str]:
    """A refund that another account of the group records, under umask 077."""
    home.mkdir(mode=0o755, exist_ok=True)
    os.chown(home, 65534, group)
    told = [sys.executable, "-c", _OTHER_ACCOUNT, str(folder), str(group), str(home)]
    return subprocess.run(told, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that every account may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two accounts")
async def test_two_accounts_under_umask_077_see_each_other_s_marks(shared_folder: Path) -> None:
    folder, backup, group = shared_folder / "data", shared_folder / "backup", 65533
    folder.mkdir()
    os.chown(folder, 0, group)
    folder.chmod(0o2770)
    before = os.umask(0o077)
    try:
        await refunded(folder, shared=True)
        shutil.copyfile(ledger_path(folder), backup)
        ended = as_another_account(folder, shared_folder / "ben", group)
        assert (ended.stderr, ended.returncode) == ("", 0)
        assert told_by(mark_of(folder)) == newest(folder)
        shutil.copyfile(backup, ledger_path(folder))
        with pytest.raises(StoreChanged, match="older copy"):
            await refunded(folder, 800, shared=True)
        mark_of(folder).chmod(0o600)
        ended = as_another_account(folder, shared_folder / "ben", group)
        assert "cannot be read (Permission denied)" in ended.stderr
    finally:
        os.umask(before)


async def test_an_account_without_a_home_works_without_the_mark_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/dev/null")
    await refunded(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/1/nowhere")
    await refunded(tmp_path, 700)
    assert told_by(mark_of(tmp_path)) == newest(tmp_path)


async def test_a_demo_leaves_nothing_outside_its_folder(tmp_path: Path) -> None:
    desk = Desk(demo_settings(settings(tmp_path), tmp_path, "http://127.0.0.1:9"))
    await desk.open()
    await desk.close()
    assert mark_of(tmp_path).exists()
    assert not outside_of(tmp_path).exists()
