"""Common errands at the counter by keys alone, and how many keys each takes at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.stage import program, refunds

FOUND = ("c", "o", "m")
"""The beginning of an article, which one trip has; the last four of a card are one key more."""


@pytest.mark.parametrize(
    ("keys", "amount", "most"),
    [
        ((*FOUND, "enter", "5.00", "enter", "1", "f10", "y"), "5.00", 10 + len("5.00")),
        ((*FOUND, "enter", "f7", "space", "1", "f10", "y"), "9.88", 9),
        ((*FOUND, "enter", "f5", "enter", "1", "f10", "y"), "13.79", 9),
    ],
    ids=["a known trip", "one article", "all that is left"],
)
async def test_an_errand_takes_few_keys(tmp_path: Path, keys: tuple[str, ...], amount: str, most: int) -> None:
    async with program(tmp_path) as stage:
        for key in keys:
            if key == "enter":
                await stage.until("1 trip" if "Find" in stage.text else "Reason")
            if key == "y":
                await stage.until("go back")
                stage.clock.advance(1)
            await stage.press(key)
        await stage.until("ACCEPTED")
        [refund] = await refunds(stage)
        assert refund.intent.amount.digits == amount
    assert sum(1 if key in ("enter", "space", "y") or key[0] == "f" else len(key) for key in keys) <= most
