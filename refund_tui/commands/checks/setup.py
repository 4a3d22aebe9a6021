"""Owns the checks of what this host and its configuration say: settings and where they came from, the terminal."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, ok, warn
from refund_tui.core.text import visible
from refund_tui.settings.declared import SETTINGS
from refund_tui.tui.terminal.textual_inside.version import KNOWN, Repair, is_known

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

COLUMNS, ROWS = 80, 24


def check_settings(settings: Settings) -> Iterator[Result]:
    """Each setting with its source; what is missing to make refunds. A mistake in one never gets this far."""
    for entry in SETTINGS.values():
        yield ok(entry.name, f"{_shown(getattr(settings, entry.name))}  ({settings.sources[entry.name]})")
    for name, without in (
        ("base_url", "refunds can be reviewed here, not made"),
        ("store_id", "refunds can be reviewed here, not made"),
        ("currency", "trips whose currency is not known here cannot be refunded"),
    ):
        if getattr(settings, name) is None:
            yield warn(name, f"is not set: {without}", f"set it by REFUND_TUI_{name.upper()} or in the configuration")


def _shown(value: object) -> str:
    if value is None or value == {}:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return visible(str(value))


def check_terminal() -> Iterator[Result]:
    """Whether the terminal can show the screens."""
    kind = os.environ.get("TERM", "")
    if kind in ("", "dumb", "unknown"):
        yield warn("terminal", f"TERM is {kind or 'not set'}", "the screens need more; refund-tui refund does not")
    else:
        yield ok("terminal", f"TERM is {visible(kind)}")
    encoding = locale.getpreferredencoding(do_setlocale=False)
    if encoding.lower().replace("-", "") != "utf8":
        yield warn("encoding", f"is {encoding}", "set LANG to a UTF-8 locale, such as C.UTF-8")
    else:
        yield ok("encoding", "UTF-8")
    yield _textual()
    yield from _size()


def _textual() -> Result:
    """Whether the installed Textual is the one whose inside is known; with another one, which repairs are off."""
    if is_known():
        return ok("textual", f"{KNOWN}, with all repairs")
    found = f"{_version_of_textual()} is not {KNOWN}, so these repairs are off: {'; '.join(Repair)}"
    return warn("textual", found, f"install textual=={KNOWN}; the screens work without the repairs")


def _version_of_textual() -> str:
    try:
        return visible(metadata.version("textual"), 20)
    except metadata.PackageNotFoundError:
        return "its version"


def _size() -> Iterator[Result]:
    if not sys.stdout.isatty():
        return
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    if columns < COLUMNS or rows < ROWS:
        yield warn("size", f"{columns}x{rows}", f"the screens are made for {COLUMNS}x{ROWS} and more")
    else:
        yield ok("size", f"{columns}x{rows}")
