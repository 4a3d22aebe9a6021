"""Declares every setting once: its name, type, default, rule and words. Its flag, variable and TOML key follow from it.

Reads nothing and loads nothing: `--help` needs it, and would wait for the checks, `typing` and `dataclasses`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing costs as much as all of our own modules that --help loads
if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from pathlib import Path
    from typing import Any, Generic, Literal, Self, TypeVar, overload

    T = TypeVar("T", covariant=True)
else:

    class Generic:
        """Stands for typing's class of that name."""

        def __class_getitem__(cls, _item: object) -> type:
            return cls

    T = None

PREFIX = "REFUND_TUI_"
CONFIG = "config"
"""Names the file that stands in for the user's; can be a flag or a variable, not a key of a file."""


class Setting(Generic[T]):
    """One setting. `reader` names in `readers.READERS` how a value is read and checked.

    `bounds` are a number's least, most and unit. `flag` is False where a command line cannot say it well. A default of
    None means "not set", or is known only at run time.
    """

    name = ""

    def __init__(
        self, metavar: str, words: str, reader: str, default: object = None, *,
        bounds: tuple[int, int, str] | None = None, flag: bool = True,
    ) -> None:  # fmt: skip
        self.metavar, self.words, self.reader, self.default = metavar, words, reader, default
        self.bounds, self.flag = bounds, flag

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = name

    if TYPE_CHECKING:

        @overload
        def __get__(self, settings: None, owner: type) -> Self: ...
        @overload
        def __get__(self, settings: Declared, owner: type) -> T: ...
        def __get__(self, settings: Any, owner: Any) -> Any: ...
    else:

        def __get__(self, settings, _owner):
            """The value that the settings have, or the declaration itself where it is asked of the class."""
            return self if settings is None else settings.values[self.name]

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()

    @property
    def option(self) -> str:
        """The flag that sets it."""
        return "--" + self.name.replace("_", "-")


class Declared:
    """Every setting; an instance has their values."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values

    base_url: Setting[str | None] = Setting("URL", "the Payment service; https, or http on loopback", "base_url")
    store_id: Setting[str | None] = Setting("ID", "the store whose refunds are made here", "store")
    environment: Setting[Literal["DEMO", "TEST", "PRODUCTION"]] = Setting(
        "NAME", "TEST or PRODUCTION (by default told from base_url)", "environment"
    )
    auth: Setting[Literal["none", "aws"]] = Setting(
        "HOW", "how requests are signed: none or aws (default none)", "auth", "none"
    )
    clerk: Setting[str] = Setting("NAME", "who works here (default the login behind the session)", "clerk")
    currency: Setting[str | None] = Setting(
        "CODE", "of trips whose own currency is not known here, such as EUR", "currency"
    )
    refund_window_days: Setting[int] = Setting(
        "DAYS", "how long a trip can be refunded (default 7)", "whole", 7, bounds=(1, 3650, "days")
    )
    timezone: Setting[str] = Setting("ZONE", "the store's, such as Europe/Berlin (default this host's)", "timezone")
    data_dir: Setting[Path] = Setting("FOLDER", "where the ledger is kept", "path")
    shared: Setting[bool] = Setting(
        "yes|no", "the data folder is shared by several accounts (default no)", "yes", default=False
    )
    mark_dir: Setting[Path | None] = Setting(
        "FOLDER", "one more place, off this disk, that knows how far the ledger is", "path"
    )
    allow_network_filesystem: Setting[bool] = Setting(
        "yes|no", "the data folder may be on one, since only this host uses it (default no)", "yes", default=False
    )
    confirm_above: Setting[Decimal | None] = Setting(
        "AMOUNT", "in PRODUCTION, type amounts above it twice (default 100.00; off)", "amount", "100.00"
    )
    key_horizon_hours: Setting[int] = Setting(
        "HOURS", "after so long nothing is asked again by itself (default 24)", "whole", 24, bounds=(1, 8760, "hours")
    )
    request_timeout: Setting[float] = Setting(
        "SECONDS", "the deadline of one request as a whole (default 30)", "number", 30, bounds=(1, 600, "seconds")
    )
    ca_bundle: Setting[Path | None] = Setting("FILE", "certificates to trust instead of the built-in ones", "file")
    proxy: Setting[str | None] = Setting("URL", "an HTTP proxy to the service (the environment's is not used)", "proxy")
    theme: Setting[str] = Setting(
        "NAME", "terminal (its own colours, the default), dark, light or contrast", "theme", "terminal"
    )
    bell: Setting[bool] = Setting("yes|no", "ring when a refund is decided (default no)", "yes", default=False)
    cell_diff: Setting[bool] = Setting(
        "yes|no", "send a terminal only the cells that changed (default yes)", "yes", default=True
    )
    keys: Setting[Mapping[str, str]] = Setting("", "keys of the terminal by action", "keys", {}, flag=False)


SETTINGS = {name: setting for name, setting in vars(Declared).items() if isinstance(setting, Setting)}
"""Every setting by name, in the order in which they are told."""
