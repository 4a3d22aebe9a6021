"""Data is never markup: no widget that parses markup is used, and text is shown literally."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.core.text import visible
from refund_tui.tui.widgets.plain_text import literal

TUI = Path(__file__).resolve().parents[2] / "refund_tui" / "tui"
SOURCES = sorted(file for file in TUI.rglob("*.py") if file.name != "plain_text.py")

LITERAL_WIDGETS = {"Input", "ContentSwitcher"}
"""The allowed widgets of Textual: they show typed text literally, or no text."""

PARSING_CALLS = {"notify", "from_markup", "from_rich_text", "render_str", "update"}
PARSING_ATTRIBUTES = {"border_title", "border_subtitle", "tooltip"}


def offences(source: str) -> list[str]:
    """The places in a source where text would be parsed as markup."""
    return [told for node in ast.walk(ast.parse(source)) for told in _offence(node)]


def _offence(node: ast.AST) -> list[str]:
    match node:
        case ast.ImportFrom(module=str(module), names=names) if module.startswith("textual.widgets"):
            return [f"line {node.lineno}: {name.name}" for name in names if name.name not in LITERAL_WIDGETS]
        case ast.ImportFrom(module=str(module)) if module.startswith(("rich.markup", "textual.markup")):
            return [f"line {node.lineno}: {module}"]
        case ast.Call(func=ast.Attribute(attr=name, value=value)) if name in PARSING_CALLS:
            return [] if name == "update" and not _is_widget(value) else [f"line {node.lineno}: .{name}()"]
        case ast.Attribute(attr=name, ctx=ast.Store()) if name in PARSING_ATTRIBUTES:
            return [f"line {node.lineno}: {name}"]
        case ast.keyword(arg="tooltip") | ast.keyword(arg="markup", value=ast.Constant(value=True)):
            return [f"line {node.lineno}: {node.arg}="]
        case ast.FunctionDef(name="render"):
            returned = ast.unparse(node.returns) if node.returns else "nothing"
            return [] if returned in ("Content", "Text") else [f"line {node.lineno}: render returns {returned}"]
    return []


def _is_widget(value: ast.expr) -> bool:
    """Whether this is a widget found by a query, and no dict or set."""
    return "query" in ast.unparse(value)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(TUI)))
def test_no_widget_parses_its_text_as_markup(file: Path) -> None:
    assert offences(file.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "from textual.widgets import Static",
        "from textual.widgets import Input, Label",
        "from textual.widgets._data_table import DataTable",
        "self.app.notify(answer)",
        "Content.from_markup(note)",
        "panel.border_title = trip.receipt",
        "Field(tooltip=note)",
        "Plain(note, markup=True)",
        "self.query_one('#note').update(note)",
        "class Note(Widget):\n    def render(self) -> str: return self.note",
    ],
)
def test_each_way_to_markup_is_seen(source: str) -> None:
    assert len(offences(source)) == 1


@given(st.text(max_size=40))
def test_a_literal_text_keeps_its_lines_and_has_no_style(said: str) -> None:
    content = literal(said)
    assert content.plain == "\n".join(visible(line, 2_000) for line in said.split("\n"))
    assert not content.spans
    assert "\x1b" not in content.plain


def test_markup_and_actions_are_shown_as_plain_text() -> None:
    hostile = "[bold]x[/] [@click=app.quit]press[/] \x1b]52;c;AAAA\x07 \u202eevil"
    assert literal(hostile, (" ours", "bold")).plain == (
        "[bold]x[/] [@click=app.quit]press[/] ␛]52;c;AAAA␇ ‹202E›evil ours"
    )
