"""Owns every command of the terminal: its name, its key, its words, where it holds. Footer, help and README read it.

Never decides whether a command is possible now: that is `possible`, asked by `App.check_action` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

LOOKUP, REFUND, HISTORY, EVERYWHERE = "lookup", "refund", "history", "everywhere"


@dataclass(frozen=True, slots=True)
class Command:
    """`name` is what the configuration moves its key by; `action` is the app's or the place's."""

    name: str
    keys: tuple[str, ...]
    action: str
    label: str
    words: str
    place: str = EVERYWHERE
    shown: bool = True

    @property
    def key_label(self) -> str:
        """The first key as a person writes it."""
        return told(self.keys[0])


def told(key: str) -> str:
    """A key as a person writes it: `F10`, `^S`, `Enter`."""
    if key.startswith("ctrl+"):
        return "^" + key.removeprefix("ctrl+").upper()
    return {"escape": "Esc", "enter": "Enter", "space": "Space"}.get(key, key.upper() if len(key) < 4 else key)


COMMANDS: tuple[Command, ...] = (
    Command("help", ("f1",), "help", "Help", "Explain this place and its keys"),
    Command("lookup", ("f2",), "lookup", "Lookup", "Find a trip"),
    Command("refund", ("f3",), "refund", "Refund", "Go back to the refund in hand"),
    Command("history", ("f4",), "history", "History", "All refunds, newest first"),
    Command("quit", ("ctrl+q",), "quit", "Quit", "Leave; what is open goes on when the program next runs"),
    Command("lookup.open", ("enter",), "open", "Refund it", "Open the refund of the trip under the cursor", LOOKUP),
    Command("refund.submit", ("f10", "ctrl+s"), "submit", "Check and confirm", "Show what will be refunded", REFUND),
    Command("refund.all", ("f5",), "all_left", "All left", "Fill in all that is left on the trip", REFUND),
    Command("refund.card", ("f6",), "card", "Ask for the card", "Ask the service whose card paid this trip", REFUND),
    Command("refund.back", ("escape",), "back", "Back", "Go back; what was typed is kept", REFUND),
    Command("history.find", ("f7",), "find", "Find", "Go to the search line", HISTORY),
    Command(
        "history.ask_again", ("f8",), "ask_again", "Ask again", "Ask an UNKNOWN again, or go on after a repair", HISTORY
    ),
    Command("history.settle", ("f9",), "settle", "Settle", "Close an UNKNOWN with evidence", HISTORY),
    Command("history.stop", ("f12",), "stop", "Stop or cancel", "Cancel, or stop trying where it may be paid", HISTORY),
)


def of_place(place: str) -> tuple[Command, ...]:
    """The commands that hold in a place, its own first."""
    own = tuple(command for command in COMMANDS if command.place == place)
    return own + tuple(command for command in COMMANDS if command.place == EVERYWHERE)
