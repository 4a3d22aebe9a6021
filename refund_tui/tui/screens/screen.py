"""Owns what the places have in common, and how they speak to the frame around them."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, cast

from textual.containers import Vertical

from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from refund_tui.tui.app import RefundApp


class ScreenPane(Vertical):
    """One of the three places. It holds no truth: it shows what the ledger says."""

    title = ""
    rows: RowList[Any] | None = None
    """The list whose keys also hold while a field has the cursor, in a place that has one."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(id=name)
        self._desk = desk

    @property
    def frame(self) -> RefundApp:
        """The app around it."""
        return cast("RefundApp", self.app)

    def enter(self) -> None:
        """The place is shown: put the cursor where it is needed."""

    def tick(self) -> None:
        """A second has passed."""

    def reload(self) -> None:
        """The desk said something: read again what is shown."""

    @property
    def unanswered(self) -> str:
        """What to say when the place is left while it asks something; "" where it does not."""
        return ""

    def can(self, action: str) -> bool:
        """Whether one of its own commands is possible now."""
        return True

    def action_move(self, by: int) -> None:
        """By rows in the list."""
        if self.rows is not None:
            self.rows.action_move(by)

    def action_page(self, by: int) -> None:
        """By pages in the list."""
        if self.rows is not None:
            self.rows.action_page(by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Textual asks here before it runs a key's action; the frame decides."""
        return self.frame.check_action(action, parameters)

    def in_background(self, work: Coroutine[object, object, None], group: str = "") -> None:
        """Do `work` without holding a key up; what fails in it is announced. See BackgroundWork."""
        self.frame.background.do(work, group)
