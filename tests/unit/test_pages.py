"""The README and the manual agree with the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refund_tui.commands.manual import PAGES
from refund_tui.core.refunds import State
from tests.pages import MANUAL, PARTS, README, ROOT, written
from tests.support.program import run


@pytest.mark.parametrize("page", PARTS, ids=lambda page: page.name)
def test_the_generated_parts_are_what_the_program_says(page: Path) -> None:
    assert page.read_text() == written(page), "run python -m tests.pages"


def test_every_page_of_the_manual_is_printed() -> None:
    assert sorted(path.stem for path in MANUAL.glob("*.md")) == sorted(PAGES)
    listed = run("manual")
    assert all(name in listed.stdout for name in PAGES)
    for name in PAGES:
        assert run("manual", name).stdout == (MANUAL / f"{name}.md").read_text()


def test_a_page_that_is_not_there_is_named_with_those_that_are() -> None:
    answer = run("manual", "contrakt")
    assert answer.returncode == 2
    assert "contrakt is not a page" in answer.stderr
    assert "contract" in answer.stderr


def test_the_states_page_says_what_a_person_can_do_in_each_open_state() -> None:
    actions = (MANUAL / "states.md").read_text().partition("## What a person can do")[2]
    assert [state for state in State if not state.terminal and state not in actions] == []


def test_the_ledger_page_says_what_each_table_is_for() -> None:
    text = (MANUAL / "ledger.md").read_text()
    purposes, _, tables = text.partition("<!-- tables -->")
    found = re.findall(r"^## (\w+)$", tables, re.MULTILINE)
    assert found
    assert [table for table in found if f"| {table} |" not in purposes] == []


def test_what_a_docstring_cites_of_the_contract_page_stands_there() -> None:
    """Each "(contract page: refund, 429)" names a heading or a field of the page."""
    contract = (MANUAL / "contract.md").read_text().lower()
    cited = {
        words.strip().lower()
        for path in (ROOT / "refund_tui").rglob("*.py")
        for words in re.findall(r"\(contract page: ([^)]+)\)", path.read_text())
    }
    assert cited
    assert sorted(words for words in cited if words not in contract) == []


def test_every_picture_it_shows_exists() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README.read_text())
    assert pictures
    assert [picture for picture in pictures if not (README.parent / picture).exists()] == []


def test_its_first_block_is_the_demo_and_the_tests_have_one_block() -> None:
    text = README.read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert blocks[0].strip().endswith("refund-tui demo")
    assert "-m pytest" in re.findall(r"^## Tests\n.*?```sh\n(.*?)```", text, re.DOTALL | re.MULTILINE)[0]
