"""Owns the version of Textual that the line's repairs were tried with; with any other they stay away."""

from __future__ import annotations

from pathlib import Path

import textual

KNOWN = "8.2.8"


def is_known(package: str | None = textual.__file__) -> bool:
    """Whether the Textual in use is that version, by its installer's record beside it.

    `textual.__version__` would say so too, but asks importlib.metadata, for which the first screen would wait.
    """
    return package is not None and (Path(package).parents[1] / f"textual-{KNOWN}.dist-info").is_dir()
