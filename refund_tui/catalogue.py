"""Owns the list of settings: their names, what each is, how it is told in `--help`. Reads nothing.

Stands outside `config` and free of costly imports: `--help` needs it.
"""

from __future__ import annotations

TEXT, WHOLE, NUMBER, YES, AMOUNT, TABLE = "text", "whole number", "number", "yes or no", "amount", "table"


class Entry:
    """One setting. `kind` is what TOML has to give; `flag` is False where a command line cannot say it well."""

    def __init__(self, name: str, kind: str, metavar: str, told: str, *, flag: bool = True) -> None:
        self.name, self.kind, self.metavar, self.help, self.flag = name, kind, metavar, told, flag

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()

    @property
    def option(self) -> str:
        """The flag that sets it."""
        return "--" + self.name.replace("_", "-")


PREFIX = "REFUND_TUI_"
CONFIG = "config"
"""Names the file that stands in for the user's; can be a flag or a variable, not a key of a file."""

CATALOGUE = (
    Entry("base_url", TEXT, "URL", "the Payment service; https, or http on loopback"),
    Entry("store_id", TEXT, "ID", "the store whose refunds are made here"),
    Entry("environment", TEXT, "NAME", "TEST or PRODUCTION (by default told from base_url)"),
    Entry("auth", TEXT, "HOW", "how requests are signed: none or aws (default none)"),
    Entry("clerk", TEXT, "NAME", "who works here (default the login behind the session)"),
    Entry("currency", TEXT, "CODE", "of trips whose own currency is not known here, such as EUR"),
    Entry("refund_window_days", WHOLE, "DAYS", "how long a trip can be refunded (default 7)"),
    Entry("timezone", TEXT, "ZONE", "the store's, such as Europe/Berlin (default this host's)"),
    Entry("data_dir", TEXT, "FOLDER", "where the ledger is kept"),
    Entry("shared", YES, "yes|no", "the data folder is shared by several accounts (default no)"),
    Entry("confirm_above", AMOUNT, "AMOUNT", "in PRODUCTION, type amounts above it twice (default 100.00; off)"),
    Entry("key_horizon_hours", WHOLE, "HOURS", "after so long nothing is asked again by itself (default 24)"),
    Entry("request_timeout", NUMBER, "SECONDS", "the deadline of one request as a whole (default 30)"),
    Entry("ca_bundle", TEXT, "FILE", "certificates to trust instead of the built-in ones"),
    Entry("proxy", TEXT, "URL", "an HTTP proxy to the service (the environment's is not used)"),
    Entry("theme", TEXT, "NAME", "terminal (its own colours, the default), dark, light or contrast"),
    Entry("bell", YES, "yes|no", "ring when a refund is decided (default no)"),
    Entry("cell_diff", YES, "yes|no", "send a terminal only the cells that changed (default yes)"),
    Entry("keys", TABLE, "", "keys of the terminal by action", flag=False),
)
NAMES = tuple(entry.name for entry in CATALOGUE)
BY_NAME = {entry.name: entry for entry in CATALOGUE}
