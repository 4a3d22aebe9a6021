"""Owns what is shown in place of a list without rows: why it is empty, and what to do."""

from __future__ import annotations

from refund_tui.core.text import visible
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.states import STYLES

NO_TRIPS: tuple[Part, ...] = (
    ("No trips are known here yet.", "bold"),
    "\n\nType a trip id and press Enter, or have the operator import them:\n\n",
    ("  refund-tui trips import FILE", STYLES["accent"]),
)
NO_REFUNDS: tuple[Part, ...] = (
    ("No refunds yet.", "bold"),
    "\n\nWhat is refunded in Lookup appears here, newest first, and stays. Reviewing it needs no network.",
)
NO_MATCH: tuple[Part, ...] = (("No refund matches.", "bold"), "\n\nctrl+u empties the line; F1 explains its words.")
UNUSABLE: tuple[Part, ...] = (("Nothing is shown.", "bold"), "\n\nThe line above cannot be used as it stands.")
NO_COMMAND = " No command that is possible now contains these words; F1 lists them."


def no_trip(text: str, problem: str | None) -> tuple[Part, ...]:
    """No trip here matches `text`; `problem` is why it cannot be a trip id either."""
    title = ("No trip here matches.", "bold")
    if problem:
        return title, f"\n\n{problem}."
    return (
        title, "\n\nEnter opens a refund on the trip id as typed: ", (visible(text, 60), "bold"),
        "\nHow much was charged is then not known here: only the service knows.",
    )  # fmt: skip
