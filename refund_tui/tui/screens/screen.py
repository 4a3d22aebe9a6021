"""Owns the base class of all screens, and their access to the app."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, cast

from textual.containers import Vertical

from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from refund_tui.tui.app import RefundApp


class ScreenPane(Vertical):
    """One screen. It never keeps the state of a refund: it shows what the ledger says."""

    title = ""
    rows: RowList[Any] | None = None
    """The list of the screen, if it has one. Its keys also work while a field has the focus."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(id=name)
        self._desk = desk

    @property
    def where(self) -> str:
        """The screen's name, and which part of it is shown where that has a name."""
        return self.title

    @property
    def refund_app(self) -> RefundApp:
        """The app."""
        return cast("RefundApp", self.app)

    def enter(self) -> None:
        """Called when the screen is shown: set the focus."""

    def tick(self) -> None:
        """Called each second."""

    def reload(self) -> None:
        """Called after news of the desk: read again what is shown."""

    @property
    def unanswered(self) -> str:
        """What did not happen if the screen is left while it asks a question; "" if it asks none."""
        return ""

    @property
    def recording(self) -> bool:
        """Whether a yes was given here that is not on disk yet."""
        return False

    def can(self, action: str) -> bool:
        """Whether a command of this screen is possible now."""
        return True

    def label(self, action: str) -> str:
        """The present label of a command of this screen; "" for the usual one."""
        return ""

    def action_move(self, by: int) -> None:
        """Move by rows in the list."""
        if self.rows is not None:
            self.rows.action_move(by)

    def action_page(self, by: int) -> None:
        """Move by pages in the list."""
        if self.rows is not None:
            self.rows.action_page(by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Textual asks here before it runs a key's action; the app decides."""
        return self.refund_app.check_action(action, parameters)

    def in_background(self, work: Coroutine[object, object, None], group: str = "") -> None:
        """Run `work` in the background. Its errors are announced. See BackgroundWork."""
        self.refund_app.background.do(work, group)
