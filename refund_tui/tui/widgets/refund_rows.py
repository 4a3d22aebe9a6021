"""Owns how a refund is one row of a list: its columns, and what stands in them. Reads nothing."""

from __future__ import annotations

from refund_tui.core.damage import DAMAGED, Damaged
from refund_tui.core.refunds import Refund
from refund_tui.desk.body_check import alteration_of
from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.row_list import Cell, Column
from refund_tui.tui.wording.states import SIGNS, TONES, moment

COLUMNS = (
    Column("Asked", 12), Column("State", 16, most=19), Column("Card", 4, above=62),
    Column("Receipt", 9, most=36, above=70, ends=True), Column("Reason", 14, most=27, above=100),
    Column("Clerk", 10, most=16), Column("Amount", 13, right=True),
)  # fmt: skip
"""Where a list is narrow, the clerk and the amount stay whole."""


def cells(desk: Desk, refund: Refund | Damaged) -> tuple[Cell, ...]:
    """A refund by COLUMNS; where no receipt is known its trip stands in the receipt's place."""
    if isinstance(refund, Damaged):
        return "", (f"! {DAMAGED}", "bad"), "", refund.trip_id, "", refund.columns.get("clerk", ""), "unreadable"
    asked = refund.intent
    when = moment(refund.created_at, desk.settings.zone, desk.now().at)
    state = f"{SIGNS[refund.state]} {refund.state}{' !' if refund.life.alarm or alteration_of(refund) else ''}"
    told = (state, TONES[refund.state]), asked.card.tail or "", asked.receipt or asked.trip_id, asked.reason.words
    return when, *told, refund.clerk, (str(asked.amount), "strong")
