"""The record of a redacted refund says so where its note, articles, card and receipt were."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent, Refund
from refund_tui.tui.wording.refund_record import facts_of

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
INTENT = Intent("STORE-001", "trip-1", Money(1250, "EUR"), ReasonCode.EXPIRED_ITEM)


def test_each_removed_value_is_called_redacted_with_the_day_of_the_store() -> None:
    gone = Refund("key", "endpoint", INTENT, "ana", b"{}", NOW, NOW, redacted_at=NOW)
    parts = facts_of(gone, ZoneInfo("Europe/Berlin"), NOW, 80)
    text = "".join(part if isinstance(part, str) else part[0] for part in parts)
    for name in ("Articles", "Card", "Receipt", "Note"):
        assert f"{name:19}redacted 23.11.2026" in text
