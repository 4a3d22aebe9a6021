"""The README says what the program does today."""

from __future__ import annotations

import re

from tests.readme import README, written


def test_the_generated_parts_are_what_the_program_says() -> None:
    text = README.read_text()
    assert text == written(text), "run python -m tests.readme"


def test_every_picture_it_shows_exists() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README.read_text())
    assert pictures
    assert [picture for picture in pictures if not (README.parent / picture).exists()] == []


def test_its_first_block_is_the_demo_and_the_tests_have_one_block() -> None:
    text = README.read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert blocks[0].strip().endswith("refund-tui demo")
    assert "-m pytest" in re.findall(r"^## Tests\n.*?```sh\n(.*?)```", text, re.DOTALL | re.MULTILINE)[0]
