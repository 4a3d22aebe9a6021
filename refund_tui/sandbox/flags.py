"""Owns the flags of the standalone sandbox. Loads nothing but argparse."""

from __future__ import annotations

import argparse
from pathlib import Path

DEFAULT_PORT = 8787


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sandbox's flags to `parser`. `serve` takes the parsed result."""
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="0 means any free port (default %(default)s)")
    parser.add_argument("--any-trip", action="store_true", help="know every trip, not only the sample trips")
    parser.add_argument("--script", type=Path, metavar="FILE", help="faults to simulate, as JSON")
    parser.add_argument("--journal", type=Path, metavar="FILE", help="record what moved in this file of JSON lines")
    parser.add_argument(
        "--key-memory", type=_seconds, metavar="SECONDS", help="forget refund ids after this time (default: never)"
    )
    parser.add_argument("--report", action="store_true", help="print at the end what money moved")
    parser.add_argument(
        "--print-trips", action="store_true", help="print the sample trips as JSON lines for import, then stop"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def _seconds(text: str) -> float:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds")
    return float(text)
