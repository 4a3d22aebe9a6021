"""Owns the line of keys: the commands that are possible now, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from refund_tui.tui.commands import Command, keys_of
from refund_tui.tui.widgets.plain_text import Plain


def key_cap(key: str, *, lit: bool = True) -> Content:
    """A key, drawn the same everywhere; one that is not accepted yet is not `lit`, and as wide."""
    return Content.styled(f" {key} ", "bold reverse" if lit else "$muted")


class KeyLine(Plain):
    """The keys of the possible commands, as many as fit; help has them all."""

    def __init__(self, configured: Mapping[str, str]) -> None:
        super().__init__("", id="keys")
        self._configured = configured
        self._commands: Sequence[Command] = ()

    def show_commands(self, commands: Sequence[Command]) -> None:
        """Show the keys of `commands`."""
        self._commands = [command for command in commands if command.footer]
        self.on_resize()

    def on_resize(self) -> None:
        """Show as many keys as fit."""
        line, width = Content(""), 0
        for command in self._commands:
            key = keys_of(command, self._configured)[0]
            size = len(key) + len(command.label) + 4
            if width + size > self.size.width and width:
                break
            line += key_cap(key) + Content(f" {command.label} ")
            width += size
        self.show(line)
