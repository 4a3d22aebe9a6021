"""Owns where settings come from: flags, variables, the user's file, the site's file. The first one that sets it counts.

Collects every mistake, so that all can be corrected at once. Never repeats a value that might be a secret.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from refund_tui.core.text import visible
from refund_tui.errors import ConfigError
from refund_tui.settings.declared import CONFIG, PREFIX, SETTINGS
from refund_tui.settings.readers import check_path, read

LONGEST = 1_000_000
"""Bytes of a configuration file at most, so that a wrong path, such as a device, does not use up all memory."""

CONFIG_VARIABLE = PREFIX + CONFIG.upper()

_SECRET = re.compile(r"secret|token|password|passwd|access_?key|credential", re.IGNORECASE)
_VERBS = {"is", "must", "can", "has", "holds", "names", "begins"}
"""A message that begins with one of these continues a sentence after the setting's name. Others come after a colon."""


class Given(NamedTuple):
    """A checked value, and the place where it was set."""

    value: object
    source: str


def gather(
    flags: Mapping[str, object], environ: Mapping[str, str], user: Callable[[], Path | None], site: Callable[[], Path]
) -> dict[str, Given]:
    """Every setting that was set somewhere, by name. `user` and `site` return the paths of the two files.

    Raises ConfigError with one line for each mistake.
    """
    sources = _Sources()
    sources.add_flags(flags)
    sources.add_variables(environ)
    if named := flags.get(CONFIG) or environ.get(CONFIG_VARIABLE):
        sources.add_named_file(named)
    elif (file := user()) is not None:
        sources.add_file(file, must=False)
    sources.add_file(site(), must=False)
    if sources.mistakes:
        raise ConfigError("\n".join(sources.mistakes))
    return sources.given


class _Sources:
    """The values from the sources that were read so far, and the mistakes in them."""

    def __init__(self) -> None:
        self.given: dict[str, Given] = {}
        self.mistakes: list[str] = []

    def add_flags(self, flags: Mapping[str, object]) -> None:
        """Add the flags, by setting name; None means not set."""
        for name, value in flags.items():
            if name != CONFIG and value is not None:
                self._take(name, value, SETTINGS[name].option, text=isinstance(value, str))

    def add_variables(self, environ: Mapping[str, str]) -> None:
        """Add the variables `REFUND_TUI_*`. An empty one counts as not set, an unknown one is a mistake."""
        known = {setting.variable: name for name, setting in SETTINGS.items()}
        for variable, value in sorted(environ.items()):
            if not variable.startswith(PREFIX) or variable == CONFIG_VARIABLE or not value:
                continue
            if variable in known:
                self._take(known[variable], value, variable, text=True)
            else:
                self._unknown(visible(variable, 80), _nearest(variable, [*known, CONFIG_VARIABLE], "unset it"))

    def add_named_file(self, name: object) -> None:
        """Add the TOML file that was named in place of the user's."""
        try:
            self.add_file(check_path(name), must=True)
        except ValueError as error:
            self.mistakes.append(f"the name of the configuration file {error}")

    def add_file(self, path: Path, *, must: bool) -> None:
        """Add a TOML file. A missing file is a mistake only if it `must` exist."""
        text = self._read(path, must=must)
        try:
            content = tomllib.loads(text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            self.mistakes.append(f"{path} is not TOML: {visible(str(error))}; correct that line")
            return
        except ValueError:  # Python reads integers of at most 4,300 digits
            self.mistakes.append(f"{path} has a number with thousands of digits: remove it")
            return
        except RecursionError:
            self.mistakes.append(f"{path} has brackets that are nested too deeply: remove them")
            return
        for key, value in content.items():
            source = f"{path}:{_line_of(key, text)}: {visible(key, 80)}"
            if key in SETTINGS:
                self._take(key, value, source, text=False)
            elif _SECRET.search(key):
                self.mistakes.append(f"{source}: secrets are never kept in this file: remove it")
            else:
                self._unknown(source, _nearest(key, SETTINGS, "remove it"))

    def _read(self, path: Path, *, must: bool) -> str:
        try:
            return self._text(path)
        except (FileNotFoundError, NotADirectoryError):
            if must:
                remedy = f"name an existing file with --config or {CONFIG_VARIABLE}"
                self.mistakes.append(f"{path} does not exist: {remedy}")
        except UnicodeDecodeError:
            self.mistakes.append(f"{path} is not UTF-8 text: save it as UTF-8")
        except OSError as error:
            self.mistakes.append(f"{path} cannot be read ({error.strerror}): correct its permissions")
        return ""

    def _text(self, path: Path) -> str:
        with path.open("rb") as stream:
            content = stream.read(LONGEST + 1)
        if len(content) > LONGEST:
            self.mistakes.append(
                f"{path} is larger than {LONGEST:,} bytes, which no configuration file is: name another file"
            )
            return ""
        return content.decode("utf-8")

    def _take(self, name: str, value: object, source: str, *, text: bool) -> None:
        """Check one value and keep it unless an earlier source set it; or note what is wrong with it."""
        try:
            self.given.setdefault(name, Given(read(SETTINGS[name], value, text=text), source))
        except ValueError as error:
            joined = " " if str(error).split(" ", 1)[0] in _VERBS else " is not usable: "
            self.mistakes.append(f"{source}{joined}{error}")

    def _unknown(self, source: str, remedy: str) -> None:
        self.mistakes.append(f"{source} is not a setting: {remedy}")


def _nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]}?" if close else otherwise


def _line_of(key: str, text: str) -> int:
    """The number of the line on which a statement sets `key`, not a line inside a value of several lines.

    They can be told apart: the text before a statement is valid TOML, the text before a line inside a value is not.
    """
    written = re.compile(rf"""\s*(\[\s*)?["']?{re.escape(key)}["']?\s*[.=\]]""")
    lines = text.splitlines(keepends=True)
    starts = (number for number, line in enumerate(lines) if written.match(line) and _is_toml("".join(lines[:number])))
    return next(starts, 0) + 1


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
