"""Owns the third place: every refund, newest first, its life, and what can be done about it now."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from refund_tui.core.lifecycle import NotPossible
from refund_tui.core.refunds import Action, Refund, State
from refund_tui.core.text import visible
from refund_tui.desk import Desk
from refund_tui.errors import RefundTuiError
from refund_tui.store.history import Filter
from refund_tui.tui.commands import HISTORY
from refund_tui.tui.line.plain import Plain
from refund_tui.tui.line.rows import Column, RowList
from refund_tui.tui.places.place import Place, bindings
from refund_tui.tui.states import SIGNS, moment

COLUMNS = (
    Column("Asked", 12), Column("Amount", 14, right=True), Column("State", 16), Column("Trip", 0), Column("Clerk", 10),
)  # fmt: skip


class HistoryPlace(Place):
    """All refunds; Enter shows one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(HISTORY)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "history")

    def compose(self) -> ComposeResult:
        """A search line, the list, the refund under the cursor in a word."""
        find = Input(placeholder="find", compact=True, id="find")
        find.cursor_blink = False
        yield find
        yield Plain("", id="history-heading")
        yield RowList[Refund](COLUMNS, self._cells, lambda refund: refund.key, empty=" No refunds yet.", id="refunds")
        yield Plain("", id="history-detail")

    @property
    def _list(self) -> RowList[Refund]:
        return cast("RowList[Refund]", self.query_one("#refunds", RowList))

    def enter(self) -> None:
        """Put the cursor on the list."""
        self._list.focus()
        self.reload()

    def tick(self) -> None:
        """Nothing here counts down."""

    def reload(self) -> None:
        """Read again."""
        self.app.run_worker(self._read(0, fresh=True), group="history", exclusive=True, exit_on_error=False)

    async def _read(self, start: int, *, fresh: bool) -> None:
        wanted = Filter(text=self.query_one("#find", Input).value.strip())
        rows = await self._desk.look(lambda history: history.rows(wanted, start, 60))
        total = await self._desk.look(lambda history: history.count(wanted))
        self._list.set_rows(start, rows, total, fresh=fresh)
        self.query_one("#history-heading", Plain).show(self._list.heading(self.size.width))

    def _cells(self, refund: Refund) -> tuple[str, ...]:
        asked = refund.intent
        when = moment(refund.created_at, self._desk.settings.zone, self._desk.now().at)
        state = f"{SIGNS[refund.state]} {refund.state}"
        return when, str(asked.amount), state, visible(asked.trip_id, 60), visible(refund.clerk, 20)

    @on(RowList.Needed)
    def _needed(self, message: RowList.Needed) -> None:
        self.app.run_worker(self._read(message.start, fresh=False), exit_on_error=False)

    @on(RowList.Highlighted)
    def _highlighted(self, message: RowList.Highlighted) -> None:
        refund = self._list.current
        self.query_one("#history-detail", Plain).show(" " + visible(refund.life.why, 200) if refund else "")

    @on(RowList.Chosen)
    def _chosen(self) -> None:
        if self._list.current:
            self.app.show_refund(self._list.current)  # type: ignore[attr-defined]

    @on(Input.Changed, "#find")
    def _find(self) -> None:
        self.reload()

    def action_find(self) -> None:
        """To the search line."""
        self.query_one("#find").focus()

    def action_ask_again(self) -> None:
        """Ask again, or go on."""
        if (refund := self._list.current) is not None:
            self._act(refund, Action.GO_ON if refund.state is State.BLOCKED else Action.ASK_AGAIN)

    def action_stop(self) -> None:
        """Cancel or stop."""
        if (refund := self._list.current) is not None:
            self._act(
                refund, Action.STOP if refund.life.maybe_executed or refund.state is State.SENDING else Action.CANCEL
            )

    def _act(self, refund: Refund, action: Action) -> None:
        self.app.run_worker(self._do(refund, action), exit_on_error=False)

    async def _do(self, refund: Refund, action: Action) -> None:
        try:
            await self._desk.act(refund.key, action)
        except (NotPossible, RefundTuiError) as refused:
            self.app.announce(str(refused))  # type: ignore[attr-defined]
