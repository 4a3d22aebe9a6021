"""A kiosk: no shell is offered, and files go into the operator's folder alone, under names that the program chooses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from refund_tui.host import paths
from tests.flows.stage import Stage, program


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site's file, which makes this host a kiosk."""
    monkeypatch.setattr(paths, "SITE", tmp_path / "xdg")
    monkeypatch.setattr("refund_tui.settings.sources.changeable", lambda _: None)
    paths.site_config().parent.mkdir(parents=True)
    paths.site_config().write_text("kiosk = true\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The operator's folder for files."""
    made = tmp_path / "files"
    made.mkdir()
    return made


async def one_refund(stage: Stage) -> None:
    await stage.refund("R-1001", "3.40")
    await stage.until("ACCEPTED")
    await stage.press("f4")
    await stage.until("1 refund, newest first")


async def test_no_shell_is_offered_where_one_would_be(
    tmp_path: Path, site: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_tui.tui.app.can_suspend", lambda: True)
    async with program(tmp_path) as stage:
        monkeypatch.setattr(type(stage.app), "is_headless", False)
        assert "suspend" not in [command.name for command in stage.app.possible()]
        assert stage.app.check_action("suspend", ()) is False
        stage.app.desk.settings = stage.app.desk.settings.replace(kiosk=False)
        assert "suspend" in [command.name for command in stage.app.possible()]
        monkeypatch.undo()


async def test_without_a_folder_no_file_is_offered_and_none_is_written(
    tmp_path: Path, site: None, own_home: Path
) -> None:
    async with program(tmp_path) as stage:
        await one_refund(stage)
        assert "Export" not in stage.text
        await stage.press("e", "j", "ctrl+r")
        await stage.until("REFUND")
        assert "To a file" not in stage.text
        await stage.press("w")
        await stage.idle()
    assert list(own_home.glob("[!.]*")) == []


async def test_files_go_into_the_operators_folder_for_its_group_to_read(
    tmp_path: Path, site: None, folder: Path, own_home: Path
) -> None:
    umask = os.umask(0o077)
    try:
        async with program(tmp_path, export_dir=str(folder)) as stage:
            await one_refund(stage)
            await stage.press("e")
            await stage.until("1 refund was written to")
            await stage.press("ctrl+r")
            await stage.until("REFUND")
            await stage.press("w")
            await stage.until("The receipt was written to")
    finally:
        os.umask(umask)
    written = sorted(folder.iterdir())
    assert [file.suffix for file in written] == [".txt", ".csv"]
    assert {file.stat().st_mode & 0o777 for file in written} == {0o640}
    assert list(own_home.glob("[!.]*")) == []


async def test_a_file_is_always_a_new_one_and_is_whole_or_not_there(
    tmp_path: Path, site: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with program(tmp_path, export_dir=str(folder)) as stage:
        await one_refund(stage)
        for ending in (".csv", "-2.csv"):  # in the same second
            await stage.press("e")
            await stage.until(ending)
        [first, _] = sorted(folder.iterdir(), key=lambda file: len(file.name))
        told, victim = first.read_bytes(), tmp_path / "victim"
        assert first.with_name(f"{first.stem}-2.csv").read_bytes() == told
        victim.write_text("mine")
        first.unlink()
        first.symlink_to(victim)
        await stage.press("e")
        await stage.until("-3.csv")
        assert victim.read_text() == "mine"
        assert first.with_name(f"{first.stem}-3.csv").read_bytes() == told
        before = set(folder.iterdir())
        with monkeypatch.context() as full:
            full.setattr("refund_tui.tui.files.os.fdopen", _no_room)
            await stage.press("e")
            await stage.until("could not be written (No space left on device); no refund was changed")
        assert set(folder.iterdir()) == before
        folder.rename(tmp_path / "gone")
        await stage.press("e")
        await stage.until("could not be written (No such file or directory); no refund was changed")


def _no_room(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")
