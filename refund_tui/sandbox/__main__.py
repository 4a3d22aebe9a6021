"""`python -m refund_tui.sandbox`: the sandbox without the rest of the program."""

from __future__ import annotations

import argparse
import sys

from refund_tui.sandbox.flags import add_arguments
from refund_tui.sandbox.serve import serve


def main() -> int:
    """Parse the flags and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m refund_tui.sandbox", description="A Payment service on loopback. No real money moves."
    )
    add_arguments(parser)
    return serve(parser.parse_args(), _say)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
