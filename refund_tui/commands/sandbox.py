"""Owns `refund-tui sandbox`: runs only the sandbox, for training and for tests of other programs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from refund_tui.commands.output import print_out
from refund_tui.sandbox.flags import add_arguments as add_sandbox_arguments

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

_EXAMPLES = """\
examples:
  refund-tui sandbox --report                     run until ctrl+c, then print what moved
  refund-tui sandbox --print-trips > trips.jsonl  its sample trips, for trips import
  refund-tui sandbox --script faults.json --port 0"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sandbox's flags."""
    parser.epilog = _EXAMPLES
    add_sandbox_arguments(parser)


def run(arguments: argparse.Namespace, _settings: Settings) -> int:
    """Serve until a signal; exit code 0, or 2 with a message."""
    from refund_tui.sandbox.serve import serve  # loads asyncio and h11

    return serve(arguments, print_out)
