"""Owns where the high-water marks of a ledger are kept outside its own folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refund_tui.host.paths import ledger_path, mark_name, state_dir
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from refund_tui.settings.load import Settings


def marks_of(settings: Settings) -> HighWaterMarks:
    """The marks of the ledger that the settings name. A demo's ledger has only the one beside it."""
    ledger = ledger_path(settings.data_dir)
    return HighWaterMarks(ledger, () if settings.environment == "DEMO" else _outside(settings, mark_name(ledger)))


def _outside(settings: Settings, name: str) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether the ledger must not be used without it: true for the folder that the operator chose."""
    state = state_dir()
    if state is not None:
        yield state / "marks" / name, False
    if settings.mark_dir is not None:
        yield settings.mark_dir / name, True
