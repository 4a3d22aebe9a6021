"""Owns the settings as the program uses them: all that was set anywhere, with what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from refund_tui.core.endpoints import endpoint_of, host_of, moves_real_money
from refund_tui.core.ledger_services import DEMO, Service
from refund_tui.errors import ConfigError
from refund_tui.host import clerk, paths
from refund_tui.host.zone import host_zone
from refund_tui.settings.declared import SETTINGS, Declared
from refund_tui.settings.readers import read
from refund_tui.settings.sources import Given, gather

if TYPE_CHECKING:
    from refund_tui.core.money import Money

DEFAULT = "default"


class Settings(Declared):
    """Every setting's value; `sources` says where each was set. Nothing changes them: `but` makes others."""

    def __init__(self, values: Mapping[str, object], sources: Mapping[str, str]) -> None:
        super().__init__(values)
        self.sources = sources

    def but(self, **changes: object) -> Settings:
        """The same settings, but for `changes`."""
        return Settings({**self.values, **changes}, self.sources)

    def at(self, base_url: str) -> Settings:
        """The same settings for the service at `base_url`, as it was checked. Raises ConfigError."""
        source = self.sources["environment"]
        told = None if source == DEFAULT else Given(self.environment, source)
        return self.but(base_url=base_url, environment=_environment(base_url, told))

    @property
    def endpoint(self) -> str:
        """What a ledger knows the service at `base_url` by: host, port and path; empty without any."""
        return DEMO if self.environment == "DEMO" else endpoint_of(self.base_url)

    @property
    def service(self) -> Service:
        """The service as a ledger knows it."""
        return Service(self.environment, self.endpoint)

    @property
    def zone(self) -> tzinfo:
        """The store's time zone."""
        return ZoneInfo(self.timezone)

    def asks_again(self, amount: Money) -> bool:
        """Whether `amount` has to be typed a second time before it is refunded."""
        if self.environment != "PRODUCTION" or self.confirm_above is None:
            return False
        return Decimal(amount.digits) > self.confirm_above

    def require(self, *names: str) -> None:
        """See that the settings `names` are set. Raises ConfigError."""
        missing = [SETTINGS[name] for name in names if self.values[name] is None]
        if missing:
            ways = " and ".join(f"{one.name} ({one.option}, {one.variable})" for one in missing)
            raise ConfigError(
                f"set {ways} to make refunds; refund-tui demo needs nothing, refund-tui history works without"
            )


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Flags, then `REFUND_TUI_*`, then the user's and the site's TOML file, then defaults.

    `flags` by setting name, as text or as the value itself; None is not set. Raises ConfigError, one line a mistake.
    """
    given = gather(flags, environ, paths.user_config, paths.site_config)
    values = _defaults() | {name: one.value for name, one in given.items()}
    values["environment"] = _environment(values["base_url"], given.get("environment"))
    values["timezone"] = values["timezone"] or host_zone(environ)
    values["clerk"] = values["clerk"] or clerk.login(environ)
    values["data_dir"] = values["data_dir"] or paths.default_data_dir()
    return Settings(values, {name: given[name].source if name in given else DEFAULT for name in SETTINGS})


def _defaults() -> dict[str, object]:
    return {name: None if one.default is None else read(one, one.default, text=False) for name, one in SETTINGS.items()}


def _environment(base_url: object, told: Given | None) -> str:
    """What was told, else what the host says; a service that is not known to be a test moves real money."""
    real = moves_real_money(None if base_url is None else str(base_url))
    if told is None:
        return "TEST" if real is False else "PRODUCTION"
    if told.value == "TEST" and real:
        raise ConfigError(
            f"{told.source} is TEST, but {host_of(str(base_url))} moves real money: "
            "set environment to PRODUCTION, or base_url to a test host"
        )
    return str(told.value)
