"""Owns the actions on one refund, for the screens that show one. Each action asks first; the desk carries it out."""

from __future__ import annotations

from textual import on

from refund_tui.core.refunds import Action
from refund_tui.desk.desk import Desk
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.widgets.refund_panel import RefundPanel


class RefundScreen(ScreenPane):
    """A screen that can show one refund, with the actions on it."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.refund_panel = RefundPanel(desk, self.in_background, id="refund-panel")
        """The refund on the screen."""

    async def show_selected(self) -> None:
        """Show the refund that an action is for, if it is not shown yet."""

    async def action_ask_again(self) -> None:
        """Ask the service again, or continue a blocked refund."""
        await self.show_selected()
        self.refund_panel.ask("ask_again")

    async def action_stop(self) -> None:
        """Cancel the refund, or stop its attempts."""
        await self.show_selected()
        self.refund_panel.ask("stop")

    async def action_settle(self) -> None:
        """Settle an UNKNOWN refund with evidence."""
        await self.show_selected()
        if self.refund_panel.can("settle"):  # the refund may have changed since the key was shown
            self.refund_panel.settle()

    async def action_approve(self) -> None:
        """Approve a refund that a colleague asked for."""
        await self._decide(Action.APPROVE)

    async def action_decline(self) -> None:
        """Decline a refund that a colleague asked for."""
        await self._decide(Action.DECLINE)

    async def _decide(self, action: Action) -> None:
        await self.show_selected()
        if self.refund_panel.can(action):  # the refund may have changed since the key was shown
            self.refund_panel.decide(action)

    async def action_raw(self) -> None:
        """Show the events and the raw answers."""
        await self.show_selected()
        self.refund_panel.raw()

    async def action_copy(self) -> None:
        """Copy the reconciliation id, or the receipt."""
        await self.show_selected()
        self.refund_panel.to_clipboard()

    def action_write(self) -> None:
        """Write the receipt to a file."""
        self.in_background(self.refund_panel.write())

    async def action_receipt(self) -> None:
        """Show the receipt."""
        await self.show_selected()
        self.in_background(self.refund_panel.show_receipt())

    @on(RefundPanel.Stepped)
    def _stepped(self, message: RefundPanel.Stepped) -> None:
        message.stop()
        self.refund_app.refresh_keys()

    @on(RefundPanel.Said)
    def _said(self, message: RefundPanel.Said) -> None:
        message.stop()
        self.refund_app.announce(message.words)
