"""Owns which commands are possible now, and which keys work with the present focus: for keys, footer, palette and help.

It does no command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.app import App
from textual.widgets import Input

from refund_tui.tui.commands import COMMANDS, EVERYWHERE, Command, heard, holds_in

if TYPE_CHECKING:
    from refund_tui.tui.screens.screen import ScreenPane


class PossibleCommands(App[int]):
    """An app that offers a command only while it is possible."""

    @property
    def current_screen(self) -> ScreenPane:
        """The screen that is shown."""
        raise NotImplementedError

    @property
    def configured_keys(self) -> Mapping[str, str]:
        """The keys of the configuration, by the names of their commands."""
        raise NotImplementedError

    def can_everywhere(self, command: Command) -> bool:
        """Whether a command that holds everywhere is possible now."""
        raise NotImplementedError

    def possible(self) -> tuple[Command, ...]:
        """The commands that are possible now, those of the screen first, each with its present label."""
        own = [c for c in COMMANDS if holds_in(c, self.current_screen.id or "")]
        everywhere = [c for c in COMMANDS if c.context == EVERYWHERE]
        return tuple(self._named(command) for command in (*own, *everywhere) if self._can(command))

    def heard(self) -> list[tuple[Command, list[str]]]:
        """The commands whose keys work with the present focus, each with these keys."""
        below_help = self.screen_stack[0]
        typing = isinstance(below_help.focused, Input)
        found = [(command, heard(command, self.configured_keys, typing=typing)) for command in self.possible()]
        return [(command, keys) for command, keys in found if keys]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Decide which actions are possible now. Textual's own always are."""
        found = [command for command in COMMANDS if command.action.partition("(")[0] == action]
        return any(self._can(command) for command in found) if found else True

    def _named(self, command: Command) -> Command:
        label = self.current_screen.label(command.action) if command.context != EVERYWHERE else ""
        return replace(command, label=label) if label else command

    def _can(self, command: Command) -> bool:
        if command.context == EVERYWHERE:
            return self.can_everywhere(command)
        return holds_in(command, self.current_screen.id or "") and self.current_screen.can(command.action)
