"""Owns the files that the screens write: exports and receipts. Each is a new file that only its owner can read."""

from __future__ import annotations

import asyncio
from io import StringIO
from pathlib import Path

from refund_tui.core.filters import Filter
from refund_tui.desk.desk import Desk
from refund_tui.errors import RefundTuiError
from refund_tui.store.export import Csv, JsonLines


async def export(desk: Desk, wanted: Filter, *, lines: bool = False) -> tuple[Path, int]:
    """Write the refunds that match `wanted`, as CSV or JSON lines. The file, and the number of refunds.

    They are read in pages. The file is in the home folder and never replaces another file. Raises RefundTuiError.
    """
    path, text = _new(desk, "refunds", "jsonl" if lines else "csv"), StringIO(newline="")
    table = JsonLines(text) if lines else Csv(text)
    below, number, first = None, 0, True
    while first or below is not None:
        told, below = await desk.history.page(wanted, below, desk.now())
        for refund in told:
            table.write(refund)
        await asyncio.to_thread(_write, path, text.getvalue(), first=first)
        text.seek(0)
        text.truncate()
        number, first = number + len(told), False
    return path, number


async def write_receipt(desk: Desk, key: str, text: str) -> Path:
    """Write a receipt to a new file in the home folder. Raises RefundTuiError."""
    path = _new(desk, f"receipt-{key[-12:]}", "txt")
    await asyncio.to_thread(_write, path, text, first=True)
    return path


def _new(desk: Desk, name: str, ending: str) -> Path:
    local = desk.now().at.astimezone(desk.settings.zone)
    return Path.home() / f"{name}-{local:%Y%m%d-%H%M%S}.{ending}"


def _write(path: Path, text: str, *, first: bool) -> None:
    try:
        if first:
            path.touch(mode=0o600, exist_ok=False)
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise RefundTuiError(f"{path} could not be written ({error.strerror}); no refund was changed") from error
