"""Owns what can be done to the one refund that a place shows, by the registry's names."""

from __future__ import annotations

from textual import on

from refund_tui.desk.desk import Desk
from refund_tui.tui.commands import key_of
from refund_tui.tui.screens.screen import ScreenPane
from refund_tui.tui.widgets.refund_panel import RefundPanel


class RefundScreen(ScreenPane):
    """A place in which one refund can be shown: what is done to it there, by the registry's names."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.life = RefundPanel(desk, self.in_background, id="life")
        """The refund on the screen."""

    def _not_done(self) -> str:
        key = key_of(self.id or "", self._desk.settings.keys)
        return f"Nothing was done: a question is still without an answer. {key} goes back to it."

    async def bring(self) -> None:
        """Show the refund that is meant, if it is not shown yet."""

    async def action_ask_again(self) -> None:
        """Ask again, or go on."""
        await self.bring()
        self.life.ask("ask_again")

    async def action_stop(self) -> None:
        """Cancel or stop."""
        await self.bring()
        self.life.ask("stop")

    async def action_settle(self) -> None:
        """Settle with evidence."""
        await self.bring()
        self.life.settle()

    async def action_raw(self) -> None:
        """Events and answers."""
        await self.bring()
        self.life.raw()

    async def action_copy(self) -> None:
        """The reconciliation id, or the receipt."""
        await self.bring()
        self.life.to_clipboard()

    def action_write(self) -> None:
        """The receipt to a file."""
        self.in_background(self.life.write())

    async def action_receipt(self) -> None:
        """A receipt."""
        await self.bring()
        self.in_background(self.life.show_receipt())

    @on(RefundPanel.Stepped)
    def _stepped(self, message: RefundPanel.Stepped) -> None:
        message.stop()
        self.frame.refresh_keys()

    @on(RefundPanel.Said)
    def _said(self, message: RefundPanel.Said) -> None:
        message.stop()
        self.frame.announce(message.words)
