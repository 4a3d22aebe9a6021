"""Owns the palette: what could be done where the clerk was, found by name and done there. Knows no command itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from refund_tui.desk.desk import Desk
from refund_tui.tui.bindings import bindings
from refund_tui.tui.commands import ARTICLES, LIST, PALETTE, Command, keys_of
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.widgets.plain_text import Plain
from refund_tui.tui.widgets.row_list import Cell, Column, RowList
from refund_tui.tui.widgets.text_field import field

COLUMNS = (Column("Command", 14), Column("Key", 10), Column("What it does", 0))


class PaletteScreen(ScreenPane):
    """A field that keeps the cursor, and the commands whose words have all that is typed in it."""

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
        self.rows.empty = " No command that is possible now has these words; F1 explains all."
        self.rows.can_focus = False  # the field keeps the cursor

    def compose(self) -> ComposeResult:
        """The field over the list."""
        with Horizontal(classes="line"):
            yield Plain("Do", classes="name")
            yield self._field
        yield Plain("", id="commands-heading", classes="columns")
        yield self.rows

    def offer(self, place: str, possible: Sequence[Command]) -> None:
        """Offer what is possible in `place`, but what only its list or its articles do under the cursor."""
        self._from = place
        self._offered = [c for c in possible if c.place not in (LIST, ARTICLES) and c.name != "palette"]

    def enter(self) -> None:
        """An empty field: all that is possible."""
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
        """The heading is laid out as the rows are."""
        self._find()

    @on(Input.Submitted, "#command")
    async def _submitted(self) -> None:
        await self.action_run()

    async def action_run(self) -> None:
        """Go back to where the clerk was, and do it there."""
        if (command := self.rows.current) is not None:
            await self.frame.go(self._from)
            await self.frame.carry_out(command)

    async def action_back(self) -> None:
        """Back to where the clerk was; nothing is done."""
        await self.frame.go(self._from)
