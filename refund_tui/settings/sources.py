"""Owns where settings come from, in this order: flags, variables, the user's file, the site's file.

The site's file is at a fixed place. Nothing else can set what it locks. Its locks are accepted only if no one except
the operator can write the file. In a kiosk only that file and the command line count: the operator wrote both. Collects
every mistake. Never repeats a value that might be a secret.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from refund_tui.core.text import visible
from refund_tui.errors import ConfigError
from refund_tui.host import paths
from refund_tui.host.trust import changeable
from refund_tui.settings.declared import PREFIX, SETTINGS, Setting
from refund_tui.settings.readers import read

LONGEST = 100_000  # bytes of a configuration file: a wrong path, such as a device's, must not use up all memory

_FOLLOWS_VARIABLES = ("data_dir", "timezone")
"""Settings whose default follows variables such as XDG_DATA_HOME and TZ."""

Lines = dict[str, int]
"""The line of each key of a file; that of "" is its end."""


class Sources:
    """The settings that were set: their `values`, and the `places` where each was set."""

    def __init__(self, flags: Mapping[str, object], environ: Mapping[str, str]) -> None:
        """Read all sources. An empty variable counts as not set. Raises ConfigError, one line for each mistake."""
        self.values: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self._given: list[tuple[str, str]] = []
        self._mistakes: list[str] = []
        options = {SETTINGS[name].option: value for name, value in flags.items() if value is not None}
        self._add(options, {one.option: one for one in SETTINGS.values()}, visible, text=True)
        by_command = len(self._given)
        variables = {name: environ[name] for name in sorted(environ) if name.startswith(PREFIX) and environ[name]}
        self._add(variables, {one.variable: one for one in SETTINGS.values()}, visible, text=True)
        self._add_files(by_command)
        if self._mistakes:
            raise ConfigError("\n".join(self._mistakes))

    def _add(
        self,
        values: Mapping[str, object],
        known: Mapping[str, Setting],
        place: Callable[[str], str],
        *,
        text: bool,
        site: bool = False,
    ) -> None:
        """Keep what no earlier source set. `known` are the settings by their names in this source."""
        for name, value in values.items():
            one = known.get(name)
            if one is None:
                near = get_close_matches(name, known, n=1)
                remedy = f"did you mean {near[0]}?" if near else "remove it"
                self._mistakes.append(f"{place(name)} is not a setting: {remedy}")
            elif one.site_only and not site:
                self._mistakes.append(f"{place(name)} is accepted only in {paths.site_config()}: remove it here")
            else:
                self._set(one, name, value, place, text=text)

    def _set(self, one: Setting, name: str, value: object, place: Callable[[str], str], *, text: bool) -> None:
        self._given.append((one.name, place(name)))
        try:
            self.values.setdefault(one.name, read(one, value, text=text))
            self.places.setdefault(one.name, place(name))
        except ValueError as error:
            problem, *within = error.args
            self._mistakes.append(f"{place('.'.join([name, *within]))} {problem}")

    def _add_files(self, by_command: int) -> None:
        """The user's file, then the site's. The first `by_command` settings were given by the command line."""
        site, other = paths.site_config(), paths.other_site_config()
        if (file := self.values.get("config") or paths.user_config()) is not None:
            self._add_file(file, must="config" in self.values)
        if os.path.realpath(other) != os.path.realpath(site):  # resolve() fails on a loop of links
            self._add_file(other)
        before = tuple(self._given)
        content, lines = self._add_file(site, site=True)
        named = [name for name, one in SETTINGS.items() if one.site_only and name in content]
        if named and (why := _not_believed(site)):
            first = min(named, key=lines.__getitem__)
            self._mistakes.append(f"{site}:{lines[first]}: {first} is not accepted{why}")
        else:
            self._lock(site, content, lines, before)
            if self.values.get("kiosk"):
                self._close(site, lines, before[by_command:])

    def _add_file(self, path: Path, *, must: bool = False, site: bool = False) -> tuple[dict[str, Any], Lines]:
        """Add a TOML file; its content and its lines. A missing file is a mistake only if it `must` exist."""
        try:
            content, lines = _parsed(path)
        except OSError as error:
            if must or not isinstance(error, FileNotFoundError | NotADirectoryError):
                self._mistakes.append(f"{path} cannot be read ({error.strerror}): correct its name or its permissions")
            return {}, {}
        except ConfigError as error:
            self._mistakes.append(str(error))
            return {}, {}
        known = {name: one for name, one in SETTINGS.items() if name != "config"}
        self._add(content, known, lambda key: f"{path}:{lines[key]}: {visible(key, 80)}", text=False, site=site)
        return content, lines

    def _lock(self, site: Path, content: Mapping[str, Any], lines: Lines, given: tuple[tuple[str, str], ...]) -> None:
        """Refuse what was `given` elsewhere for a locked setting, and a locked value that a variable could change."""
        for name in self.values.get("locked", ()):
            lock, value = f"{site}:{lines['locked']}", content.get(name)
            self._mistakes += [
                f"{place} is locked by {lock}: remove it; only the operator changes {name}, in that file"
                for setting, place in given
                if setting == name
            ]
            if name in _FOLLOWS_VARIABLES and value is None:
                self._mistakes.append(f"{lock}: locked names {name}, which then follows variables: set it here too")
            if SETTINGS[name].type == "Path" and isinstance(value, str) and not value.startswith("/"):
                self._mistakes.append(f"{site}:{lines[name]}: {name} is locked: write its whole path, from / on")

    def _close(self, site: Path, lines: Lines, given: tuple[tuple[str, str], ...]) -> None:
        """In a kiosk, refuse what was `given` neither by the command line nor by the site's file."""
        kiosk = f"{site}:{lines['kiosk']}"
        self._mistakes += [
            f"{place} does not count in a kiosk ({kiosk}): remove it; only that file and flags of the command count"
            for _, place in given
        ]
        if "data_dir" not in self.values:
            self._mistakes.append(f"{kiosk}: a kiosk needs data_dir, which follows variables else: set it here too")


def _not_believed(site: Path) -> str | None:
    """Why settings that only the operator may set are not accepted from this file, and what to do; None if they are."""
    try:
        why = changeable(site)
    except OSError as error:
        why = f"{error.filename} cannot be checked ({error.strerror})"
    if why is None:
        return None
    return (
        f", because {visible(why, 200)}; nothing was started. Only root, or the owner of this program, may be able to "
        "write that file and the folders above it: have the operator correct that (chown root, chmod go-w)"
    )


def _parsed(path: Path) -> tuple[dict[str, Any], dict[str, int]]:
    """The content of a TOML file, and the line of each key. Raises OSError, ConfigError."""
    with path.open("rb") as stream:
        content = stream.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise ConfigError(f"{path} is larger than {LONGEST:,} bytes, which no configuration file is: name another file")
    lines = _lines(content)
    try:
        return tomllib.loads(content.decode(), parse_float=Decimal), lines
    except (ValueError, RecursionError) as error:
        told = re.search(r"at line (\d+)", str(error))
        where = f"{path}:{told[1] if told else lines['']}"
        raise ConfigError(f"{where}: is not TOML in UTF-8 ({visible(str(error), 80)}): correct that line") from error


def _lines(content: bytes) -> dict[str, int]:
    """The line of each key, `table.key` for a key of a table. Its end is the first line that is no statement.

    A statement is complete when it is TOML by itself; until then its value continues on the next line.
    """
    lines, table, statement, begun = dict[str, int](), "", b"", 1
    for number, line in enumerate(content.split(b"\n"), 1):
        statement += line + b"\n"
        try:
            found = tomllib.loads(statement.decode())
        except (ValueError, RecursionError):
            continue
        inner = (f"{key}.{name}" for key, value in found.items() if isinstance(value, dict) for name in value)
        names = [*found, *inner]
        if statement.lstrip().startswith(b"["):
            table = f"{names[-1]}."
        else:
            names = [table + name for name in names]
        lines = dict.fromkeys(names, begun) | lines
        statement, begun = b"", number + 1
    return lines | {"": begun}
