"""Owns the version of Textual whose inside was looked at, and what is missing with any other. Imports no Textual."""

from __future__ import annotations

import importlib.util
from enum import StrEnum
from functools import cache
from pathlib import Path

KNOWN = "8.2.8"


class Repair(StrEnum):
    """Each change that the program makes inside Textual; the value says what happens without it."""

    OUTPUT = "the screen is drawn on standard error, and a connection that is cut may end the program only after 5 s"
    QUEUE = "a terminal that does not read holds refunds up"
    INPUT = "one byte that is not UTF-8 ends the program"
    RENDER = "more is computed for each key, and a text that grows may be cut off until the screen is drawn again"
    CELL_DIFF = "a key costs more bytes on the line"
    CRASH = "a fault of the program prints its source with the values in it, which may be a shopper's data"
    CLIPBOARD = "inside tmux or screen the clipboard may get nothing"

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
    """Whether the Textual in this folder has that version, by its installer's record beside it.

    `importlib.metadata` would tell it too, but it is slow to import, and the first screen would wait for it.
    """
    return (folder / f"textual-{version}.dist-info").is_dir()
