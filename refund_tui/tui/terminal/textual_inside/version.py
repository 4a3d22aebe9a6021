"""Owns the known version of Textual, and what is missing with any other version. Never imports Textual."""

from __future__ import annotations

import importlib.util
from enum import StrEnum
from functools import cache
from pathlib import Path

KNOWN = "8.2.8"


class TextualRepair(StrEnum):
    """Each change that the program makes inside Textual; the value says what happens without it."""

    OUTPUT = "the screen is drawn on standard error"
    QUEUE = "a terminal that does not read delays refunds"
    INPUT = "a byte that is not UTF-8 ends the program"
    RENDER = "each key takes more time"
    CELL_DIFF = "each key sends more bytes"
    CRASH = "a crash prints values, perhaps a shopper's data"
    CLIPBOARD = "the clipboard may not work inside tmux or screen"

    @property
    def on(self) -> bool:
        """Whether the repair is made with the Textual in use."""
        return is_known()


@cache
def is_known() -> bool:
    """Whether the Textual in use has the known version."""
    spec = importlib.util.find_spec("textual")
    return spec is not None and spec.origin is not None and is_installed_as(KNOWN, Path(spec.origin).parents[1])


def is_installed_as(version: str, folder: Path) -> bool:
    """Whether the Textual in this folder has that version, by the installer's record beside it.

    `importlib.metadata` is not used: it is slow to import and would delay the first screen.
    """
    return (folder / f"textual-{version}.dist-info").is_dir()
