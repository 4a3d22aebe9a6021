"""Owns what the screens have in common, and their way to the app around them."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, cast

from textual.containers import Vertical

from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from refund_tui.tui.app import RefundApp


class ScreenPane(Vertical):
    """One screen. It keeps no state of refunds: it shows what the ledger says."""

    title = ""
    rows: RowList[Any] | None = None
    """The list, on a screen that has one; its keys hold while a field has the focus too."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(id=name)
        self._desk = desk

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
        """What to announce when the screen is left while it asks something; "" where it asks nothing."""
        return ""

    def can(self, action: str) -> bool:
        """Whether a command of this screen is possible now."""
        return True

    def label(self, action: str) -> str:
        """What a command of this screen is called now; "" where it has its usual name."""
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
        """Run `work` while keys are handled; what fails in it is announced. See BackgroundWork."""
        self.refund_app.background.do(work, group)
