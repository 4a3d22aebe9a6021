"""A backup is complete or missing. After a restore nothing is paid twice, also if it was killed at any step."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from refund_tui import manual
from refund_tui.desk.storage import maintenance_of
from refund_tui.errors import StoreFull
from refund_tui.host.clock import SystemClock
from refund_tui.host.paths import ledger_path
from refund_tui.payments.body import build_body
from tests.evidence.restores import WHERE, backup, paid, without_room
from tests.support.damage import damage
from tests.support.desks import settings
from tests.support.program import environment, limited, run


async def test_a_backup_holds_a_verified_copy_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    await paid(tmp_path / "data", "trip-1")
    made = backup(tmp_path / "data", tmp_path / "backups")
    assert sorted(path.name for path in made.iterdir()) == ["backup.json", "ledger.sqlite3", "trips.sqlite3"]
    assert oct(made.stat().st_mode & 0o777) == "0o700"
    assert list((tmp_path / "backups").iterdir()) == [made]


async def test_a_ledger_that_was_altered_is_not_backed_up_over_good_ones(tmp_path: Path) -> None:
    await paid(tmp_path / "data", "trip-1")
    damage(ledger_path(tmp_path / "data"), "UPDATE refund SET minor = 1")
    ended = run("backup", str(tmp_path / "backups"), "--data-dir", str(tmp_path / "data"), *WHERE, "--keep", "1")
    assert ended.returncode == 3
    assert "minor says 1, and its events say 1250" in ended.stderr
    assert list((tmp_path / "backups").iterdir()) == []


async def test_old_backups_of_this_ledger_are_deleted_and_no_others(tmp_path: Path) -> None:
    for name in ("one", "two"):
        await paid(tmp_path / name, "trip-1")
    other = backup(tmp_path / "two", tmp_path / "backups")
    made = [backup(tmp_path / "one", tmp_path / "backups", "--keep", "2") for _ in range(3)]
    assert sorted((tmp_path / "backups").iterdir()) == sorted([other, *made[1:]])


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    run("resume", "--data-dir", str(tmp_path / "data"), *WHERE)
    (tmp_path / "backups").write_text("a file")
    ended = run("backup", str(tmp_path / "backups"), "--data-dir", str(tmp_path / "data"), *WHERE)
    assert ended.returncode == 3
    assert f"no backup was made in {tmp_path / 'backups'}" in ended.stderr


async def test_a_backup_is_whole_while_three_others_write(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    with writers(data, 3):
        made = [backup(data, tmp_path / "backups", "--keep", "1") for _ in range(2)]
    assert list((tmp_path / "backups").iterdir()) == made[1:]
    assert run("verify", "--data-dir", str(data), *WHERE).returncode == 0


WRITER = """
import sys
from pathlib import Path
from select import select
from refund_tui.core.refunds import Draft
from refund_tui.host.clock import SystemClock
from refund_tui.store.sqlite.ledger import Ledger
ledger, clock, written = Ledger.open(Path(sys.argv[1])), SystemClock(), 0
while not select([sys.stdin], [], [], 0.02)[0]:
    if written < 20:
        ledger.note("written", "by a test", "ana", clock.now())
    ledger.save_draft(sys.argv[2], Draft("STORE-001", "trip-1", amount=str(written)), clock.now())
    written += 1
    if written == 1:
        print("begun", flush=True)
ledger.close()
"""
"""Writes to the ledger until its input ends. The ledger does not grow much, however long that takes."""


@contextmanager
def writers(data: Path, count: int) -> Iterator[None]:
    """Processes that write to the ledger during the block."""
    with ExitStack() as stack:
        for number in range(count):
            command, pipe = [sys.executable, "-c", WRITER, str(ledger_path(data)), f"clerk-{number}"], subprocess.PIPE
            writer = stack.enter_context(
                subprocess.Popen(command, env=environment(), stdin=pipe, stdout=pipe, text=True)
            )
            stack.enter_context(limited(writer))
            stack.callback(writer.communicate)
            assert writer.stdout
            assert writer.stdout.readline() == "begun\n"
        yield


async def test_without_room_there_is_no_backup_and_the_older_ones_stay(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await paid(data, "trip-1")
    made = backup(data, tmp_path / "backups")
    ended = without_room("backup", str(tmp_path / "backups"), "--keep", "1", "--data-dir", str(data), *WHERE)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert list((tmp_path / "backups").iterdir()) == [made]


async def test_a_full_disk_of_backups_is_named_and_not_that_of_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, target = tmp_path / "data", tmp_path / "backups"
    await paid(data, "trip-1")

    def full(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorname = "SQLITE_FULL"
        raise error

    monkeypatch.setattr("refund_tui.store.sqlite.backup.copy_to", full)
    with pytest.raises(StoreFull, match=f"there is no room in {target} for a backup; none was made"):
        maintenance_of(settings(data)).back_up(target, SystemClock().now(), build_body)
    assert list(target.iterdir()) == []


async def test_a_folder_in_which_others_could_put_a_link_gets_no_backup(tmp_path: Path) -> None:
    await paid(tmp_path / "data", "trip-1")
    target = tmp_path / "backups"
    target.mkdir()
    target.chmod(0o777)
    ended = run("backup", str(target), "--data-dir", str(tmp_path / "data"), *WHERE)
    assert ended.returncode == 3
    assert f"{target} can be written by everybody" in ended.stderr
    assert not list(target.iterdir())
    target.chmod(0o1777)  # like /tmp: others can add files, but not replace or rename those of this account
    backup(tmp_path / "data", target)


async def test_what_is_no_backup_of_this_ledger_is_never_deleted(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "backups"
    await paid(data, "trip-1")
    kept = backup(data, target)
    (kept / "notes.txt").write_text("the operator's own")
    elsewhere = backup(data, tmp_path / "elsewhere")
    (target / "refund-tui-link").symlink_to(elsewhere)
    strange = target / "refund-tui-strange"
    strange.mkdir()
    (strange / "backup.json").write_text('{"ledger": 1}')
    newer = backup(data, target)
    listed = json.loads((newer / "backup.json").read_text())
    (newer / "backup.json").write_text(json.dumps(listed | {"head_seq": 10**9}))
    made = [backup(data, target, "--keep", "1") for _ in range(2)][-1]
    assert sorted(target.iterdir()) == sorted([kept, target / "refund-tui-link", strange, newer, made])
    assert sorted(path.name for path in elsewhere.iterdir()) == ["backup.json", "ledger.sqlite3", "trips.sqlite3"]


async def test_the_backup_that_was_just_made_stays_whatever_the_clock_says(tmp_path: Path) -> None:
    data, target = tmp_path / "data", tmp_path / "backups"
    await paid(data, "trip-1")
    future = backup(data, target)
    listed = json.loads((future / "backup.json").read_text())
    (future / "backup.json").write_text(json.dumps(listed | {"made_at": "2099-01-01T00:00:00.000Z"}))
    await paid(data, "trip-2")
    made = backup(data, target, "--keep", "1")
    assert list(target.iterdir()) == [made]


HOLDER = """
import sys
from pathlib import Path
from refund_tui.store.sqlite.backup import UNFINISHED
from refund_tui.store.sqlite.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1]), UNFINISHED) as folder:
    (folder / "ledger.sqlite3").write_bytes(b"a part")
    print(folder, flush=True)
    sys.stdin.read()
"""


async def test_what_a_killed_backup_left_is_removed_by_the_next_one_and_never_that_of_a_live_one(
    tmp_path: Path,
) -> None:
    data, target = tmp_path / "data", tmp_path / "backups"
    await paid(data, "trip-1")
    first = backup(data, target)
    command, pipe = [sys.executable, "-c", HOLDER, str(target)], subprocess.PIPE
    with subprocess.Popen(command, env=environment(), stdin=pipe, stdout=pipe, text=True) as other, limited(other):
        assert other.stdout
        unfinished = Path(other.stdout.readline().strip())
        made = backup(data, target, "--keep", "1")
        assert sorted(target.iterdir()) == sorted([unfinished, made])
        assert first not in target.iterdir()
        other.kill()
    assert (unfinished / "ledger.sqlite3").exists()
    assert sorted(target.iterdir()) == sorted([unfinished, made])
    after = backup(data, target)
    assert sorted(target.iterdir()) == sorted([made, after])


async def test_the_timer_of_the_manual_makes_backups_as_it_is_written(tmp_path: Path) -> None:
    await paid(tmp_path / "data", "trip-1")
    page = Path(manual.__file__).parent.joinpath("backup.md").read_text()
    [units] = re.findall(r"```ini\n(.*?)```", page, re.DOTALL)
    [shown] = re.findall(r"```sh\nrefund-tui (backup .*)\n```", page)
    service, timer = (
        parsed(text) for text in re.split(r"^# /etc/systemd/system/.*\.(?:service|timer)$", units, flags=re.M)[1:]
    )
    program, *words = shlex.split(service["Service"]["ExecStart"])
    assert (program, words) == ("/usr/local/bin/refund-tui", shlex.split(shown))
    assert (service["Service"]["Type"], timer["Timer"]["OnCalendar"]) == ("oneshot", "hourly")
    words = [word.replace("/var/backups/refund-tui", str(tmp_path / "backups")) for word in words]
    for _ in range(2):
        ended = run(*words, REFUND_TUI_DATA_DIR=str(tmp_path / "data"))
        assert (ended.returncode, ended.stderr) == (0, "")
    assert len(list((tmp_path / "backups").iterdir())) == 2


def parsed(text: str) -> configparser.ConfigParser:
    """A unit of systemd."""
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    return unit
