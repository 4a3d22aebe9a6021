"""Owns the input field as every place uses it: one line, no border, nothing that blinks."""

from __future__ import annotations

from textual.widgets import Input


def field(name: str, hint: str = "") -> Input:
    """A field with an id; `hint` shows while it is empty."""
    made = Input(placeholder=hint, compact=True, id=name, select_on_focus=False)
    made.cursor_blink = False
    return made
