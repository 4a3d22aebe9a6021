"""The part of the form that has the focus is told by reverse video, in each theme and without colours."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_tui.tui.themes import THEMES
from tests.flows.stage import LOST, MALFORMED, Stage, program, unknown

PARTS = ("Articles", "Amount", "Reason", "Note")


def told(stage: Stage) -> list[str]:
    """The names of the parts that are drawn in reverse video."""
    runs = (run for strip in stage.strips for run in strip if run.style is not None and run.style.reverse)
    found = [run.text.strip() for run in runs]
    return [part for part in PARTS if any(text.startswith(part) for text in found)]


@pytest.mark.parametrize("theme", [*THEMES, "no colours"])
async def test_the_part_with_the_focus_is_told_by_more_than_weight(
    tmp_path: Path, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "no colours":
        monkeypatch.setenv("NO_COLOR", "1")
    async with program(tmp_path, theme=theme if theme in THEMES else "dark") as stage:
        await stage.open("R-1002")
        for part in ("Amount", "Reason", "Note", "Articles", "Amount"):
            await stage.idle()
            assert told(stage) == [part]
            await stage.press("tab")


@pytest.mark.parametrize("theme", [*THEMES, "no colours"])
async def test_the_field_of_the_evidence_with_the_focus_is_told_by_more_than_weight(
    tmp_path: Path, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "no colours":
        monkeypatch.setenv("NO_COLOR", "1")
    async with program(tmp_path, LOST, MALFORMED, theme=theme if theme in THEMES else "dark") as stage:
        await unknown(stage)
        await stage.press("f12")
        await stage.until("what became of it?")
        for part in ("The money", "Reference", "Who said", "When"):
            await stage.idle()
            runs = (run for strip in stage.strips for run in strip if run.style is not None and run.style.reverse)
            assert part in [run.text.strip() for run in runs]
            await stage.press("tab")
