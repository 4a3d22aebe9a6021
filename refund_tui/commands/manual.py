"""Owns `refund-tui manual`: prints the operator's pages, which are part of the package. Needs no network, no ledger."""

from __future__ import annotations

import argparse
from importlib.resources import files
from typing import TYPE_CHECKING

from refund_tui.commands.output import OUT, say
from refund_tui.errors import UsageError

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

PAGES = {
    "contract": "the Payment service's contract, each fact with how sure it is",
    "states": "what a refund can be, and what a person can do about it",
    "ledger": "the ledger's tables and columns",
    "decisions": "decisions that are not obvious, and their reasons",
}
"""Each page's name and what it is about, in the order in which they are listed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which page."""
    parser.add_argument("page", nargs="?", metavar="PAGE", help=", ".join(PAGES))


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print one page as Markdown, or the list of pages. Raises UsageError."""
    if arguments.page is None:
        say("\n".join(f"{name:12}{about}" for name, about in PAGES.items()))
        return 0
    OUT.write(page(arguments.page))
    return 0


def page(name: str) -> str:
    """The text of one page. Raises UsageError for a name that is not a page's."""
    if name not in PAGES:
        raise UsageError(f"{name} is not a page of the manual: {', '.join(PAGES)}")
    return files("refund_tui.manual").joinpath(f"{name}.md").read_text(encoding="utf-8")
