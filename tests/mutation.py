"""Runs mutmut over one part of the program, in a copy of it: `python -m tests.mutation PART [PATTERN ...]`.

The tests do not need mutmut: install it first, see tests/MUTANTS.md. A pattern such as `*changes*` selects the mutants
whose names match. Prints how many were killed, and the difference of each survivor.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
BESIDE = ("CONTRIBUTING.md", "README.md", "CHANGELOG.md")
"""Pages that tests read."""


class Part(NamedTuple):
    """The mutated files, and the tests that must fail."""

    files: list[str]
    tests: list[str]


PARTS = {
    "core": Part(["refund_tui/core/*"], ["tests/unit", "-k", "test_core"]),
    "ledger": Part(
        [f"refund_tui/store/sqlite/{name}.py" for name in ("changes", "ledger", "waits")],
        [f"tests/ledger/{name}.py" for name in ("test_ledger", "test_ceiling", "test_ledger_road")],
    ),
    "mark": Part(
        [f"refund_tui/store/sqlite/{name}.py" for name in ("high_water_mark", "mark_file")],
        ["tests/faults/test_high_water.py"],
    ),
    "sender": Part(
        [f"refund_tui/desk/{name}.py" for name in ("attempt_end", "body_check", "send_plan")],
        [f"tests/desk/{name}.py" for name in ("test_attempts", "test_endings", "test_altered_record")],
    ),
}


def prepare(part: Part, folder: Path) -> None:
    """Copy the program and its tests into `folder`, with the settings of mutmut."""
    for name in ("refund_tui", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in BESIDE:
        shutil.copy(ROOT / name, folder)
    options = {
        "source_paths": ["refund_tui"],
        "only_mutate": part.files,
        "also_copy": list(BESIDE),
        "pytest_add_cli_args": ["-n0", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": part.tests,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in options.items()]
    ours = (ROOT / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text("\n".join([ours, "[tool.mutmut]", *lines, ""]))


def mutmut(folder: Path, *arguments: str) -> str:
    """The output of mutmut."""
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    return subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    """Run, and print the survivors."""
    part, patterns = PARTS[sys.argv[1]], sys.argv[2:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(part, folder)
        mutmut(folder, "run", "--max-children", "1", *patterns)
        told = mutmut(folder, "results", "--all", "true").split("\n")
        ends = {mutant.strip(): end.strip() for mutant, _, end in (line.partition(":") for line in told) if end}
        for mutant, end in ends.items():
            if end in ("survived", "no tests"):
                print(f"{end}: {mutant}")
                changed = [line for line in mutmut(folder, "show", mutant).splitlines() if line[:1] in "+-"]
                print("\n".join(changed[2:]))
    print(dict(Counter(ends.values())))


if __name__ == "__main__":
    main()
