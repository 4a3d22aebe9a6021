"""Owns how the terminal writes what is filtered to a file: page after page, readable by its owner only."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from refund_tui.desk import Desk
from refund_tui.errors import RefundTuiError
from refund_tui.store.export import Csv, Told, page
from refund_tui.store.history import Filter


async def export_csv(desk: Desk, wanted: Filter) -> tuple[Path, int]:
    """Write the refunds that `wanted` asks for into the clerk's home folder; the file, and how many they are.

    Never over another file. Raises RefundTuiError.
    """
    local = desk.now().at.astimezone(desk.settings.zone)
    path = Path.home() / f"refunds-{local:%Y%m%d-%H%M%S}.csv"
    below, number, first = None, 0, True
    while first or below is not None:
        told, below = await desk.look(lambda history, below=below: page(history, wanted, below))  # type: ignore[misc]
        await asyncio.to_thread(_write, path, told, first=first)
        number, first = number + len(told), False
    return path, number


def _write(path: Path, told: Sequence[Told], *, first: bool) -> None:
    text = StringIO()
    table = Csv(text)
    if not first:
        text.seek(0)
        text.truncate()
    for refund in told:
        table.write(refund)
    try:
        if first:
            path.touch(mode=0o600, exist_ok=False)
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())
    except OSError as error:
        raise RefundTuiError(f"{path} could not be written ({error.strerror}); no refund was changed") from error
