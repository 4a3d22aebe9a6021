"""Owns `refund-tui keys`: every key of the terminal, from the one registry. Loads no Textual."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from refund_tui.tui.commands import COMMANDS, PLACES, Command, keymap, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refund_tui.config import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of the command."""
    parser.add_argument("--markdown", action="store_true", help="as the table in the README")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the keys as they are configured. Raises ConfigError."""
    print("\n".join(table() if arguments.markdown else _lines(keymap(settings.keys))))
    return 0


def table() -> list[str]:
    """The lines of the README's table, with the default keys."""
    rows = [f"| {c.place} | {_keys(c, {})} | `{c.name}` | {c.words} |" for c in _ordered()]
    return ["| where | key | name | what it does |", "|---|---|---|---|", *rows]


def _lines(moved: Mapping[str, str]) -> list[str]:
    return [f"{c.place:10}  {_keys(c, moved):10}  {c.name:20}  {c.words}" for c in _ordered()]


def _ordered() -> list[Command]:
    return sorted(COMMANDS, key=lambda command: PLACES.index(command.place))


def _keys(command: Command, moved: Mapping[str, str]) -> str:
    keys = moved[command.name].split(",") if command.name in moved else command.keys
    return ", ".join(said(key.strip()) for key in keys)
