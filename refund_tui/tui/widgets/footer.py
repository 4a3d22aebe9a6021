"""Owns the line of keys. It shows only commands that are possible now."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from refund_tui.tui.commands import Command
from refund_tui.tui.widgets.plain_text import Plain


def key_cap(key: str, *, lit: bool = True) -> Content:
    """A key, drawn the same everywhere. A key that is not accepted yet is not `lit`; its width is the same."""
    return Content.styled(f" {key} ", "bold reverse" if lit else "$muted")


class KeyLine(Plain):
    """The keys of the possible commands, as many as fit. Help has them all, and its label says how many do not fit."""

    def __init__(self) -> None:
        super().__init__("", id="keys")
        self._keys: Sequence[tuple[str, str]] = ()
        self._help: tuple[str, str] = ("", "")

    def show_commands(self, commands: Sequence[tuple[Command, str]]) -> None:
        """Show `commands`, each with its key."""
        shown = [(command, key) for command, key in commands if command.footer]
        self._help = next(((key, command.label) for command, key in shown if command.name == "help"), ("", ""))
        self._keys = [(key, command.label) for command, key in shown if command.name != "help"]
        self.on_resize()

    def on_resize(self) -> None:
        """Show as many keys as fit. The key of help is always shown."""
        number = len(self._keys)
        while number and _width([*self._keys[:number], self._with_more(number)]) > self.size.width:
            number -= 1
        line = Content("")
        for key, label in (*self._keys[:number], self._with_more(number)):
            line += key_cap(key) + Content(f" {label} ")
        self.show(line)

    def _with_more(self, shown: int) -> tuple[str, str]:
        """The key and label of help, with the number of keys that are not shown."""
        key, label = self._help
        more = len(self._keys) - shown
        return key, f"{label} +{more}" if more else label


def _width(keys: Sequence[tuple[str, str]]) -> int:
    return sum(len(key) + len(label) + 4 for key, label in keys)
