"""Owns how the registry's commands become keys of Textual's widgets. Adds no command of its own."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from refund_tui.tui.commands import COMMANDS, EVERYWHERE, holds_in


def bindings(*places: str) -> list[BindingType]:
    """The keys of the commands that hold in these places, of each place's own and of what is within it."""
    return [
        Binding(",".join(command.keys), command.action, command.label, id=command.name)
        for command in COMMANDS
        if command.place in places or (command.place != EVERYWHERE and any(holds_in(command, p) for p in places))
    ]
