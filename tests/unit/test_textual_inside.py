"""Private names of Textual and Rich are used in one package only, so that another version breaks nothing else."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.message_pump import MessagePump

import refund_tui
from refund_tui.tui.terminal import textual_inside
from refund_tui.tui.terminal.textual_inside.version import TextualRepair

ROOT = Path(refund_tui.__path__[0])
ROOM = Path(textual_inside.__path__[0])
FILES = [file for file in sorted(ROOT.rglob("*.py")) if ROOM not in file.parents]


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_uses(tree: ast.Module) -> Iterator[str]:
    """Imports of private modules and names of Textual or Rich; private attributes of any other object."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ("textual", "rich"):
            names = [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            yield from (f"{node.lineno}: {name}" for name in names if is_private(name))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(("textual", "rich")) and any(map(is_private, alias.name.split("."))):
                    yield f"{node.lineno}: {alias.name}"
        elif isinstance(node, ast.Attribute) and node.attr in ("__stderr__", "__stdout__"):
            yield f"{node.lineno}: {node.attr}"
        elif isinstance(node, ast.Attribute) and is_private(node.attr):
            owner = node.value
            if not (isinstance(owner, ast.Name) and owner.id in ("self", "cls", "os")):
                yield f"{node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("file", [file for file in FILES if "tui" in file.parts], ids=lambda file: file.stem)
def test_no_private_name_of_textual_is_used_outside_its_room(file: Path) -> None:
    assert list(private_uses(ast.parse(file.read_text()))) == []


_NAMES = re.compile(r"\b(?:self\.|cls\.|def )(_[a-z]\w*)|^    (_[a-zA-Z]\w*)\b[^(\n]*=", re.MULTILINE)


def private_names(kind: type) -> set[str]:
    """The private names that a class's source defines, sets or reads."""
    found = {name for pair in _NAMES.findall(inspect.getsource(kind)) for name in pair}
    return {name for name in found if is_private(name)}


def textuals_own(kind: type) -> set[str]:
    """The private names of Textual's bases of a class."""
    return {
        name for base in kind.__mro__ if base.__module__.partition(".")[0] == "textual" for name in private_names(base)
    }


def widgets() -> Iterator[type]:
    for module in pkgutil.walk_packages(refund_tui.__path__, "refund_tui."):
        if module.name.startswith("refund_tui.tui."):
            for kind in vars(importlib.import_module(module.name)).values():
                if isinstance(kind, type) and issubclass(kind, MessagePump) and kind.__module__ == module.name:
                    yield kind


def test_no_private_name_of_ours_is_one_of_textuals() -> None:
    """No private name of the program reads or overrides one of Textual by chance."""
    found = {kind.__name__: private_names(kind) & textuals_own(kind) for kind in widgets()}
    assert found
    assert {name: both for name, both in found.items() if both} == {}


@pytest.mark.parametrize("repair", TextualRepair)
def test_each_repair_that_doctor_names_guards_something(repair: TextualRepair) -> None:
    assert f"TextualRepair.{repair.name}.on" in (ROOM / "__init__.py").read_text()
