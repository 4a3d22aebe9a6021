"""Short runs of the random clerks. `python -m tests.day.random_clerks` plays longer ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.day.random_clerks import play


@pytest.mark.parametrize("seed", [1, 3])
async def test_every_screen_is_true_whatever_is_pressed_and_the_books_agree_in_the_end(
    tmp_path: Path, seed: int
) -> None:
    assert await play(tmp_path, seed, 12)
