"""Owns the settings as the program uses them: the values from all sources, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from refund_tui.core.endpoints import endpoint_of, host_of, moves_real_money
from refund_tui.core.ledger_identity import DEMO, Service
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
    """The value of every setting; `sources` says where each was set. Immutable: `replace` makes a copy."""

    def __init__(self, values: Mapping[str, object], sources: Mapping[str, str]) -> None:
        super().__init__(values)
        self.sources = sources

    def replace(self, **changes: object) -> Settings:
        """A copy with `changes`."""
        return Settings({**self.values, **changes}, self.sources)

    def for_base_url(self, base_url: str) -> Settings:
        """A copy for the service at `base_url`, which was checked before. Raises ConfigError."""
        source = self.sources["environment"]
        given = None if source == DEFAULT else Given(self.environment, source)
        return self.replace(base_url=base_url, environment=_environment(base_url, given))

    @property
    def endpoint(self) -> str:
        """The name of the service at `base_url` in a ledger: host, port and path; empty without a `base_url`."""
        return DEMO if self.environment == "DEMO" else endpoint_of(self.base_url)

    @property
    def service(self) -> Service:
        """The service as the ledger names it."""
        return Service(self.environment, self.endpoint)

    @property
    def zone(self) -> tzinfo:
        """The store's time zone."""
        return ZoneInfo(self.timezone)

    def must_be_typed_twice(self, amount: Money) -> bool:
        """Whether a person must type `amount` a second time before it is refunded."""
        if self.environment != "PRODUCTION" or self.confirm_above is None:
            return False
        return Decimal(amount.digits) > self.confirm_above

    def require(self, *names: str) -> None:
        """Check that the settings `names` are set. Raises ConfigError."""
        missing = [SETTINGS[name] for name in names if self.values[name] is None]
        if missing:
            ways = " and ".join(f"{one.name} ({one.option}, {one.variable})" for one in missing)
            raise ConfigError(f"set {ways} to make refunds; refund-tui demo and refund-tui history work without")


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Flags, then `REFUND_TUI_*`, then the user's and the site's TOML file, then defaults.

    `flags` by setting name, as text or as the value; None means not set. Raises ConfigError, one line for each mistake.
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


def _environment(base_url: object, given: Given | None) -> str:
    """The given value, else by the host. A service that is not known to be a test service moves real money."""
    real = moves_real_money(None if base_url is None else str(base_url))
    if given is None:
        return "TEST" if real is False else "PRODUCTION"
    if given.value == "TEST" and real:
        raise ConfigError(
            f"{given.source} is TEST, but {host_of(str(base_url))} moves real money: "
            "set environment to PRODUCTION, or base_url to a test host"
        )
    return str(given.value)
