"""Common errands at the counter by keys alone, and how many keys each takes at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.day.errands import ERRANDS, Errand
from tests.flows.stage import program


@pytest.mark.parametrize("errand", ERRANDS, ids=lambda errand: errand.what)
async def test_an_errand_takes_few_keys(tmp_path: Path, errand: Errand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a receipt is written to the folder that the program runs in
    monkeypatch.setenv("HOME", str(tmp_path))
    async with program(tmp_path, *errand.script) as stage:
        await errand.start(stage)
        for key in errand.keys:
            await stage.idle()
            if key == "y":
                stage.clock.advance(1)
            await stage.press(key)
        await stage.until(errand.seen)
    assert errand.cost <= min(errand.most, errand.before)
