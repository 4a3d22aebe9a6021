"""Help explains the screen, the focused field and the keys that work there. It changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.stage import LOST, MALFORMED, Stage, program, unknown


async def _amount(stage: Stage) -> None:
    await stage.open("R-1002")


async def _reason(stage: Stage) -> None:
    await stage.open("R-1002")
    await stage.press("tab")


async def _articles(stage: Stage) -> None:
    await _reason(stage)
    await stage.press("tab", "tab")


async def _filter(stage: Stage) -> None:
    await stage.press("f4", "/")


async def _evidence(stage: Stage) -> None:
    await unknown(stage)
    await stage.press("f12", "1", "tab")


@pytest.mark.parametrize(
    ("go", "told", "key"),
    [
        (_amount, "You are in the amount: digits and one decimal mark", "fills in all that is left"),
        (_reason, "You are at the reason: one digit", "shows what will be done, and asks"),
        (_articles, "You are at the articles: Space marks one", "marks an article, or removes the mark"),
        (_filter, "state:UNKNOWN,WAITING; clerk:ana;", "goes back; a refund under way continues"),
        (_evidence, "You are in the reference: an auditor", "shows what will be done, and asks"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_it_is_about_the_field_with_the_cursor(tmp_path: Path, go: object, told: str, key: str) -> None:
    async with program(tmp_path, LOST, MALFORMED) as stage:
        assert callable(go)
        await go(stage)
        before = stage.text
        await stage.press("f1")
        await stage.until(told)
        assert stage.shows(key)
        await stage.press("escape")
        await stage.idle()
        assert stage.text == before
