"""Owns the list. It draws only the rows on the screen, so that a million rows cost as little as ten.

It never reads a store: it asks for missing rows by `Needed`, shows a dot in their lines, and gets them by `set_rows`.
Only changed lines are painted again. It has no scroll bar: a bar would take more bytes than the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from refund_tui.tui.commands import LIST, bindings
from refund_tui.tui.widgets.columns import MARK, NO_MARK, Cell, Column, Run, Tone, fit, lay_out
from refund_tui.tui.widgets.row_window import Window

__all__ = ["Cell", "Column", "RowList", "Tone"]

T = TypeVar("T")

PLACEHOLDER = " ·"
"""Shown for a row that is not loaded yet."""

Look = tuple[str, tuple[Run, ...]]
"""A line as drawn: the component class of the row, and its texts."""


class RowList(Widget, Generic[T], can_focus=True):
    """Rows in `columns`. `cells` returns a row's cells; `key` identifies a row, so that the cursor stays on it."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        & > .rows--empty, & > .rows--waiting, & > .rows--dim { color: $text-muted; }
        & > .rows--cursor { background: $block-cursor-background; color: $block-cursor-foreground;
            text-style: $block-cursor-text-style; }
        & > .rows--idle { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground; }
        & > .rows--good { color: $text-success; }
        & > .rows--bad { color: $text-error; text-style: bold; }
        & > .rows--warn { color: $text-warning; }
        & > .rows--accent { color: $text-accent; }
        & > .rows--strong { text-style: bold; }
        &:nocolor > .rows--cursor { text-style: reverse; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"rows--{name}" for name in "row odd cursor idle empty waiting dim good bad warn accent strong".split()
    }
    BINDINGS: ClassVar[list[BindingType]] = bindings(LIST)

    @dataclass
    class Needed(Message):
        """Asks for `limit` rows from `start` on. Pass them to `set_rows` with this `edition`."""

        rows: RowList[Any]
        start: int
        limit: int
        edition: int

        @property
        def control(self) -> RowList[Any]:
            """The list that asks."""
            return self.rows

    @dataclass
    class Highlighted(Message):
        """The cursor is on another row, or the row under it changed. `row` is None if there is none."""

        rows: RowList[Any]
        row: Any

        @property
        def control(self) -> RowList[Any]:
            """The list."""
            return self.rows

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[T], Sequence[Cell]],
        key: Callable[[T], object],
        *,
        empty: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.columns, self.empty = columns, empty
        self._cells = cells
        self._window = Window(key)
        self._drawn: dict[int, Look] = {}
        self._announced: object = self

    # --- what the list has

    @property
    def current(self) -> T | None:
        """The row under the cursor, None if it is not loaded or the list is empty."""
        return self._window.current

    @property
    def cursor(self) -> int:
        """The row number of the cursor, from 0."""
        return self._window.cursor

    @property
    def hidden(self) -> tuple[int, int]:
        """The number of rows above the screen, and below it."""
        return self._window.top, max(0, self.total - self._window.top - max(1, self.size.height))

    @property
    def total(self) -> int:
        """The number of rows, 0 if it is not known yet."""
        return self._window.total or 0

    def heading(self, width: int | None = None) -> str:
        """The titles of the columns, laid out like the rows."""
        titles = [column.title for column in self.columns]
        return "".join(text for text, _ in lay_out(self.columns, titles, width or self.size.width))

    # --- new rows

    @property
    def edition(self) -> int:
        """The edition of the present query. Rows of an older one are ignored."""
        return self._window.edition

    def set_rows(
        self, start: int, rows: Sequence[T], total: int, *, fresh: bool = False, edition: int | None = None
    ) -> None:
        """Take rows from `start` on. Rows of an older `edition` are ignored.

        `fresh` drops all other rows. The cursor stays on its row, even if the row has moved.
        """
        if edition is None or edition == self._window.edition:
            self._window.take(start, rows, total, fresh=fresh)
            self._changed()

    def reload(self) -> None:
        """Ask for the rows again. The old rows are shown until the new ones come."""
        self._window.reload()
        self._ask()

    def restart(self) -> None:
        """Ask for the rows of a new query. The cursor goes to the first row."""
        self._window.restart()
        self._ask()

    def redraw(self) -> None:
        """Paint the lines whose cells have changed, such as ages."""
        for y in range(self.size.height):
            if self._drawn.get(y) != self._look(y):
                self.refresh(Region(0, y, self.size.width, 1))

    def _changed(self) -> None:
        self.redraw()
        self._ask()
        if self.current != self._announced:
            self._announced = self.current
            self.post_message(self.Highlighted(self, self.current))

    def _ask(self) -> None:
        ask = self._window.wanted()
        if ask is not None:
            self.post_message(self.Needed(self, *ask))

    # --- drawing

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        self._drawn[y] = name, runs = self._look(y)
        base = self.get_component_rich_style(f"rows--{name}")
        return Strip([Segment(text, self._style(base, tone)) for text, tone in runs], self.size.width)

    def _style(self, base: Style, tone: Tone) -> Style:
        return base + self.get_component_rich_style(f"rows--{tone}", partial=True) if tone else base

    def _look(self, y: int) -> Look:
        index, width = self._window.top + y, self.size.width
        if index >= self.total:
            return "empty", ((fit(self.empty if self._window.total == 0 and y == 0 else "", width), ""),)
        row = self._window.rows.get(index)
        if index == self._window.cursor:
            told = PLACEHOLDER[1:] if row is None else "".join(text for text, _ in self._laid_out(row, MARK))
            return ("cursor" if self.has_focus else "idle"), ((fit(told, width), ""),)
        if row is None:
            return "waiting", ((fit(PLACEHOLDER, width), ""),)
        return ("odd" if index % 2 else "row"), self._laid_out(row, NO_MARK)

    def _laid_out(self, row: T, mark: str) -> tuple[Run, ...]:
        return lay_out(self.columns, self._cells(row), self.size.width, mark)

    # --- moving

    def on_resize(self, event: events.Resize) -> None:
        """Show more rows, or fewer."""
        self._window.resize(self.size.height)
        self._changed()

    def on_focus(self) -> None:
        """Draw the cursor as focused."""
        self.redraw()

    def on_blur(self) -> None:
        """Draw the cursor as not focused."""
        self.redraw()

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._window.move_to(self.cursor + by)
        self._changed()

    def action_page(self, by: int) -> None:
        """Move the cursor, and what is shown, by pages."""
        step = by * max(1, self.size.height - 1)
        self._window.top += step
        self.action_move(step)

    def action_top(self) -> None:
        """Move the cursor to the first row."""
        self.action_move(-self.cursor)

    def action_bottom(self) -> None:
        """Move the cursor to the last row."""
        self.action_move(self.total - 1 - self.cursor)
