"""Who else can replace files in a folder."""

from __future__ import annotations

import grp
from pathlib import Path

import pytest

from refund_tui.host.trust import replaceable


def group(monkeypatch: pytest.MonkeyPatch, name: str, *members: str) -> None:
    """Every group is this one."""
    found = grp.struct_group((name, "x", 4711, list(members)))
    monkeypatch.setattr("refund_tui.host.trust.grp.getgrgid", lambda _: found)


def account(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The account of this process has this name."""
    monkeypatch.setattr("refund_tui.host.trust.account_of", lambda _: name)


def folder(tmp_path: Path, mode: int) -> Path:
    """A folder with this mode."""
    made = tmp_path / "backups"
    made.mkdir()
    made.chmod(mode)
    return made


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o1777])
def test_only_this_account_replaces_files_in_its_own_folder_and_in_one_like_tmp(tmp_path: Path, mode: int) -> None:
    assert replaceable(folder(tmp_path, mode)) is None


def test_everybody_does_where_everybody_may_write_also_above_it(tmp_path: Path) -> None:
    open_one = folder(tmp_path, 0o777)
    assert replaceable(open_one) == f"{open_one} can be written by everybody"
    (open_one / "inside").mkdir(0o700)
    assert replaceable(open_one / "inside") == f"{open_one} can be written by everybody"
    (tmp_path / "link").symlink_to(open_one / "inside")
    assert replaceable(tmp_path / "link") == f"{open_one} can be written by everybody"


def test_a_group_does_unless_it_has_only_this_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = folder(tmp_path, 0o775)
    account(monkeypatch, "ana")
    group(monkeypatch, "clerks", "ana", "ben")
    assert replaceable(shared) == f"{shared} can be written by its group"
    group(monkeypatch, "ana")
    assert replaceable(shared) is None
    group(monkeypatch, "ana", "ben")
    assert replaceable(shared) == f"{shared} can be written by its group"
