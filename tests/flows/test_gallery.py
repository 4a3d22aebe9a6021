"""The committed screenshots are the same as the program draws now."""

from __future__ import annotations

import pytest

from tests import film, verify_picture
from tests.gallery import FOLDER, Face, draw, pictures


@pytest.mark.parametrize(
    ("face", "size", "name"), pictures(), ids=lambda value: value if isinstance(value, str) else ""
)
async def test_a_screenshot_is_what_the_program_draws(face: Face, size: tuple[int, int], name: str) -> None:
    drawn = await draw(face, size)
    assert (FOLDER / name).read_text() == drawn, "look at it, then run python -m tests.gallery"


async def test_the_recorded_film_shows_what_the_program_does() -> None:
    assert (FOLDER / film.NAME).read_text() == await film.film(), "look at it, then run python -m tests.gallery"


async def test_the_picture_of_verify_is_what_it_prints() -> None:
    assert (FOLDER / verify_picture.NAME).read_text() == await verify_picture.picture(), "run python -m tests.gallery"


def test_no_screenshot_is_left_over() -> None:
    drawn = {film.NAME, verify_picture.NAME, *(name for _, _, name in pictures())}
    assert {path.name for path in FOLDER.glob("*.svg")} == drawn


def test_no_screenshot_fetches_anything() -> None:
    fetching = [path.name for path in FOLDER.glob("*.svg") if "url(http" in path.read_text()]
    assert fetching == []
