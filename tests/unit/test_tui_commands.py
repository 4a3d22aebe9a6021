"""The list of commands: complete, without conflicts, and configurable only to keys that reach the program."""

from __future__ import annotations

import pytest

from refund_tui.errors import ConfigError
from refund_tui.tui.app import RefundApp
from refund_tui.tui.commands import (
    ARTICLES,
    COMMANDS,
    DETAIL,
    EVERYWHERE,
    GATE,
    HISTORY,
    LIST,
    LOOKUP,
    PALETTE,
    REFUND,
    Command,
    key_of,
    keymap,
)
from refund_tui.tui.screens.gate import GateScreen
from refund_tui.tui.screens.history import HistoryScreen
from refund_tui.tui.screens.lookup import LookupScreen
from refund_tui.tui.screens.palette import PaletteScreen
from refund_tui.tui.screens.refund import RefundFormScreen
from refund_tui.tui.widgets.articles import ArticleList
from refund_tui.tui.widgets.row_list import RowList

DOES: dict[str, tuple[type, ...]] = {
    EVERYWHERE: (RefundApp,), LOOKUP: (LookupScreen,), REFUND: (RefundFormScreen,), HISTORY: (HistoryScreen,),
    DETAIL: (RefundFormScreen, HistoryScreen), LIST: (RowList,), ARTICLES: (ArticleList,), PALETTE: (PaletteScreen,),
    GATE: (GateScreen,),
}  # fmt: skip
ROOM = 51
"""Columns that the palette has for what a command does, at 80x24."""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_is_carried_out_where_it_holds_and_told_in_full(command: Command) -> None:
    action = command.action.partition("(")[0]
    assert all(callable(getattr(where, f"action_{action}", None)) for where in DOES[command.context])
    assert len(command.words) <= ROOM
    assert len(command.label) <= 14


def test_the_keys_as_shipped_have_no_conflict_and_all_arrive() -> None:
    assert keymap({command.name: ",".join(command.keys) for command in COMMANDS})
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)


def test_a_moved_key_is_told_as_moved() -> None:
    assert key_of("refund.submit", keymap({"refund.submit": "ctrl+s,f10"})) == "^S"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("ctrl+m", "arrives as Enter"), ("ctrl+i", "arrives as Tab"), ("ctrl+h", "arrives as Backspace"),
        ("ctrl+enter", "arrives as Enter"), ("alt+x", "does not arrive whole"), ("ctrl+shift+x", "does not arrive"),
        ("ctrl+c", "taken by the terminal"), ("tab", "moves between the fields"), ("", "names no key"),
        ("f9,ctrl+i", "arrives as Tab"),
    ],
)  # fmt: skip
def test_a_key_that_never_arrives_is_refused_by_name(key: str, why: str) -> None:
    with pytest.raises(ConfigError) as refused:
        keymap({"refund.all": key})
    assert "refund.all" in str(refused.value)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("moved", "both"),
    [
        ({"refund.all": "f10"}, ("refund.all", "refund.submit")),
        ({"refund.all": "f2"}, ("refund.all", "lookup")),
        ({"history.turn": "down"}, ("history.turn", "list.down")),
        ({"articles.mark": "f5"}, ("articles.mark", "refund.all")),
        ({"palette.run": "escape"}, ("palette.run", "palette.back")),
    ],
)
def test_one_key_for_two_commands_of_one_place_is_refused_by_both_names(
    moved: dict[str, str], both: tuple[str, str]
) -> None:
    with pytest.raises(ConfigError) as refused:
        keymap(moved)
    assert all(name in str(refused.value) for name in both)


def test_one_key_in_two_places_is_no_conflict() -> None:
    assert keymap({"lookup.open": "f5"}) == {"lookup.open": "f5"}


def test_an_unknown_command_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match=r"did you mean refund\.submit\?"):
        keymap({"refund.sumbit": "f10"})


def test_a_function_key_or_a_control_key_means_one_thing_wherever_it_is_heard() -> None:
    meant: dict[str, set[str]] = {}
    for command in COMMANDS:
        for key in command.keys:
            if len(key) > 1 and (key[0] == "f" or "+" in key):
                meant.setdefault(key, set()).add(command.name)
    assert {key: names for key, names in meant.items() if len(names) > 1} == {}
