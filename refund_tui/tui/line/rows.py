"""Owns the list: a window over a store, drawn line by line, so that ten rows and a million cost the same.

It never reads a store: it asks for what it lacks by a message, and shows a quiet mark until the rows are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

T = TypeVar("T")

PAGE = 60
"""Rows asked for at once."""


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in cells, 0 for what is left; `right` aligns amounts."""

    title: str
    width: int
    right: bool = False


class RowList(ScrollView, Generic[T], can_focus=True):
    """Rows of `columns`, told by `cells`; `key` names a row, so that the cursor stays on it when others arrive."""

    DEFAULT_CSS = """
    RowList { height: 1fr; scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor", "rows--idle"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("down", "move(1)", "Down", show=False, id="list.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("home", "top", "First", show=False, id="list.first"),
        Binding("end", "bottom", "Last", show=False, id="list.last"),
        Binding("enter", "choose", "Open", show=False, id="list.choose"),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Needed(Message):
        """Rows from `start` on are to be shown and are not here."""

        rows: RowList[object]
        start: int
        limit: int

        @property
        def control(self) -> RowList[object]:
            """The list that asks."""
            return self.rows

    @dataclass
    class Highlighted(Message):
        """The cursor is on another row, or the row under it changed; `row` is None in an empty list."""

        rows: RowList[object]
        row: object | None

        @property
        def control(self) -> RowList[object]:
            """The list."""
            return self.rows

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a row."""

        rows: RowList[object]
        row: object

        @property
        def control(self) -> RowList[object]:
            """The list."""
            return self.rows

    def __init__(
        self,
        columns: Sequence[Column],
        cells: Callable[[T], Sequence[str]],
        key: Callable[[T], object],
        *,
        empty: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.columns, self._cells, self._key = columns, cells, key
        self.empty = empty
        self._rows: dict[int, T] = {}
        self._asked: set[int] = set()
        self.total = 0

    @property
    def current(self) -> T | None:
        """The row under the cursor, None where it is not here or the list is empty."""
        return self._rows.get(self.cursor)

    def set_rows(self, start: int, rows: Sequence[T], total: int, *, fresh: bool = False) -> None:
        """Hand in rows; `fresh` forgets all others, and keeps the cursor on the row it was on if that is among them."""
        before = self.current
        if fresh:
            self._rows.clear()
            self._asked.clear()
        self._rows.update(enumerate(rows, start))
        self._asked.discard(start)
        self.total = total
        self.virtual_size = Size(self.size.width, total)
        self.set_reactive(RowList.cursor, self._place_of(before, start, rows) if fresh else self.cursor)
        self._keep_in_view()
        self.refresh()
        self.post_message(self.Highlighted(self, self.current))  # type: ignore[arg-type]

    def _place_of(self, before: T | None, start: int, rows: Sequence[T]) -> int:
        if before is not None and self.cursor > 0:
            for place, row in enumerate(rows, start):
                if self._key(row) == self._key(before):
                    return place
        return min(self.cursor, max(0, self.total - 1))

    def heading(self, width: int) -> str:
        """The columns' titles, laid out as the rows are."""
        return self._line([column.title for column in self.columns], width)

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        width, place = self.size.width, y + round(self.scroll_offset.y)
        if place >= self.total:
            text = self.empty if self.total == 0 and y == 0 else ""
            return self._strip(text, width, self.rich_style)
        row = self._rows.get(place)
        if row is None:
            self._ask(place)
        text = "  ·" if row is None else self._line(self._cells(row), width)
        return self._strip(text, width, self._style(place))

    def _style(self, place: int) -> Style:
        if place != self.cursor:
            return self.rich_style
        return self.get_component_rich_style("rows--cursor" if self.has_focus else "rows--idle")

    def _strip(self, text: str, width: int, style: Style) -> Strip:
        return Strip([Segment(set_cell_size(text, width), style)], width)

    def _line(self, cells: Sequence[str], width: int) -> str:
        fixed = sum(column.width for column in self.columns) + len(self.columns) - 1
        free = max(0, width - fixed - 1)
        told = []
        for column, cell in zip(self.columns, cells, strict=True):
            told.append(_fit(cell, column.width or free, right=column.right))
        return " " + " ".join(told)

    def _ask(self, place: int) -> None:
        start = max(0, place - place % PAGE)
        if start not in self._asked:
            self._asked.add(start)
            self.post_message(self.Needed(self, start, PAGE))  # type: ignore[arg-type]

    def watch_cursor(self, before: int, now: int) -> None:
        """Repaint the two lines that changed, or scroll."""
        if not self._keep_in_view():
            for place in (before, now):
                self.refresh(Region(0, place - round(self.scroll_offset.y), self.size.width, 1))
        self.post_message(self.Highlighted(self, self.current))  # type: ignore[arg-type]

    def _keep_in_view(self) -> bool:
        top, high = round(self.scroll_offset.y), max(1, self.size.height)
        if top <= self.cursor < top + high:
            return False
        target = self.cursor if self.cursor < top else self.cursor - high + 1
        self.scroll_to(y=target, animate=False, immediate=True)
        return True

    def on_focus(self) -> None:
        """The cursor is drawn stronger."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor is drawn weaker."""
        self.refresh()

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.cursor = max(0, min(self.total - 1, self.cursor + by))

    def action_page(self, by: int) -> None:
        """Move the cursor by pages."""
        self.action_move(by * max(1, self.size.height - 1))

    def action_top(self) -> None:
        """To the first row."""
        self.cursor = 0

    def action_bottom(self) -> None:
        """To the last row."""
        self.cursor = max(0, self.total - 1)

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.current is not None:
            self.post_message(self.Chosen(self, self.current))  # type: ignore[arg-type]


def _fit(text: str, width: int, *, right: bool) -> str:
    size = cell_len(text)
    if size > width:
        return set_cell_size(text, max(0, width - 1)) + "…" if width else ""
    return " " * (width - size) + text if right else text + " " * (width - size)
