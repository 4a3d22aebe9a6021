"""Owns the reason that a person gives for a rare decision: `--because`, which the ledger keeps."""

from __future__ import annotations

import argparse

from refund_tui.core.fields import check_note
from refund_tui.errors import UsageError


def add_because(parser: argparse.ArgumentParser, told: str) -> None:
    """The flag; `told` is its line in `--help`."""
    parser.add_argument("--because", required=True, metavar="WHY", help=told)


def because(arguments: argparse.Namespace) -> str:
    """The reason. Raises UsageError where it says nothing, or more than the ledger keeps."""
    why: str = arguments.because.strip()
    problem = check_note(why) or (None if why else "--because needs a reason")
    if problem:
        raise UsageError(f"{problem}. Nothing was changed.")
    return why
