"""Owns how commands become Textual bindings. It adds no command."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from refund_tui.tui.commands import COMMANDS, EVERYWHERE, holds_in


def bindings(*contexts: str) -> list[BindingType]:
    """The bindings of the commands that hold in these contexts, and in the contexts within them."""
    return [
        Binding(",".join(command.keys), command.action, command.label, id=command.name)
        for command in COMMANDS
        if command.context in contexts
        or (command.context != EVERYWHERE and any(holds_in(command, c) for c in contexts))
    ]
