"""No two classes of the program have the same name."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import refund_tui


def test_no_two_classes_have_one_name() -> None:
    files = Path(refund_tui.__path__[0]).rglob("*.py")
    trees = [ast.parse(file.read_text()) for file in files]
    names = Counter(node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef))
    assert [name for name, times in names.items() if times > 1] == []
