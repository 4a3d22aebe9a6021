"""Owns which high-water marks a ledger has outside its own folder, by the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refund_tui.host.paths import ledger_path, mark_name, state_dir

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from refund_tui.settings.load import Settings


def marks_outside(settings: Settings) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether the ledger must not be used without it: true for the folder that the operator chose.

    The ledger of a demo has none.
    """
    if settings.environment == "DEMO":
        return
    name, state = mark_name(ledger_path(settings.data_dir)), state_dir()
    if state is not None:
        yield state / "marks" / name, False
    if settings.mark_dir is not None:
        yield settings.mark_dir / name, True
