"""Owns where settings come from: flags, variables, the user's file, the site's file. The first that speaks counts.

Collects every mistake, so that all can be mended at once; never repeats a value that might be a secret.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from refund_tui.catalogue import BY_NAME, CONFIG, NAMES, PREFIX, Entry
from refund_tui.config.values import CHECKS, from_text, of_kind
from refund_tui.core.text import visible
from refund_tui.errors import ConfigError

_SECRET = re.compile(r"secret|token|password|passwd|access_?key|credential", re.IGNORECASE)


class Found(NamedTuple):
    """A value, checked, and where it was set, in words."""

    value: object
    source: str


class Problems(list[str]):
    """Mistakes found so far, each one line with its remedy."""

    def end(self) -> None:
        """Raise ConfigError if there are any."""
        if self:
            raise ConfigError("\n".join(self))


def gather(
    flags: Mapping[str, object], environ: Mapping[str, str], user: Callable[[], Path], site: Callable[[], Path]
) -> dict[str, Found]:
    """Every setting that was set somewhere, by name. `user` and `site` say where the files are, if they are needed.

    Raises ConfigError.
    """
    problems = Problems()
    found: dict[str, Found] = {}
    for values in (
        _from_flags(flags, problems),
        _from_variables(environ, problems),
        *(_from_file(path, problems, must=must) for path, must in _files(flags, environ, user, site)),
    ):
        found = values | found
    problems.end()
    return found


def _files(
    flags: Mapping[str, object], environ: Mapping[str, str], user: Callable[[], Path], site: Callable[[], Path]
) -> Iterable[tuple[Path, bool]]:
    """The user's file, or the one that was named in its place and then must be there; and the site's."""
    named = flags.get(CONFIG) or environ.get(PREFIX + CONFIG.upper())
    return ((Path(str(named)).expanduser(), True) if named else (user(), False)), (site(), False)


def _from_flags(flags: Mapping[str, object], problems: Problems) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for name, value in flags.items():
        if name != CONFIG and value is not None:
            entry = BY_NAME[name]
            _take(entry, value, entry.option, problems, found, text=isinstance(value, str))
    return found


def _from_variables(environ: Mapping[str, str], problems: Problems) -> dict[str, Found]:
    """What `REFUND_TUI_*` says; an empty variable counts as not set, an unknown one is a mistake."""
    known = {entry.variable: entry for entry in BY_NAME.values()}
    found: dict[str, Found] = {}
    for variable, value in sorted(environ.items()):
        if not variable.startswith(PREFIX) or variable == PREFIX + CONFIG.upper() or not value:
            continue
        if variable in known:
            _take(known[variable], value, variable, problems, found, text=True)
        else:
            remedy = _nearest(variable, [*known, PREFIX + CONFIG.upper()], "unset it")
            problems.append(f"{visible(variable, 80)} is not a setting: {remedy}")
    return found


def _from_file(path: Path, problems: Problems, *, must: bool) -> dict[str, Found]:
    text = _read(path, problems, must=must)
    if text is None:
        return {}
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path} is not TOML: {visible(str(error))}; mend that line")
        return {}
    found: dict[str, Found] = {}
    for key, value in content.items():
        source = f"{path}{_line_of(key, text)}"
        if key in BY_NAME:
            _take(BY_NAME[key], value, f"{source}: {key}", problems, found, text=False)
        elif _SECRET.search(key):
            problems.append(f"{source}: {visible(key, 80)}: secrets are never kept in this file: take it out")
        else:
            remedy = _nearest(key, NAMES, "take it out")
            problems.append(f"{source}: {visible(key, 80)} is not a setting: {remedy}")
    return found


def _read(path: Path, problems: Problems, *, must: bool) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        if must:
            problems.append(f"{path} does not exist: name a file that does with --config or {PREFIX}CONFIG")
    except UnicodeDecodeError:
        problems.append(f"{path} is not UTF-8 text: save it as UTF-8")
    except OSError as error:
        problems.append(f"{path} cannot be read ({error.strerror}): have its access set right")
    return None


def _take(entry: Entry, value: object, source: str, problems: Problems, found: dict[str, Found], *, text: bool) -> None:
    """Check one value and keep it, or note what is wrong with it."""
    try:
        native = from_text(entry.kind, str(value)) if text else of_kind(entry.kind, value)
        found[entry.name] = Found(CHECKS[entry.name](native), source)
    except ValueError as error:
        problems.append(f"{source} {_joined(str(error))}")


def _joined(message: str) -> str:
    """A message that goes on from the setting's name: `must be …`, or a sentence of its own behind a colon."""
    return message if message.split(" ", 1)[0] in _VERBS else f"is not usable: {message}"


_VERBS = {"is", "must", "can", "has", "holds", "names", "begins"}


def _nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]}?" if close else otherwise


def _line_of(key: str, text: str) -> str:
    """`:12` where a line of the file sets `key`, else nothing."""
    written = re.compile(rf"""\s*(\[\s*)?["']?{re.escape(key)}["']?\s*[.=\]]""")
    lines = (number for number, line in enumerate(text.splitlines(), 1) if written.match(line))
    return "".join(f":{number}" for number in list(lines)[:1])
