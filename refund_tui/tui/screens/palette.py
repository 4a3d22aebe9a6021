"""Owns the palette: it finds possible commands of the previous screen by name, and runs them there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from refund_tui.desk.desk import Desk
from refund_tui.tui.commands import ARTICLES, LIST, PALETTE, Command, bindings, keys_of
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.widgets.fields import field
from refund_tui.tui.widgets.plain_text import Plain
from refund_tui.tui.widgets.row_list import Cell, Column, RowList
from refund_tui.tui.wording.notices import NO_COMMAND

COLUMNS = (Column("Command", 14), Column("Key", 10), Column("What it does", 0))


class PaletteScreen(ScreenPane):
    """A field that keeps the focus, and the commands that contain every word typed in it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(PALETTE)
    title = "Commands"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "palette")
        self._from = "lookup"
        self._offered: Sequence[Command] = ()
        self._field = field("command", "a part of a command's name, or of what it does")
        self.rows: RowList[Command] = RowList[Command](
            COLUMNS, self._cells, lambda command: command.name, id="commands"
        )
        self.rows.empty = NO_COMMAND
        self.rows.can_focus = False  # the field keeps the focus

    def compose(self) -> ComposeResult:
        """The field over the list."""
        with Horizontal(classes="field"):
            yield Plain("Do", classes="name")
            yield self._field
        yield Plain("", id="commands-heading", classes="columns")
        yield self.rows

    def offer(self, screen: str, possible: Sequence[Command]) -> None:
        """Offer the `possible` commands of a screen, without those that move in a list or mark articles."""
        self._from = screen
        self._offered = [c for c in possible if c.context not in (LIST, ARTICLES) and c.name != "palette"]

    def enter(self) -> None:
        """Empty the field, which shows all commands."""
        self._field.value = ""
        self._field.focus()
        self._find()

    def _cells(self, command: Command) -> tuple[Cell, ...]:
        keys = ", ".join(keys_of(command, self._desk.settings.keys))
        return (command.label, "strong"), keys, command.words

    @on(Input.Changed, "#command")
    def _find(self) -> None:
        typed = self._field.value.lower().split()
        found = [c for c in self._offered if all(word in f"{c.label} {c.name} {c.words}".lower() for word in typed)]
        found.sort(key=lambda c: not c.label.lower().startswith(tuple(typed[:1])))
        self.rows.set_rows(0, found, len(found), fresh=True)
        self.rows.action_top()
        self.query_one("#commands-heading", Plain).show(self.rows.heading() if found else "")

    def on_resize(self) -> None:
        """Lay out the heading like the rows."""
        self._find()

    @on(Input.Submitted, "#command")
    async def _submitted(self) -> None:
        await self.action_run()

    async def action_run(self) -> None:
        """Go back to the previous screen, and run the command there."""
        if (command := self.rows.current) is not None:
            await self.refund_app.go(self._from)
            await self.refund_app.run_command(command)

    async def action_back(self) -> None:
        """Go back without running a command."""
        await self.refund_app.go(self._from)
