"""Owns `refund-tui doctor`: looks at everything that refunds depend on, and says what to mend. Changes nothing.

The one thing it asks of the service is the time, without credentials: nothing that could move money.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from refund_tui.commands import FAILED, OK
from refund_tui.commands.checks import Level, Result
from refund_tui.commands.checks.belonging import check_belonging
from refund_tui.commands.checks.files import check_files
from refund_tui.commands.checks.service import check_service
from refund_tui.commands.checks.setup import check_settings, check_terminal
from refund_tui.commands.output import say
from refund_tui.core.text import visible

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How it is told, and whether the service is asked."""
    parser.epilog = "Each line is ok, warn or FAIL, with what to do; the exit code is 1 if anything failed."
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--durability", action="store_true", help="try whether this disk keeps what is written")
    parser.add_argument("--offline", action="store_true", help="do not connect to the service")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print each check as it is made; exit code 0, or FAILED."""
    failed = False
    for result in _checks(settings, offline=arguments.offline, durability=arguments.durability):
        failed |= result.level is Level.FAIL
        say(json.dumps(asdict(result)) if arguments.json else _line(result))
    return FAILED if failed else OK


def _checks(settings: Settings, *, offline: bool, durability: bool) -> Iterator[Result]:
    yield from check_settings(settings)
    yield from check_files(settings)
    yield from check_belonging(settings)
    if durability:
        from refund_tui.commands.checks.durability import check_durability  # brings the desk and the sandbox

        yield from check_durability(settings)
    yield from check_service(settings, offline=offline)
    yield from check_terminal()


def _line(result: Result) -> str:
    remedy = f": {visible(result.remedy)}" if result.remedy else ""
    return f"{result.level:4}  {result.name:18}  {visible(result.says)}{remedy}"
