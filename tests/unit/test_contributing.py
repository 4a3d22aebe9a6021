"""CONTRIBUTING.md names every package, and only packages, files and test folders that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


def folders(under: str) -> set[str]:
    """The packages directly under a folder."""
    return {f"{under}/{path.parent.name}" for path in (ROOT / under).glob("*/__init__.py")}


def test_every_room_and_every_folder_of_tests_stands_in_its_map() -> None:
    named = set(re.findall(r"^\| `((?:refund_tui|tests)/\w+)`", TEXT, re.MULTILINE))
    assert named == (folders("refund_tui") | folders("tests")) - {"tests/support"}


def test_every_file_that_it_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.(?:py|md))`", TEXT)
    assert named
    rooms = (ROOT, ROOT / "refund_tui", ROOT / "refund_tui" / "desk")
    assert [name for name in named if not any((room / name).exists() for room in rooms)] == []
