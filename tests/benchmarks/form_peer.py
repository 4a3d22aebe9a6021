"""A bare Textual form with as many stock widgets as our program has: `python -m tests.benchmarks.form_peer COUNTS`.

COUNTS is JSON, `{"shown": [INPUTS, LISTS, TEXTS, BOXES], "hidden": […]}`, as `counts` finds them in our program.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

Counts = dict[str, list[int]]
ROWS = 18
"""Rows in the list that is shown: a screenful."""


class FormPeer(App[None]):
    """A form as in Textual's tutorial. Hidden widgets are mounted, but take no room."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Input { height: 1; border: none; padding: 0; }
    Static, .box { height: auto; }
    DataTable { height: 1fr; }
    #hidden { display: none; }
    """

    def __init__(self, counts: Counts) -> None:
        super().__init__()
        self._counts = counts

    def compose(self) -> ComposeResult:
        """The shown and the hidden widgets."""
        for name, counts in self._counts.items():
            with Vertical(id=name):
                yield from _widgets(*counts)

    def on_mount(self) -> None:
        """A page in the list, the cursor in the first field."""
        table = self.query(DataTable).first()
        table.add_columns("When", "Trip", "Receipt", "Charged")
        table.add_rows((f"09:{row:02}", f"trip-{row:09}-abcdef", f"R-{1000 + row}", "12.50 EUR") for row in range(ROWS))
        self.query(Input).first().focus()


def _widgets(inputs: int, lists: int, texts: int, boxes: int) -> Iterator[Widget]:
    for _ in range(inputs):
        field = Input(placeholder="find", compact=True)
        field.cursor_blink = False
        yield field
    for number in range(texts):
        yield Static(f"text {number}", markup=False)
    for _ in range(lists):
        yield DataTable[str](cursor_type="row")
    for _ in range(boxes):
        yield Vertical(classes="box")


async def counts() -> Counts:
    """How many widgets of each kind our program has in Lookup, shown and hidden, when all screens are mounted."""
    from refund_tui.tui.app import RefundApp
    from refund_tui.tui.screens.switcher import MOUNTED_LATER, ScreenSwitcher
    from refund_tui.tui.widgets.row_list import RowList
    from tests.support.crowd import crowd
    from tests.support.desks import settings

    found: Counts = {"shown": [0] * 4, "hidden": [0] * 4}
    app = RefundApp(settings(crowd(1_000, 1_000)))
    async with app.run_test(size=(80, 24)) as pilot:
        while not app.query_one("#trips", RowList).total:
            await pilot.pause(0.01)
        for name in MOUNTED_LATER:
            await app.query_one(ScreenSwitcher).mounted(name)
        for widget in app.screen.query(Widget):
            shown = all(one.display for one in widget.ancestors_with_self if isinstance(one, Widget))
            kind = 0 if isinstance(widget, Input) else 1 if isinstance(widget, RowList) else 3 if widget.children else 2
            found["shown" if shown else "hidden"][kind] += 1
    return found


if __name__ == "__main__":
    FormPeer(json.loads(sys.argv[1])).run(mouse=False)
