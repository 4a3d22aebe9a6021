"""Owns every command of the terminal: its name, its keys, its words, where it holds.

Footer, help, `refund-tui keys` and the README read it; the configuration moves keys by its names. Imports no Textual.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from refund_tui.errors import ConfigError

EVERYWHERE, LOOKUP, REFUND, HISTORY, SHOWN = "everywhere", "lookup", "refund", "history", "a refund"
LIST, ARTICLES, PALETTE, GATE = "a list", "the articles", "palette", "gate"
PLACES = (EVERYWHERE, LOOKUP, REFUND, ARTICLES, HISTORY, SHOWN, LIST, PALETTE, GATE)
"""Where a command holds. SHOWN is wherever one refund is shown, in the place Refund and in History; LIST is the list of
Lookup, History or the palette, ARTICLES a trip's articles in Refund."""

_WITHIN = {SHOWN: (REFUND, HISTORY), LIST: (LOOKUP, HISTORY, PALETTE), ARTICLES: (REFUND,)}


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is what the configuration moves its key by; `action` is what the app or the place does.

    `label` is for the footer, `words` for help; one with `footer` False is named in help only.
    """

    name: str
    keys: tuple[str, ...]
    action: str
    label: str
    words: str
    place: str = EVERYWHERE
    footer: bool = True


COMMANDS: tuple[Command, ...] = (
    Command("help", ("f1",), "help", "Help", "explains this place, the field, and the keys"),
    Command("lookup", ("f2",), "lookup", "Lookup", "finds a trip, for the next shopper"),
    Command("refund", ("f3",), "refund", "Refund", "goes back to the refund, or the draft, in hand"),
    Command("history", ("f4",), "history", "History", "shows all refunds, newest first"),
    Command("quit", ("ctrl+q",), "quit", "Quit", "leaves; what is open goes on at the next run"),
    Command("gate", ("ctrl+g",), "gate", "End wait", "ends the wait of the whole account, with a word"),
    Command("palette", ("ctrl+p",), "palette", "Commands", "finds a command by its name, and does it"),
    Command("redraw", ("ctrl+l",), "redraw", "Redraw", "draws the whole screen again", footer=False),
    Command("suspend", ("ctrl+z",), "suspend", "To the shell", "lets you into the shell; fg comes back", footer=False),
    Command("lookup.open", ("enter",), "open", "Refund it", "opens the trip's refund, or the id's as typed", LOOKUP),
    Command("refund.all", ("f5",), "all_left", "All left", "fills in all that is left on the trip", REFUND),
    Command("refund.card", ("f6",), "card", "Whose card", "asks the service whose card paid this trip", REFUND),
    Command("articles.mark", ("space",), "mark", "Mark", "marks an article, or no longer", ARTICLES),
    Command("articles.less", ("minus",), "change(-1)", "One less", "gives one piece less back", ARTICLES),
    Command("articles.more", ("plus",), "change(1)", "One more", "gives one piece more back", ARTICLES),
    Command("history.open", ("enter",), "open", "Open", "shows a refund with its attempts and events", HISTORY),
    Command("history.find", ("f7", "slash"), "find", "Find", "goes to the line that filters", HISTORY),
    Command("history.person", ("f5",), "person", "For you", "shows only what needs a person, or all again", HISTORY),
    Command("history.export", ("f6",), "export", "Export", "writes what is filtered to a CSV file", HISTORY),
    Command("history.lines", ("j",), "export_lines", "Lines", "the same as JSON lines", HISTORY, footer=False),
    Command("history.go_on", ("g",), "go_on_all", "Go on", "lets all that is BLOCKED go on, after a repair", HISTORY),
    Command("history.turn", ("o",), "turn", "Order", "newest, oldest or largest amount first", HISTORY, footer=False),
    Command("list.up", ("up",), "move(-1)", "Up", "moves in the list, also while you type", LIST, footer=False),
    Command("list.down", ("down",), "move(1)", "Down", "moves in the list, also while you type", LIST, footer=False),
    Command("list.page_up", ("pageup",), "page(-1)", "Page up", "moves by a page", LIST, footer=False),
    Command("list.page_down", ("pagedown",), "page(1)", "Page down", "moves by a page", LIST, footer=False),
    Command("list.first", ("home",), "top", "First", "goes to the first row", LIST, footer=False),
    Command("list.last", ("end",), "bottom", "Last", "goes to the last row", LIST, footer=False),
    Command("refund.submit", ("f10", "ctrl+s"), "submit", "Check", "shows what will be done, and asks", SHOWN),
    Command("refund.ask_again", ("f8",), "ask_again", "Ask again", "asks again, at once, or after a repair", SHOWN),
    Command("refund.stop", ("f9",), "stop", "Stop", "withdraws it, or stops the trying", SHOWN),
    Command("refund.settle", ("f12", "ctrl+t"), "settle", "Settle", "closes an UNKNOWN, with evidence", SHOWN),
    Command("refund.raw", ("ctrl+o",), "raw", "Raw", "shows every event, and each answer as it came", SHOWN),
    Command("refund.copy", ("ctrl+y",), "copy", "Copy", "sends the id, or the receipt, to your clipboard", SHOWN),
    Command("refund.receipt", ("ctrl+r",), "receipt", "Receipt", "makes a receipt of 40 columns", SHOWN),
    Command("refund.write", ("w",), "write", "To a file", "writes the receipt that is shown to a file", SHOWN),
    Command("refund.back", ("escape",), "back", "Back", "goes back; what is under way goes on", SHOWN),
    Command("palette.run", ("enter",), "run", "Do it", "does what is marked, where you were", PALETTE),
    Command("palette.back", ("escape",), "back", "Back", "goes back; nothing is done", PALETTE),
    Command("gate.end", ("enter",), "end_wait", "End it", "ends it; the word stays in the ledger", GATE),
    Command("gate.back", ("escape",), "back", "Back", "goes back; nothing is ended", GATE),
)  # fmt: skip

_NEVER = {
    "ctrl+m": "arrives as Enter",
    "ctrl+i": "arrives as Tab",
    "ctrl+h": "arrives as Backspace",
    "ctrl+left_square_bracket": "arrives as Escape",
    "ctrl+enter": "arrives as Enter",
    "shift+enter": "arrives as Enter",
    "ctrl+c": "is taken by the terminal",
    "tab": "moves between the fields",
    "shift+tab": "moves between the fields",
}
_SAID = {
    "escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "slash": "/", "minus": "-", "plus": "+",
    **{key: key.capitalize() for key in "enter space up down home end".split()},
}  # fmt: skip


def said(key: str) -> str:
    """A key as a person writes it: `F10`, `^S`, `Enter`, `x`."""
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+").upper()
    if key.startswith("f") and key[1:].isdigit():
        return key.upper()
    return _SAID.get(key, key)


def keys_of(command: Command, moved: Mapping[str, str]) -> list[str]:
    """A command's keys as they are configured, as a person writes them."""
    keys = moved[command.name].split(",") if command.name in moved else command.keys
    return [said(key.strip()) for key in keys]


def key_of(name: str, moved: Mapping[str, str]) -> str:
    """The first key of a command, as a person writes it."""
    return keys_of(next(command for command in COMMANDS if command.name == name), moved)[0]


def holds_in(command: Command, place: str) -> bool:
    """Whether a command is one of a place's own."""
    return place in _WITHIN.get(command.place, (command.place,))


def keymap(moved: Mapping[str, str]) -> dict[str, str]:
    """The keys that the configuration moves, by command, as Textual takes them. Raises ConfigError."""
    names = {command.name: command for command in COMMANDS}
    for name, keys in moved.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            raise ConfigError(f"[keys] {name} is no command" + (f": did you mean {near[0]}?" if near else ""))
        for key in keys.split(","):
            _refuse_undeliverable(name, key.strip())
    _refuse_conflicts({**{name: ",".join(command.keys) for name, command in names.items()}, **moved})
    return dict(moved)


def _refuse_undeliverable(name: str, key: str) -> None:
    why = _NEVER.get(key) or ("does not arrive whole over SSH" if key.startswith(("alt+", "ctrl+shift+")) else None)
    if not key or why:
        raise ConfigError(f"[keys] {name} = {key!r} cannot be used: it {why or 'names no key'}; F1 to F12 are safe")


def _refuse_conflicts(keys: Mapping[str, str]) -> None:
    taken: dict[tuple[str, str], str] = {}
    for command in COMMANDS:
        for key in keys[command.name].split(","):
            for place in (LOOKUP, REFUND, HISTORY, PALETTE, GATE):
                if command.place != EVERYWHERE and not holds_in(command, place):
                    continue
                other = taken.setdefault((place, key.strip()), command.name)
                if other != command.name:
                    raise ConfigError(f"[keys] {key.strip()} is given to both {other} and {command.name}")
