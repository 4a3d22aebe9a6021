"""Declares every setting once: name, type, default, bounds, description. Flag, variable and TOML key follow from it.

Reads nothing and imports nothing: `--help` needs this module and must not load `readers`, `typing` or `dataclasses`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes as long as all of our own modules that --help loads
if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from pathlib import Path
    from typing import Any, Generic, Literal, Self, TypeVar, overload

    T = TypeVar("T", covariant=True)
else:

    class Generic:
        """Stands in for `typing.Generic` at run time."""

        def __class_getitem__(cls, _item: object) -> type:
            return cls

    T = None

PREFIX = "REFUND_TUI_"
CONFIG = "config"
"""Names a file that is read in place of the user's. It can be a flag or a variable, but not a key of a file."""


class Setting(Generic[T]):
    """One setting. `reader` is the key in `readers.READERS` of the function that reads and checks a value.

    `bounds` are a number's minimum, maximum and unit. `flag` is False if there is no flag for it. A default of None
    means "not set", or that the default is known only at run time.
    """

    name = ""

    def __init__(
        self, metavar: str, description: str, reader: str, default: object = None, *,
        bounds: tuple[int, int, str] | None = None, flag: bool = True,
    ) -> None:  # fmt: skip
        self.metavar, self.description, self.reader, self.default = metavar, description, reader, default
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
            """The value of these settings, or the declaration itself if it is read from the class."""
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
    """Every setting. An instance holds their values."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values

    base_url: Setting[str | None] = Setting("URL", "the Payment service; https, or http on loopback", "base_url")
    store_id: Setting[str | None] = Setting("ID", "the store whose refunds are made here", "store")
    environment: Setting[Literal["DEMO", "TEST", "PRODUCTION"]] = Setting(
        "NAME", "TEST or PRODUCTION (default: read from the host in base_url)", "environment"
    )
    auth: Setting[Literal["none", "aws"]] = Setting(
        "HOW", "how requests are signed: none or aws (default none)", "auth", "none"
    )
    clerk: Setting[str] = Setting("NAME", "who works here (default: the account that logged in)", "clerk")
    currency: Setting[str | None] = Setting(
        "CODE", "the currency of trips that have none recorded, such as EUR", "currency"
    )
    refund_window_days: Setting[int] = Setting(
        "DAYS", "how long a trip can be refunded (default 7)", "whole", 7, bounds=(1, 3650, "days")
    )
    timezone: Setting[str] = Setting(
        "ZONE", "the store's time zone, such as Europe/Berlin (default: this host's)", "timezone"
    )
    data_dir: Setting[Path] = Setting("FOLDER", "where the ledger is kept", "path")
    shared: Setting[bool] = Setting(
        "yes|no", "the data folder is shared by several accounts (default no)", "yes", default=False
    )
    mark_dir: Setting[Path | None] = Setting(
        "FOLDER", "one more folder for the high-water mark, best on another disk", "path"
    )
    allow_network_filesystem: Setting[bool] = Setting(
        "yes|no",
        "allow the data folder on one; only for a folder that no other host uses (default no)",
        "yes",
        default=False,
    )
    confirm_above: Setting[Decimal | None] = Setting(
        "AMOUNT", "in PRODUCTION, amounts above this are typed twice (default 100.00; or off)", "amount", "100.00"
    )
    key_horizon_hours: Setting[int] = Setting(
        "HOURS",
        "after this time no refund is sent again automatically (default 24)",
        "whole",
        24,
        bounds=(1, 8760, "hours"),
    )
    request_timeout: Setting[float] = Setting(
        "SECONDS", "the deadline of one whole request (default 30)", "number", 30, bounds=(1, 600, "seconds")
    )
    ca_bundle: Setting[Path | None] = Setting("FILE", "certificates to trust instead of the built-in ones", "file")
    proxy: Setting[str | None] = Setting(
        "URL", "an HTTP proxy to the service (the environment's proxy is never used)", "proxy"
    )
    theme: Setting[str] = Setting(
        "NAME", "terminal (its own colours, the default), dark, light or contrast", "theme", "terminal"
    )
    bell: Setting[bool] = Setting("yes|no", "ring when a refund is decided (default no)", "yes", default=False)
    cell_diff: Setting[bool] = Setting(
        "yes|no", "send a terminal only the cells that changed (default yes)", "yes", default=True
    )
    keys: Setting[Mapping[str, str]] = Setting("", "other keys for actions of the terminal", "keys", {}, flag=False)


SETTINGS = {name: setting for name, setting in vars(Declared).items() if isinstance(setting, Setting)}
"""Every setting by name, in the order in which they are shown."""
