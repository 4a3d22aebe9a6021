"""Owns the settings: what they are when all that was set anywhere is read, checked and fitted together.

Holds no secret: credentials come from the signing library's own sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from refund_tui import clerk, paths
from refund_tui.catalogue import BY_NAME, CATALOGUE
from refund_tui.config.sources import Found, gather
from refund_tui.config.values import is_loopback
from refund_tui.config.zone import host_zone
from refund_tui.errors import ConfigError

if TYPE_CHECKING:
    from refund_tui.core.money import Money

__all__ = ["Settings", "load_settings"]

Environment = Literal["DEMO", "TEST", "PRODUCTION"]
LOOPBACK = "loopback"
DEFAULT = "default"

_AMAZON = ".amazonphysicalstores.com"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. `endpoint` names the account: the host of `base_url`, `loopback` for any port of this very host.

    `base_url` None: nothing can be sent. `currency` None: it must come from the trip. `confirm_above` in whole units of
    whatever currency, None: never. `sources` says where each setting was set.
    """

    base_url: str | None
    endpoint: str
    store_id: str | None
    environment: Environment
    auth: Literal["none", "aws"]
    clerk: str
    currency: str | None
    refund_window_days: int
    timezone: str
    zone: tzinfo
    data_dir: Path
    shared: bool
    confirm_above: Decimal | None
    key_horizon_hours: int
    request_timeout: float
    ca_bundle: Path | None
    proxy: str | None
    theme: str
    bell: bool
    cell_diff: bool
    keys: Mapping[str, str]
    sources: Mapping[str, str] = field(default_factory=dict)

    def asks_again(self, amount: Money) -> bool:
        """Whether `amount` has to be typed a second time before it is refunded."""
        if self.environment != "PRODUCTION" or self.confirm_above is None:
            return False
        return Decimal(amount.digits) > self.confirm_above

    def require(self, *names: str) -> None:
        """See that the settings `names` are set. Raises ConfigError."""
        missing = [BY_NAME[name] for name in names if getattr(self, name) is None]
        if missing:
            ways = " and ".join(f"{entry.name} ({entry.option}, {entry.variable})" for entry in missing)
            raise ConfigError(
                f"set {ways} to make refunds; refund-tui demo needs nothing, refund-tui history works without"
            )


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Flags, then `REFUND_TUI_*`, then the user's and the site's TOML file, then defaults.

    `flags` by setting name, as text or as the value itself; None is not set. Raises ConfigError, one line a mistake.
    """
    found = gather(flags, environ, paths.user_config, paths.site_config)
    return _settings(found, environ)


def _settings(found: Mapping[str, Found], environ: Mapping[str, str]) -> Settings:
    def get(name: str, default: T) -> T:
        return found[name].value if name in found else default  # type: ignore[return-value]  # by its own check

    base_url = get("base_url", None)
    timezone = get("timezone", None) or host_zone(environ)
    return Settings(
        base_url=base_url,
        endpoint=endpoint_of(base_url),
        store_id=get("store_id", None),
        environment=_environment(base_url, found.get("environment")),
        auth=get("auth", "none"),
        clerk=get("clerk", None) or clerk.login(environ),
        currency=get("currency", None),
        refund_window_days=get("refund_window_days", 7),
        timezone=timezone,
        zone=ZoneInfo(timezone),
        data_dir=get("data_dir", None) or paths.default_data_dir(),
        shared=get("shared", False),
        confirm_above=get("confirm_above", Decimal("100.00")),
        key_horizon_hours=get("key_horizon_hours", 24),
        request_timeout=float(get("request_timeout", 30)),
        ca_bundle=get("ca_bundle", None),
        proxy=get("proxy", None),
        theme=get("theme", "terminal"),
        bell=get("bell", False),
        cell_diff=get("cell_diff", True),
        keys=get("keys", {}),
        sources={entry.name: found[entry.name].source if entry.name in found else DEFAULT for entry in CATALOGUE},
    )


def endpoint_of(base_url: str | None) -> str:
    """The name of the account behind a service: its host, with the port if that is an odd one; empty without any."""
    if base_url is None:
        return ""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(host):
        return LOOPBACK
    return host if parts.port in (None, 443) else f"{host}:{parts.port}"


def _environment(base_url: str | None, told: Found | None) -> Environment:
    """What was told, else what the host says; a service that is not known to be a test moves real money."""
    host = endpoint_of(base_url).partition(":")[0]
    production = host.endswith(_AMAZON) and ".test." not in f".{host}"
    if told is None:
        return "TEST" if host == LOOPBACK or ".test." in f".{host}" else "PRODUCTION"
    if told.value == "TEST" and production:
        raise ConfigError(
            f"{told.source} is TEST, but {host} moves real money: "
            "set environment to PRODUCTION, or base_url to a test host"
        )
    return "TEST" if told.value == "TEST" else "PRODUCTION"
