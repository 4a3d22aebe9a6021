"""Owns every command of the terminal: its name, its keys, its description, and the context in which it is available.

Footer, help, `refund-tui keys` and the README show them. `[keys]` in the configuration uses their names. Imports
Textual only to create bindings.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from refund_tui.errors import ConfigError

if TYPE_CHECKING:
    from textual.binding import BindingType

EVERYWHERE, LOOKUP, REFUND, HISTORY, DETAIL = "everywhere", "lookup", "refund", "history", "a refund"
LIST, ARTICLES, PALETTE, GATE = "a list", "the articles", "palette", "gate"
CONTEXTS = (EVERYWHERE, LOOKUP, REFUND, ARTICLES, HISTORY, DETAIL, LIST, PALETTE, GATE)
"""Where a command is available: everywhere, on one screen, or in a part of screens.

DETAIL is one refund, on Refund and on History. LIST is the list of Lookup, History or the palette. ARTICLES is the list
of articles on Refund.
"""

_WITHIN = {DETAIL: (REFUND, HISTORY), LIST: (LOOKUP, HISTORY, PALETTE), ARTICLES: (REFUND,)}


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is its name in the configuration; `action` is the Textual action of the app or the screen.

    `label` is shown in the footer, `words` in help. With `footer` False the command is shown in help only.
    """

    name: str
    keys: tuple[str, ...]
    action: str
    label: str
    words: str
    context: str = EVERYWHERE
    footer: bool = True


COMMANDS: tuple[Command, ...] = (
    Command("help", ("f1",), "help", "Help", "explains this screen, the field, and the keys"),
    Command("lookup", ("f2",), "lookup", "Lookup", "finds a trip, for the next shopper"),
    Command("refund", ("f3",), "refund", "Refund", "goes back to the refund or the draft"),
    Command("history", ("f4",), "history", "History", "shows all refunds, newest first"),
    Command("quit", ("ctrl+q",), "quit", "Quit", "quits; open refunds continue at the next run"),
    Command("gate", ("ctrl+g",), "gate", "End wait", "ends the wait of the whole account, with a reason"),
    Command("palette", ("ctrl+p",), "palette", "Commands", "finds a command by its name and runs it"),
    Command("redraw", ("ctrl+l",), "redraw", "Redraw", "draws the whole screen again", footer=False),
    Command("suspend", ("ctrl+z",), "suspend", "To the shell", "goes to the shell; fg comes back", footer=False),
    Command("lookup.open", ("enter",), "open", "Open", "opens a refund on the trip, or the typed id", LOOKUP),
    Command("lookup.clear", ("escape",), "clear", "Clear", "empties the search", LOOKUP),
    Command("refund.all", ("f5",), "all_left", "All left", "fills in all that is left; the reason is next", REFUND),
    Command("refund.card", ("f6",), "card", "Whose card", "asks the service which card paid this trip", REFUND),
    Command("refund.articles", ("f7",), "articles", "Articles", "goes to the articles of the trip", REFUND),
    Command("refund.earlier", ("f11", "ctrl+n"), "earlier", "Its refunds", "shows the refunds of this trip", REFUND),
    Command("articles.mark", ("space",), "mark", "Mark", "marks an article, or removes the mark", ARTICLES),
    Command("articles.less", ("minus",), "change(-1)", "One less", "gives one piece less back", ARTICLES),
    Command("articles.more", ("plus",), "change(1)", "One more", "gives one piece more back", ARTICLES),
    Command("history.open", ("enter",), "open", "Open", "shows a refund with its attempts and events", HISTORY),
    Command("history.find", ("slash",), "find", "Find", "goes to the line that filters", HISTORY),
    Command("history.person", ("u",), "person", "For you", "shows only what needs a person, or all again", HISTORY),
    Command("history.export", ("e",), "export", "Export", "writes what is filtered to a CSV file", HISTORY),
    Command("history.lines", ("j",), "export_lines", "Lines", "writes it as JSON lines", HISTORY, footer=False),
    Command("history.go_on", ("g",), "go_on_all", "Go on with all", "goes on with each BLOCKED refund", HISTORY),
    Command("history.turn", ("o",), "turn", "Order", "newest, oldest or largest amount first", HISTORY, footer=False),
    Command("list.up", ("up",), "move(-1)", "Up", "moves in the list, also while you type", LIST, footer=False),
    Command("list.down", ("down",), "move(1)", "Down", "moves in the list, also while you type", LIST, footer=False),
    Command("list.page_up", ("pageup",), "page(-1)", "Page up", "moves by a page", LIST, footer=False),
    Command("list.page_down", ("pagedown",), "page(1)", "Page down", "moves by a page", LIST, footer=False),
    Command("list.first", ("home",), "top", "First", "goes to the first row", LIST, footer=False),
    Command("list.last", ("end",), "bottom", "Last", "goes to the last row", LIST, footer=False),
    Command("refund.submit", ("f10", "ctrl+s"), "submit", "Check", "shows what will be done, and asks", DETAIL),
    Command("refund.ask_again", ("f8",), "ask_again", "Ask again", "asks again, at once, or after a repair", DETAIL),
    Command("refund.stop", ("f9",), "stop", "Stop", "drops a draft, cancels, or stops asking again", DETAIL),
    Command("refund.settle", ("f12", "ctrl+t"), "settle", "Settle", "closes an UNKNOWN, with evidence", DETAIL),
    Command("refund.approve", ("a",), "approve", "Approve", "approves what a colleague asked for", DETAIL),
    Command("refund.decline", ("d",), "decline", "Decline", "declines what a colleague asked for", DETAIL),
    Command("refund.next", ("n",), "step(1)", "Next", "shows the next refund of the list", DETAIL, footer=False),
    Command("refund.previous", ("p",), "step(-1)", "Before", "shows the refund before it", DETAIL, footer=False),
    Command("refund.raw", ("ctrl+o",), "raw", "Raw", "shows every event, and each answer as it came", DETAIL),
    Command("refund.copy", ("ctrl+y",), "copy", "Copy", "sends the id, or the receipt, to your clipboard", DETAIL),
    Command("refund.receipt", ("ctrl+r",), "receipt", "Receipt", "makes a receipt of 40 columns", DETAIL),
    Command("refund.write", ("w",), "write", "To a file", "writes the receipt that is shown to a file", DETAIL),
    Command("refund.back", ("escape",), "back", "Back", "goes back; a refund under way continues", DETAIL),
    Command("palette.run", ("enter",), "run", "Do it", "runs it on the previous screen", PALETTE),
    Command("palette.back", ("escape",), "back", "Back", "goes back; nothing is done", PALETTE),
    Command("gate.end", ("enter",), "end_wait", "End it", "ends it; the reason stays in the ledger", GATE),
    Command("gate.back", ("escape",), "back", "Back", "goes back; nothing is ended", GATE),
)  # fmt: skip

_UNUSABLE = {
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
_LABELS = {
    "escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "slash": "/", "minus": "-", "plus": "+",
    **{key: key.capitalize() for key in "enter space up down home end".split()},
}  # fmt: skip


_OF_A_FIELD = frozenset("space plus minus slash home end left right delete backspace".split())
"""Keys that a text field uses itself. It also uses each key that is one character."""


def heard(command: Command, configured: Mapping[str, str], *, typing: bool) -> list[str]:
    """The keys of a command that work now, as a person writes them. `typing`: the cursor is in a text field."""
    keys = _keys(command, configured)
    return [key_label(key) for key in keys if not (typing and (len(key) == 1 or key in _OF_A_FIELD))]


def key_label(key: str) -> str:
    """A key as a person writes it: `F10`, `^S`, `Enter`, `x`."""
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+").upper()
    if key.startswith("f") and key[1:].isdigit():
        return key.upper()
    return _LABELS.get(key, key)


def keys_of(command: Command, configured: Mapping[str, str]) -> list[str]:
    """A command's keys, with the configuration applied, as a person writes them."""
    return [key_label(key) for key in _keys(command, configured)]


def _keys(command: Command, configured: Mapping[str, str]) -> list[str]:
    keys = configured[command.name].split(",") if command.name in configured else command.keys
    return [key.strip() for key in keys]


def key_of(name: str, configured: Mapping[str, str]) -> str:
    """The first key of a command, as a person writes it."""
    return keys_of(next(command for command in COMMANDS if command.name == name), configured)[0]


def holds_in(command: Command, context: str) -> bool:
    """Whether a command is available in a context, or in a part of it."""
    return context in _WITHIN.get(command.context, (command.context,))


def keymap(configured: Mapping[str, str]) -> dict[str, str]:
    """The configured keys by command name, checked, for Textual's keymap. Raises ConfigError."""
    names = {command.name: command for command in COMMANDS}
    for name, keys in configured.items():
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            raise ConfigError(f"[keys] {name} is not a command" + (f": did you mean {near[0]}?" if near else ""))
        for key in keys.split(","):
            _refuse_undeliverable(name, key.strip())
    _refuse_conflicts({**{name: ",".join(command.keys) for name, command in names.items()}, **configured})
    return dict(configured)


def _refuse_undeliverable(name: str, key: str) -> None:
    why = _UNUSABLE.get(key) or ("does not arrive whole over SSH" if key.startswith(("alt+", "ctrl+shift+")) else None)
    if not key or why:
        raise ConfigError(f"[keys] {name} = {key!r} cannot be used: it {why or 'names no key'}; F1 to F12 are safe")


def _refuse_conflicts(keys: Mapping[str, str]) -> None:
    taken: dict[tuple[str, str], str] = {}
    for command in COMMANDS:
        for key in keys[command.name].split(","):
            for context in (LOOKUP, REFUND, HISTORY, PALETTE, GATE):
                if command.context != EVERYWHERE and not holds_in(command, context):
                    continue
                other = taken.setdefault((context, key.strip()), command.name)
                if other != command.name:
                    raise ConfigError(f"[keys] {key.strip()} is given to both {other} and {command.name}")


def bindings(*contexts: str) -> list[BindingType]:
    """The bindings of the commands of these contexts, and of the contexts inside them."""
    from textual.binding import Binding  # `refund-tui keys` needs none of it

    return [
        Binding(",".join(command.keys), command.action, command.label, id=command.name)
        for command in COMMANDS
        if command.context in contexts
        or (command.context != EVERYWHERE and any(holds_in(command, c) for c in contexts))
    ]
