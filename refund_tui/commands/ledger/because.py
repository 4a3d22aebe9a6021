"""Owns `--because`: the reason that a person gives for a change, which the ledger records."""

from __future__ import annotations

import argparse

from refund_tui.core.fields import check_note
from refund_tui.errors import UsageError


def add_because(parser: argparse.ArgumentParser, description: str) -> None:
    """Add the flag; `description` is its line in `--help`."""
    parser.add_argument("--because", required=True, metavar="WHY", help=description)


def because(arguments: argparse.Namespace) -> str:
    """The reason. Raises UsageError if it is empty or too long."""
    why: str = arguments.because.strip()
    problem = check_note(why) or (None if why else "--because needs a reason")
    if problem:
        raise UsageError(f"{problem}. Nothing was changed.")
    return why
