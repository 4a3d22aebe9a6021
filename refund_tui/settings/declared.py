"""Declares every setting once: name, type, default, description, limits. Flag, variable and TOML key follow from it.

Reads nothing and imports nothing: `--help` needs this module and must not load `readers`, `typing` or `dataclasses`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes as long as all of our own modules that --help loads
if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from pathlib import Path
    from typing import Any, Literal

    from refund_tui.core.money import Money

PREFIX = "REFUND_TUI_"


class Setting:
    """One setting. How a value is read follows from the type in its annotation.

    `check` is a key of `readers.CHECKS`. `choices` are the only allowed values. `bounds` are the minimum, the maximum
    and the unit of a number. A default of None means "not set", or that it is known only at run time. A
    `site_only` setting is read in the site's file alone, which clerks cannot write.
    """

    def __init__(
        self, metavar: str, description: str, default: object = None, *,
        check: str = "", choices: tuple[str, ...] = (), bounds: tuple[int, int, str] | None = None,
        site_only: bool = False,
    ) -> None:  # fmt: skip
        self.metavar, self.description, self.default, self.site_only = metavar, description, default, site_only
        self.check, self.choices, self.bounds = check, choices, bounds

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.type = name, "str" if self.choices else owner.__annotations__[name].removesuffix(" | None")
        self.option, self.variable = "--" + name.replace("_", "-"), PREFIX + name.upper()


setting: Any = Setting
"""Creates a `Setting`. A type checker sees the annotated type instead, because an instance of Declared has the value.
"""


class Declared:
    """Every setting, in the order in which they are shown. An instance holds their values."""

    config: Path | None = setting("FILE", "read this file in place of the user's")
    base_url: str | None = setting("URL", "the Payment service; https, or http on loopback", check="base_url")
    store_id: str | None = setting("ID", "the store whose refunds are made here", check="store")
    environment: Literal["DEMO", "TEST", "PRODUCTION"] = setting(
        "NAME", "TEST or PRODUCTION (default: read from the host in base_url)", choices=("TEST", "PRODUCTION")
    )
    auth: Literal["none", "aws"] = setting(
        "HOW", "how requests are signed: none or aws (default none)", "none", choices=("none", "aws")
    )
    clerk: str = setting("NAME", "who works here (default: the account)", check="clerk")
    currency: str | None = setting(
        "CODE", "the currency of trips that have none recorded, such as EUR", check="currency"
    )
    refund_window_days: int = setting(
        "DAYS", "how long a trip can be refunded (default 7)", 7, bounds=(1, 3650, "days")
    )
    timezone: str = setting("ZONE", "the store's time zone, such as Europe/Berlin (default: this host's)", check="zone")
    data_dir: Path = setting("FOLDER", "where the ledger is kept")
    shared: bool = setting("yes|no", "the data folder is shared by several accounts (default no)", False)
    export_dir: Path | None = setting("FOLDER", "where exports and receipts are written (default: the home folder)")
    mark_dir: Path | None = setting("FOLDER", "one more folder for the high-water mark, best on another disk")
    head_log: str | None = setting(
        "FILE", "append the head after each change to this file; or syslog", check="head_log"
    )
    allow_network_filesystem: bool = setting(
        "yes|no", "allow the data folder on one; only for a folder that no other host uses (default no)", False
    )
    confirm_above: Decimal | None = setting(
        "AMOUNT", "in PRODUCTION, amounts above this are typed twice (default 100.00; or off)", "100.00"
    )
    key_horizon_hours: int = setting(
        "HOURS", "after this time no refund is sent again automatically (default 24)", 24, bounds=(1, 8760, "hours")
    )
    request_timeout: float = setting(
        "SECONDS", "the deadline of one whole request (default 30)", 30, bounds=(1, 600, "seconds")
    )
    ca_bundle: Path | None = setting("FILE", "certificates to trust instead of the built-in ones", check="file")
    proxy: str | None = setting(
        "URL", "an HTTP proxy to the service (the environment's proxy is never used)", check="proxy"
    )
    proxy_secret: Path | None = setting(
        "FILE", "name:password for the proxy, in a file that only its owner can read (0600)", check="file"
    )
    theme: Literal["terminal", "dark", "light", "contrast"] = setting(
        "NAME", "terminal (its own colours, the default), dark, light or contrast", "terminal",
        choices=("terminal", "dark", "light", "contrast"),
    )  # fmt: skip
    bell: bool = setting("yes|no", "ring when a refund is decided (default no)", False)
    cell_diff: bool = setting("yes|no", "send a terminal only the cells that changed (default yes)", True)
    idle_end: int | None = setting(
        "MINUTES", "end the terminal after this time without a key; drafts are kept (default: never)",
        bounds=(2, 1440, "minutes"),
    )  # fmt: skip
    keys: Mapping[str, str] = setting("ACTION=KEY,...", "other keys for actions of the terminal", {})
    accounts: Mapping[str, tuple[str, ...]] = setting(
        "TABLE", "the clerks that each account may be, such as `store = [\"ana\", \"ben\"]` (default: any)", {},
        site_only=True,
    )  # fmt: skip
    kiosk: bool = setting(
        "yes|no", "no shell, files in `export_dir` alone, no variable and no user's file counts (default no)", False,
        site_only=True,
    )  # fmt: skip
    locked: tuple[str, ...] = setting(
        "LIST", 'settings that nothing else may set, such as `["confirm_above"]`', (), check="settings", site_only=True
    )
    approve_above: Mapping[str, Money] = setting(
        "LIMITS", "above this a refund needs another person's approval, such as `EUR 100.00, JPY 10000`", {},
        site_only=True,
    )  # fmt: skip
    approve_day_above: Mapping[str, Money] = setting(
        "LIMITS", "the same for the sum that one clerk asks for in one day of the store", {}, site_only=True
    )
    approvers: tuple[str, ...] = setting(
        "LIST", 'the accounts, or on `shared_accounts` the clerks, that may approve, such as `["boss"]`', (),
        check="names", site_only=True,
    )  # fmt: skip
    approvers_only: tuple[str, ...] = setting(
        "LIST", "what else needs a second person, an approver: `settle_unpaid`, `open_gate`, `raise_ceiling`", (),
        check="approvers_only", site_only=True,
    )  # fmt: skip
    shared_accounts: tuple[str, ...] = setting(
        "LIST", "accounts of several clerks whose names `sshd` gives them: there two names are two people", (),
        check="names", site_only=True,
    )  # fmt: skip


SETTINGS = {name: one for name, one in vars(Declared).items() if isinstance(one, Setting)}
