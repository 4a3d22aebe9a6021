"""The terminal: screens that hold no truth of their own and redraw from the ledger after the desk's news."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refund_tui.config import Settings


def run(settings: Settings) -> int:
    """Open the terminal and return its exit code. Raises RefundTuiError."""
    from refund_tui.tui.app import RefundApp  # brings Textual, whose environment is read when it is imported

    app = RefundApp(settings)
    app.run(mouse=False)
    return app.return_code or 0
