"""The pinned versions for production are complete, and the same as the versions of the tests."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def pinned(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in (re.split("==", line) for line in lines)}


def needed(name: str, extras: frozenset[str], found: set[str]) -> set[str]:
    """`found` with all that the distribution `name` needs with these extras."""
    for requirement in map(Requirement, requires(name) or []):
        marker, other = requirement.marker, canonicalize_name(requirement.name)
        wanted = marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))
        if wanted and (other not in found or requirement.extras):
            found.add(other)
            needed(other, frozenset(requirement.extras), found)
    return found


def test_production_gets_the_versions_that_were_tested_and_no_others() -> None:
    production, tested = pinned(ROOT / "refund_tui" / "constraints.txt"), pinned(ROOT / "tests" / "constraints.txt")
    assert production.items() <= tested.items()
    assert needed("refund-tui", frozenset(), set()) <= production.keys()
    assert not production.keys() & {"pytest", "hypothesis", "mypy", "ruff"}
