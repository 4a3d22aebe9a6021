"""Owns `refund-tui sandbox`: only the Payment service on loopback, for training and for trying other programs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from refund_tui.commands.output import say
from refund_tui.sandbox.flags import add_arguments as add_sandbox_arguments

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

_EXAMPLES = """\
examples:
  refund-tui sandbox --report                     until ctrl+c, then what really moved
  refund-tui sandbox --print-trips > trips.jsonl  its sample trips, for trips import
  refund-tui sandbox --script faults.json --port 0"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of the sandbox."""
    parser.epilog = _EXAMPLES
    add_sandbox_arguments(parser)


def run(arguments: argparse.Namespace, _settings: Settings) -> int:
    """Serve until a signal; exit code 0, or 2 with a sentence."""
    from refund_tui.sandbox.serve import serve  # brings asyncio and h11

    return serve(arguments, say)
