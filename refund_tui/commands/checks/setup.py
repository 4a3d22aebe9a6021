"""Owns the checks of the settings, with where each was set, and of the terminal."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import TYPE_CHECKING

from refund_tui.commands.checks import Result, ok, warn
from refund_tui.core.money import Money
from refund_tui.core.text import visible
from refund_tui.errors import ConfigError
from refund_tui.host.paths import site_config, user_config
from refund_tui.settings.declared import SETTINGS
from refund_tui.tui.terminal.textual_inside.version import KNOWN, TextualRepair, is_known

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

COLUMNS, ROWS = 80, 24


def check_settings(settings: Settings) -> Iterator[Result]:
    """Each setting with its source, and the settings that are missing. A wrong setting has ended the program before."""
    for entry in SETTINGS.values():
        locked = f"; locked by {settings.sources['locked']}" if entry.name in settings.locked else ""
        yield ok(entry.name, f"{_shown(getattr(settings, entry.name))}  ({settings.sources[entry.name]}{locked})")
    try:
        settings.require_clerk()
    except ConfigError as error:
        yield warn("clerk", str(error), "without that, refunds can be reviewed, but not made")
    for name, without in (
        ("base_url", "refunds can be reviewed, but not made"),
        ("store_id", "refunds can be reviewed, but not made"),
        ("currency", "a trip without a recorded currency cannot be refunded"),
    ):
        if getattr(settings, name) is None:
            yield warn(name, f"is not set: {without}", f"set it with REFUND_TUI_{name.upper()} or in {_file()}")


def _file() -> str:
    """The configuration file of this account, or of the host if the account has no home folder."""
    return visible(str(user_config() or site_config()))


def _shown(value: object) -> str:
    if value in (None, {}, ()):
        return "-"
    if isinstance(value, tuple):
        return visible(", ".join(value))
    if isinstance(value, Mapping) and all(isinstance(one, Money) for one in value.values()):
        return ", ".join(map(str, value.values()))
    if isinstance(value, Mapping):
        return visible("; ".join(f"{name}: {_shown(one)}" for name, one in value.items()), 2_000)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return visible(str(value))


def check_terminal() -> Iterator[Result]:
    """Whether the terminal can show the screens."""
    kind = os.environ.get("TERM", "")
    if kind in ("", "dumb", "unknown"):
        yield warn(
            "terminal",
            f"TERM is {kind or 'not set'}",
            "set TERM to the type of this terminal; refund-tui refund works without it",
        )
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
    """Whether the installed Textual is the tested version. With another version, which repairs are off."""
    if is_known():
        return ok("textual", f"{KNOWN}, with all repairs")
    found = f"{_version_of_textual()} is not {KNOWN}, so these repairs are off: {'; '.join(TextualRepair)}"
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
        yield warn("size", f"{columns}x{rows}", f"make it {COLUMNS}x{ROWS} or larger")
    else:
        yield ok("size", f"{columns}x{rows}")
