"""Owns `refund-tui keys`: prints every key of the terminal. Never loads Textual."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from refund_tui.commands.output import print_out
from refund_tui.tui.commands import COMMANDS, CONTEXTS, Command, keymap, keys_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --markdown."""
    parser.add_argument("--markdown", action="store_true", help="print the table of the README")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the configured keys. Raises ConfigError."""
    print_out("\n".join(table() if arguments.markdown else _lines(keymap(settings.keys))))
    return 0


def table() -> list[str]:
    """The lines of the README's table, with the default keys."""
    rows = [f"| {c.context} | {', '.join(keys_of(c, {}))} | `{c.name}` | {c.words} |" for c in _ordered()]
    return ["| where | key | name | what it does |", "|---|---|---|---|", *rows]


def _lines(moved: Mapping[str, str]) -> list[str]:
    return [f"{c.context:12}  {', '.join(keys_of(c, moved)):10}  {c.name:18}  {c.words}" for c in _ordered()]


def _ordered() -> list[Command]:
    return sorted(COMMANDS, key=lambda command: CONTEXTS.index(command.context))
