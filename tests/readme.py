"""Writes the README's generated parts from the program itself: `python -m tests.readme`; a test compares them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from refund_tui.arguments import EXIT_CODES
from refund_tui.catalogue import CATALOGUE
from refund_tui.commands import COMMANDS
from refund_tui.commands.keys import table
from refund_tui.sandbox import sample_trips
from refund_tui.tui.states import SIGNS, STATE_MEANS
from tests.support.clock import NOON

README = Path(__file__).parents[1] / "README.md"


def _settings() -> list[str]:
    rows = [f"| `{e.name}` | {f'`{e.option}`' if e.flag else '-'} | `{e.variable}` | {e.help} |" for e in CATALOGUE]
    return ["| setting | flag | variable | what it is |", "|---|---|---|---|", *rows]


def _commands() -> list[str]:
    return ["| command | what it does |", "|---|---|", *(f"| `refund-tui {c.name}` | {c.help} |" for c in COMMANDS)]


def _states() -> list[str]:
    rows = [f"| {state} | {SIGNS[state]} | {words} |" for state, words in STATE_MEANS.items()]
    return ["| state | sign | what it means for the money |", "|---|---|---|", *rows]


def _lessons() -> list[str]:
    rows = [f"| {trip.record['receipt']} | {trip.lesson} |" for trip in sample_trips(NOON)]
    return ["| receipt | what is to be seen |", "|---|---|", *rows]


def _codes() -> list[str]:
    return ["```", *EXIT_CODES.strip("\n").splitlines(), "```"]


PARTS: dict[str, Callable[[], list[str]]] = {
    "keys": table,
    "settings": _settings,
    "commands": _commands,
    "states": _states,
    "lessons": _lessons,
    "codes": _codes,
}


def written(text: str) -> str:
    """The README with its generated parts as the program is now."""
    for name, part in PARTS.items():
        before, opening, rest = text.partition(f"<!-- {name} -->\n")
        _old, closing, after = rest.partition(f"<!-- /{name} -->")
        if not closing:
            raise SystemExit(f"README.md has no place for {name}")
        text = "".join([before, opening, "\n".join(part()), "\n", closing, after])
    return text


def main() -> int:
    """Write the parts into the README."""
    README.write_text(written(README.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
