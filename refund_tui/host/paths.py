"""Owns where this program keeps things, on each platform. Reads and writes none of them, only sees if it could."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from refund_tui.errors import ConfigError

NAME = "refund-tui"


def ledger_path(data_dir: Path) -> Path:
    """The ledger of refunds."""
    return data_dir / "ledger.sqlite3"


def trips_path(data_dir: Path) -> Path:
    """The trips known here; they can be imported again, refunds cannot."""
    return data_dir / "trips.sqlite3"


def mark_name(ledger: Path) -> str:
    """The name of a ledger's high-water mark in a folder that holds those of several ledgers."""
    return f"{hashlib.sha256(os.fsencode(ledger.resolve())).hexdigest()[:32]}.mark"


def state_dir() -> Path | None:
    """Where this account keeps what it has seen; None where the account has no home."""
    from platformdirs import user_state_path  # costs more than all of --help

    return _of_account(lambda: user_state_path(NAME, appauthor=False))


def default_data_dir() -> Path:
    """Where the ledger is kept unless `data_dir` says otherwise. Raises ConfigError where the account has no home."""
    return _data_dir(NAME)


def demo_data_dir() -> Path:
    """Where the demo keeps its own ledger, far from the real one. Raises ConfigError where the account has no home."""
    return _data_dir(f"{NAME}-demo")


def _data_dir(name: str) -> Path:
    from platformdirs import user_data_path  # costs more than all of --help

    found = _of_account(lambda: user_data_path(name, appauthor=False))
    if found is None:
        raise ConfigError(
            "this account has no home folder: set data_dir (--data-dir, REFUND_TUI_DATA_DIR) to a folder where the "
            "ledger is kept"
        )
    return found


def _of_account(find: Callable[[], Path]) -> Path | None:
    """What `find` returns; None for an account without a home, where platformdirs raises, or leaves `~` as it is."""
    try:
        found = find()
    except RuntimeError:
        return None
    return found if found.is_absolute() else None


def user_config() -> Path | None:
    """The clerk's own configuration file, which need not exist; None where the account has no home."""
    from platformdirs import user_config_path  # costs more than all of --help

    folder = _of_account(lambda: user_config_path(NAME, appauthor=False))
    return folder and folder / "config.toml"


def site_config() -> Path:
    """The host's configuration file, which need not exist."""
    from platformdirs import site_config_path  # costs more than all of --help

    return site_config_path(NAME, appauthor=False) / "config.toml"


def make_data_dir(data_dir: Path, *, shared: bool) -> None:
    """See that `data_dir` is there and can be written. Raises ConfigError.

    Where it is made here it is 0700; shared 2770, so that what is made in it belongs to the folder's group.
    """
    try:
        if not data_dir.is_dir():
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            data_dir.chmod(0o2770 if shared else 0o700)  # mkdir obeys the umask
    except OSError as error:
        raise _unusable(data_dir, f"cannot be made ({error.strerror})") from error
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise _unusable(data_dir, "cannot be read and written by this account")


def owned(path: Path) -> bool:
    """Whether the file at `path` belongs to this account, or this account is root. Raises OSError."""
    return os.geteuid() in (0, path.stat().st_uid)


def check_readable(data_dir: Path) -> None:
    """See that what is in `data_dir`, if it is there at all, can be read. Raises ConfigError."""
    try:
        there = data_dir.is_dir()
        if not there and data_dir.exists():
            raise _unusable(data_dir, "is not a folder")
    except OSError as error:
        raise _unusable(data_dir, f"cannot be read ({error.strerror})") from error
    if there and not os.access(data_dir, os.R_OK | os.X_OK):
        raise _unusable(data_dir, "cannot be read by this account")


def _unusable(data_dir: Path, what: str) -> ConfigError:
    return ConfigError(f"the data folder {data_dir} {what}: have its access set right, or choose another by data_dir")
