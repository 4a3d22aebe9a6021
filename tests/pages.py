"""Writes the generated parts of the README and the manual: `python -m tests.pages`; a test compares them."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from refund_tui.arguments import EXIT_CODES
from refund_tui.commands import COMMANDS
from refund_tui.commands.keys import table
from refund_tui.commands.ledger import SUBCOMMANDS
from refund_tui.sandbox import sample_trips
from refund_tui.settings.declared import SETTINGS, Setting
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.tui.wording.states import SIGNS, STATE_MEANS
from tests.day.errands import ERRANDS
from tests.support.clock import NOON

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MANUAL = ROOT / "refund_tui" / "manual"


def _settings() -> list[str]:
    rows = [f"| `{e.name}` | {_ways(e)} | {e.description} |" for e in SETTINGS.values()]
    return ["| setting | flag | variable | what it is |", "|---|---|---|---|", *rows]


def _ways(setting: Setting) -> str:
    return "| in the site's file alone" if setting.site_only else f"`{setting.option}` | `{setting.variable}`"


def _commands() -> list[str]:
    return ["| command | what it does |", "|---|---|", *(f"| `refund-tui {c.name}` | {c.help} |" for c in COMMANDS)]


def _ledger_commands() -> list[str]:
    rows = [f"| `refund-tui ledger {one.name}` | {one.help} |" for one in SUBCOMMANDS]
    return ["| command | what it does |", "|---|---|", *rows]


def _states() -> list[str]:
    rows = [f"| {state} | {SIGNS[state]} | {words} |" for state, words in STATE_MEANS.items()]
    return ["| state | sign | what it means for the money |", "|---|---|---|", *rows]


def _lessons() -> list[str]:
    rows = [f"| {trip.record['receipt']} | {trip.description} |" for trip in sample_trips(NOON)]
    return ["| receipt | what it shows |", "|---|---|", *rows]


def _keystrokes() -> list[str]:
    rows = [f"| {one.what} | {one.shown} | {one.cost} | {one.before} |" for one in ERRANDS]
    return ["| errand | keys | how many | in 0.1.0 |", "|---|---|---|---|", *rows]


def _codes() -> list[str]:
    return ["```", *EXIT_CODES.strip("\n").splitlines(), "```"]


def _tables() -> list[str]:
    """Every table of a new ledger, with its columns."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite3"
        Ledger.open(path).close()
        with closing(sqlite3.connect(path)) as connection:
            for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"):
                columns = connection.execute(f"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')")
                lines += [f"## {table}", "", "| column | type | |", "|---|---|---|"]
                lines += [f"| {name} | {kind} | {_needed(needed, key)} |" for name, kind, needed, key in columns]
                lines.append("")
    return lines[:-1]


def _needed(needed: int, key: int) -> str:
    return "key" if key else "always there" if needed else "may be empty"


PARTS: dict[Path, dict[str, Callable[[], list[str]]]] = {
    README: {
        "keys": table, "settings": _settings, "commands": _commands, "states": _states, "lessons": _lessons,
        "codes": _codes, "ledger": _ledger_commands, "keystrokes": _keystrokes,
    },
    MANUAL / "states.md": {"states": _states},
    MANUAL / "ledger.md": {"tables": _tables},
}  # fmt: skip
"""The generated parts of each page, by the name between its comment marks."""


def written(page: Path) -> str:
    """A page with its generated parts for the present program."""
    text = page.read_text()
    for name, part in PARTS[page].items():
        before, opening, rest = text.partition(f"<!-- {name} -->\n")
        _old, closing, after = rest.partition(f"<!-- /{name} -->")
        if not closing:
            raise SystemExit(f"{page} has no place for {name}")
        text = "".join([before, opening, "\n".join(part()), "\n", closing, after])
    return text


def main() -> int:
    """Write the parts into the pages."""
    for page in PARTS:
        page.write_text(written(page))
    return 0


if __name__ == "__main__":
    sys.exit(main())
