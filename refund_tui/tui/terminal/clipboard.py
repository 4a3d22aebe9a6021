"""Owns the way to the clerk's clipboard: the terminal is asked (OSC 52). Whether it did it cannot be known."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from textual.app import App

from refund_tui.tui.terminal.textual_inside import write_to_terminal

LONGEST = 4_000
"""Characters that are sent; terminals drop longer requests and say nothing."""


def request(text: str, environ: Mapping[str, str]) -> str:
    """The sequence that asks the terminal to take `text`, wrapped so that screen or tmux hand it on.

    tmux is asked both ways: with `set-clipboard on` it takes the plain one, with `allow-passthrough on` the wrapped.
    """
    plain = f"\x1b]52;c;{base64.b64encode(text[:LONGEST].encode()).decode()}\x07"
    if environ.get("TMUX"):
        return f"{plain}\x1bPtmux;{plain.replace(chr(27), chr(27) * 2)}\x1b\\"
    if environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        return f"\x1bP{plain}\x1b\\"
    return plain


def copy(app: App[int], text: str, environ: Mapping[str, str]) -> None:
    """Ask the terminal to take `text`; it does not answer."""
    if not app.is_headless and not write_to_terminal(app, request(text, environ)):
        app.copy_to_clipboard(text[:LONGEST])
