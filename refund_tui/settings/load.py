"""Owns the settings as the program uses them, and who may work under which clerk's name.

`sources` finds what was set. Never repeats a value that might be a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from refund_tui.core.approval import Limits
from refund_tui.core.endpoints import endpoint_of
from refund_tui.core.ledger_identity import DEMO, Service, environment_of
from refund_tui.core.text import visible
from refund_tui.errors import ConfigError
from refund_tui.host import clerk, paths
from refund_tui.host.zone import host_zone
from refund_tui.settings.declared import SETTINGS, Declared
from refund_tui.settings.readers import read
from refund_tui.settings.sources import Sources

DEFAULT = "default"

_ASK = "; nothing was started and no money moved. The operator changes in that file who may be whom"


class Settings(Declared):
    """The value of every setting. `sources` says where each was set. Immutable: `replace` makes a copy."""

    def __init__(self, values: Mapping[str, Any], sources: Mapping[str, str]) -> None:
        """Raises ConfigError if the service is not of the environment that was set."""
        self.values, self.sources = values, sources
        vars(self).update(values)
        try:
            self.environment = environment_of(self.base_url, self.environment)
        except ValueError as error:
            raise ConfigError(f"{sources['environment']} {error}") from error

    def replace(self, **changes: object) -> Settings:
        """A copy with `changes`. The environment follows from the service unless it was set."""
        return Settings({**self.values, **changes}, self.sources)

    @property
    def service(self) -> Service:
        """The service as the ledger identifies it. Its endpoint is empty if there is no `base_url`."""
        return Service(self.environment, DEMO if self.environment == "DEMO" else endpoint_of(self.base_url))

    @property
    def zone(self) -> tzinfo:
        """The store's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def export_folder(self) -> Path | None:
        """Where exports and receipts are written; None if there is no folder for them."""
        return self.export_dir or (None if self.kiosk else paths.home_dir())

    @property
    def limits(self) -> Limits:
        """The most that a clerk may give without another person's approval."""
        return Limits(self.approve_above, self.approve_day_above, self.zone)

    @property
    def named_by_key(self) -> bool:
        """Whether this process's account is one of several clerks, each of whom `sshd` gives a name."""
        return clerk.own_accounts()[0] in self.shared_accounts

    @property
    def may_approve(self) -> bool:
        """Whether the site's file lets this process approve refunds: this account with its login, or this clerk."""
        names = (self.clerk,) if self.named_by_key else clerk.own_accounts()
        return all(name in self.approvers for name in names)

    def require(self, *names: str) -> None:
        """Check that the settings `names` are set. Raises ConfigError."""
        missing = [SETTINGS[name] for name in names if self.values[name] is None]
        if missing:
            ways = " and ".join(f"{one.name} ({one.option}, {one.variable})" for one in missing)
            raise ConfigError(f"set {ways} to make refunds; refund-tui demo and refund-tui history work without")

    def require_approvers(self) -> None:
        """Check that somebody may approve what needs an approval. Raises ConfigError."""
        for name in ("approve_above", "approve_day_above", "approvers_only"):
            if self.values[name] and not self.approvers:
                raise ConfigError(f"{self.sources[name]} needs approvers: name in that file who may approve")

    def require_approver_for(self, act: str) -> None:
        """Check that this process may do `act`, one of `core.approval.ACTS`. Raises ConfigError."""
        if act in self.approvers_only and not self.may_approve:
            raise ConfigError(
                f"{self.clerk} may not do this here: the site's file leaves {act} to its approvers "
                f"({self.sources['approvers_only']}). Nothing was changed"
            )

    def require_clerk(self) -> None:
        """Check that this process's account may work under the clerk's name. Raises ConfigError."""
        if not self.accounts:
            return
        own = clerk.own_accounts()
        allowed = clerk.clerks_of(own, self.accounts)
        if self.clerk not in allowed:
            rule, account = self.sources["accounts"], " with the login ".join(visible(one, 40) for one in own)
            if not allowed:
                raise ConfigError(f"the account {account} may not work here as any clerk ({rule}){_ASK}")
            named = "" if self.sources["clerk"] == DEFAULT else f", not as {self.clerk} ({self.sources['clerk']})"
            raise ConfigError(
                f"the account {account} may work here as {' or '.join(allowed)}{named} ({rule}): name one of these "
                f"with --clerk{_ASK}"
            )


def load_settings(flags: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Flags, then `REFUND_TUI_*`, then the user's and the site's TOML file, then defaults.

    `flags` maps a setting's name to its text or value; None means not set. Raises ConfigError, one line per mistake.
    """
    found = Sources(flags, environ)
    defaults = {name: one.default and read(one, one.default, text=False) for name, one in SETTINGS.items()}
    values: dict[str, Any] = {**defaults, **found.values}
    values["timezone"] = values["timezone"] or host_zone({} if values["kiosk"] else environ)
    values["data_dir"] = values["data_dir"] or paths.default_data_dir()
    named = values["clerk"] is not None
    values["clerk"] = values["clerk"] or _default_clerk(values["accounts"], environ)
    settings = Settings(values, dict.fromkeys(SETTINGS, DEFAULT) | found.places)
    settings.require_approvers()
    if named:
        settings.require_clerk()
    return settings


def _default_clerk(accounts: Mapping[str, tuple[str, ...]], environ: Mapping[str, str]) -> str:
    """The account's own name, or the only clerk that it may be."""
    own = clerk.login(environ)
    allowed = clerk.clerks_of(clerk.own_accounts(), accounts) if accounts else ()
    return allowed[0] if len(allowed) == 1 else own
