"""Owns where this program keeps its files on each platform, and whether it may use those places.

Reads and writes no file; the only thing it creates is the data folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from refund_tui.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from refund_tui.settings.load import Settings

NAME = "refund-tui"


def ledger_path(data_dir: Path) -> Path:
    """The ledger of refunds."""
    return data_dir / "ledger.sqlite3"


def trips_path(data_dir: Path) -> Path:
    """The trips that are known here. They can be imported again, refunds cannot."""
    return data_dir / "trips.sqlite3"


def mark_name(ledger: Path) -> str:
    """The file name of a ledger's high-water mark in a folder with the marks of several ledgers."""
    return f"{hashlib.sha256(os.fsencode(ledger.resolve())).hexdigest()[:32]}.mark"


def state_dir() -> Path | None:
    """The folder for this account's state; None if the account has no home folder."""
    from platformdirs import user_state_path  # takes longer to import than all of --help

    return _of_account(lambda: user_state_path(NAME, appauthor=False))


def home_dir() -> Path | None:
    """The account's home folder; None if it has none."""
    return _of_account(Path.home)


def default_data_dir() -> Path:
    """The folder of the ledger if `data_dir` is not set. Raises ConfigError if the account has no home folder."""
    return _data_dir(NAME)


def demo_data_dir() -> Path:
    """The folder of the demo's own ledger. Raises ConfigError if the account has no home folder."""
    return _data_dir(f"{NAME}-demo")


def _data_dir(name: str) -> Path:
    from platformdirs import user_data_path  # takes longer to import than all of --help

    found = _of_account(lambda: user_data_path(name, appauthor=False))
    if found is None:
        raise ConfigError(
            "this account has no home folder: set data_dir (--data-dir, REFUND_TUI_DATA_DIR) to a folder for the ledger"
        )
    return found


def _of_account(find: Callable[[], Path]) -> Path | None:
    """What `find` returns, None for an account without a home: platformdirs then raises, or leaves `~` in the path."""
    try:
        found = find()
    except RuntimeError:
        return None
    return found if found.is_absolute() else None


def user_config() -> Path | None:
    """The account's own configuration file, which need not exist; None if the account has no home folder."""
    from platformdirs import user_config_path  # takes longer to import than all of --help

    folder = _of_account(lambda: user_config_path(NAME, appauthor=False))
    return folder and folder / "config.toml"


SITE = Path("/Library/Application Support" if sys.platform == "darwin" else "/etc/xdg")
"""The folder of the host's configuration. No variable changes it.
"""


def site_config() -> Path:
    """The host's configuration file, which need not exist. Its place is fixed, so that no clerk can choose another."""
    return SITE / NAME / "config.toml"


def other_site_config() -> Path:
    """The same file in the folder that XDG_CONFIG_DIRS names, if it names one. It need not exist."""
    from platformdirs import site_config_path  # takes longer to import than all of --help

    return site_config_path(NAME, appauthor=False) / "config.toml"


def check_path(text: str) -> Path:
    """An absolute path; `~` is replaced by the home folder. Raises ValueError."""
    if "\0" in text or not text:
        raise ValueError("is not a path")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise ValueError("begins with ~, but that account has no home folder: write the whole path") from error
    except OSError as error:
        raise ValueError(f"cannot be found ({error.strerror}): write the whole path") from error


SYSLOG = "syslog"
"""The value of the setting `head_log` that sends heads to syslog instead of a file."""


def check_head_log(text: str) -> str:
    """SYSLOG, or the absolute path of a file that need not exist. Raises ValueError."""
    return SYSLOG if text == SYSLOG else str(check_path(text))


def check_file(text: str) -> Path:
    """The absolute path of a file that exists. Raises ValueError."""
    path = check_path(text)
    try:
        regular = S_ISREG(path.stat().st_mode)
    except OSError as error:
        raise ValueError(f"is {path}, which cannot be read ({error.strerror})") from error
    if not regular:
        raise ValueError(f"is {path}, which is not a file")
    return path


def make_data_dir(data_dir: Path, *, shared: bool) -> None:
    """Create `data_dir` if it is missing, and check that it can be written. Raises ConfigError.

    Its mode is 0700. If it is `shared` it is 2770, so that new files in it belong to the folder's group.
    """
    try:
        if not data_dir.is_dir():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            data_dir.chmod(0o2770 if shared else 0o700)  # mkdir applies the umask
    except OSError as error:
        raise _unusable(data_dir, f"cannot be created ({error.strerror})") from error
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise _unusable(data_dir, "cannot be read and written by this account")


def owned(path: Path) -> bool:
    """Whether this account owns the file at `path`, or is root. Raises OSError."""
    return os.geteuid() in (0, path.stat().st_uid)


def check_readable(data_dir: Path) -> None:
    """Check that `data_dir` can be read if it exists. Raises ConfigError."""
    try:
        exists = data_dir.is_dir()
        if not exists and data_dir.exists():
            raise _unusable(data_dir, "is not a folder")
    except OSError as error:
        raise _unusable(data_dir, f"cannot be read ({error.strerror})") from error
    if exists and not os.access(data_dir, os.R_OK | os.X_OK):
        raise _unusable(data_dir, "cannot be read by this account")


def _unusable(data_dir: Path, what: str) -> ConfigError:
    return ConfigError(
        f"the data folder {data_dir} {what}: correct its permissions, or choose another folder with data_dir"
    )


def marks_outside(settings: Settings) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether the ledger must not be used without it: true for the folder that the operator chose.

    The ledger of a demo has none.
    """
    if settings.environment == "DEMO":
        return
    name, state = mark_name(ledger_path(settings.data_dir)), state_dir()
    if state is not None:
        yield state / "marks" / name, False
    if settings.mark_dir is not None:
        yield settings.mark_dir / name, True
