"""Owns `refund-tui doctor`: checks everything that refunds depend on, and says what to repair. Changes nothing.

Its only request to the service is for `/`, which cannot move money.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from refund_tui.commands import FAILED, OK
from refund_tui.commands.checks import Level, Result
from refund_tui.commands.checks.files import check_files
from refund_tui.commands.checks.ledger import check_service_of_ledger
from refund_tui.commands.checks.service import check_service
from refund_tui.commands.checks.setup import check_settings, check_terminal
from refund_tui.commands.output import print_out
from refund_tui.core.text import visible

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The output format, and which checks run."""
    parser.epilog = "Each line is ok, warn or FAIL, with what to do; the exit code is 1 if anything failed."
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.add_argument("--durability", action="store_true", help="also check that this disk keeps what is written")
    parser.add_argument("--offline", action="store_true", help="do not connect to the service")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the result of each check as it comes; exit code 0, or FAILED."""
    failed = False
    for result in _checks(settings, offline=arguments.offline, durability=arguments.durability):
        failed |= result.level is Level.FAIL
        print_out(json.dumps(asdict(result)) if arguments.json else _line(result))
    return FAILED if failed else OK


def _checks(settings: Settings, *, offline: bool, durability: bool) -> Iterator[Result]:
    yield from check_settings(settings)
    yield from check_files(settings)
    yield from check_service_of_ledger(settings)
    if durability:
        from refund_tui.commands.checks.durability import check_durability  # loads the desk and the sandbox

        yield from check_durability(settings)
    yield from check_service(settings, offline=offline)
    yield from check_terminal()


def _line(result: Result) -> str:
    remedy = f": {visible(result.remedy)}" if result.remedy else ""
    return f"{result.level:4}  {result.name:18}  {visible(result.says)}{remedy}"
