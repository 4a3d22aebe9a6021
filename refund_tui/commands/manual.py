"""Owns `refund-tui manual`: prints the operator's pages, which are in the package. Needs no network and no ledger."""

from __future__ import annotations

import argparse
from importlib.resources import files
from typing import TYPE_CHECKING

from refund_tui.commands.output import OUT, print_out
from refund_tui.errors import UsageError

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

PAGES = {
    "contract": "the Payment service's contract, and how sure each fact is",
    "states": "the states of a refund, and what a person can do in each",
    "ledger": "the ledger's tables and columns",
    "installation": "the safe installation: one account, a key for each clerk, no shell",
    "shared": "one folder for several accounts, and what that cannot protect from",
    "accounts": "who may be which clerk, and settings that the operator locks",
    "backup": "how backups are made and restored so that nothing is paid twice",
    "evidence": "how an altered record is found, and where the ledger's head is kept",
    "privacy": "which personal data is kept, for how long, and how it is removed",
    "decisions": "design decisions that are not obvious, and their reasons",
}
"""The name and the subject of each page, in the order of the list."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of the page."""
    parser.add_argument("page", nargs="?", metavar="PAGE", help=", ".join(PAGES))


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print one page as Markdown, or the list of pages. Raises UsageError."""
    if arguments.page is None:
        print_out("\n".join(f"{name:14}{about}" for name, about in PAGES.items()))
        return 0
    OUT.write(page(arguments.page))
    return 0


def page(name: str) -> str:
    """The text of one page. Raises UsageError if there is no such page."""
    if name not in PAGES:
        raise UsageError(f"{name} is not a page of the manual: {', '.join(PAGES)}")
    return files("refund_tui.manual").joinpath(f"{name}.md").read_text(encoding="utf-8")
