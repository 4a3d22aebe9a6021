"""Owns the settings as the program uses them, and where they come from: flags, variables, files, defaults.

Collects every mistake, so that all can be corrected at once. Never repeats a value that might be a secret.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import tzinfo
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from refund_tui.core.endpoints import endpoint_of
from refund_tui.core.ledger_identity import DEMO, Service, environment_of
from refund_tui.core.text import visible
from refund_tui.errors import ConfigError
from refund_tui.host import clerk, paths
from refund_tui.host.zone import host_zone
from refund_tui.settings.declared import PREFIX, SETTINGS, Declared, Setting
from refund_tui.settings.readers import read

DEFAULT = "default"
LONGEST = 100_000  # bytes of a configuration file: a wrong path, such as a device's, must not use up all memory


class Settings(Declared):
    """The value of every setting. `sources` says where each was set. Immutable: `replace` makes a copy."""

    def __init__(self, values: Mapping[str, Any], sources: Mapping[str, str]) -> None:
        """Raises ConfigError if the service is not of the environment that was set."""
        self.values, self.sources = values, sources
        vars(self).update(values)
        try:
            self.environment = environment_of(self.base_url, self.environment)
        except ValueError as error:
            raise ConfigError(f"{sources['environment']} {error}") from error

    def replace(self, **changes: object) -> Settings:
        """A copy with `changes`. The environment follows from the service unless it was set."""
        return Settings({**self.values, **changes}, self.sources)

    @property
    def service(self) -> Service:
        """The service as the ledger identifies it. Its endpoint is empty if there is no `base_url`."""
        return Service(self.environment, DEMO if self.environment == "DEMO" else endpoint_of(self.base_url))

    @property
    def zone(self) -> tzinfo:
        """The store's time zone."""
        return ZoneInfo(self.timezone)

    def require(self, *names: str) -> None:
        """Check that the settings `names` are set. Raises ConfigError."""
        missing = [SETTINGS[name] for name in names if self.values[name] is None]
        if missing:
            ways = " and ".join(f"{one.name} ({one.option}, {one.variable})" for one in missing)
            raise ConfigError(f"set {ways} to make refunds; refund-tui demo and refund-tui history work without")


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Flags, then `REFUND_TUI_*`, then the user's and the site's TOML file, then defaults.

    `flags` maps a setting's name to its text or value; None means not set. Raises ConfigError, one line per mistake.
    """
    found = _Sources(flags, environ)
    values = {name: one.default and read(one, one.default, text=False) for name, one in SETTINGS.items()} | found.values
    values["timezone"] = values["timezone"] or host_zone(environ)
    values["clerk"] = values["clerk"] or clerk.login(environ)
    values["data_dir"] = values["data_dir"] or paths.default_data_dir()
    return Settings(values, dict.fromkeys(SETTINGS, DEFAULT) | found.places)


class _Sources:
    """The settings that were set: their `values`, and the `places` where each was set."""

    def __init__(self, flags: Mapping[str, object], environ: Mapping[str, str]) -> None:
        """Read all sources. An empty variable counts as not set. Raises ConfigError, one line for each mistake."""
        self.values: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self._mistakes: list[str] = []
        options = {SETTINGS[name].option: value for name, value in flags.items() if value is not None}
        self._add(options, {one.option: one for one in SETTINGS.values()}, visible, text=True)
        variables = {name: environ[name] for name in sorted(environ) if name.startswith(PREFIX) and environ[name]}
        self._add(variables, {one.variable: one for one in SETTINGS.values()}, visible, text=True)
        if (file := self.values.get("config") or paths.user_config()) is not None:
            self._add_file(file, must="config" in self.values)
        self._add_file(paths.site_config(), must=False)
        if self._mistakes:
            raise ConfigError("\n".join(self._mistakes))

    def _add(
        self, values: Mapping[str, object], known: Mapping[str, Setting], place: Callable[[str], str], *, text: bool
    ) -> None:
        """Keep what no earlier source set. `known` are the settings by their names in this source."""
        for name, value in values.items():
            if name not in known:
                near = get_close_matches(name, known, n=1)
                remedy = f"did you mean {near[0]}?" if near else "remove it"
                self._mistakes.append(f"{place(name)} is not a setting: {remedy}")
                continue
            try:
                self.values.setdefault(known[name].name, read(known[name], value, text=text))
                self.places.setdefault(known[name].name, place(name))
            except ValueError as error:
                problem, *within = error.args
                self._mistakes.append(f"{place('.'.join([name, *within]))} {problem}")

    def _add_file(self, path: Path, *, must: bool) -> None:
        """Add a TOML file. A missing file is a mistake only if it `must` exist."""
        try:
            content, lines = _parsed(path)
        except OSError as error:
            if must or not isinstance(error, FileNotFoundError | NotADirectoryError):
                self._mistakes.append(f"{path} cannot be read ({error.strerror}): correct its name or its permissions")
        except ConfigError as error:
            self._mistakes.append(str(error))
        else:
            known = {name: one for name, one in SETTINGS.items() if name != "config"}
            self._add(content, known, lambda key: f"{path}:{lines[key]}: {visible(key, 80)}", text=False)


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
