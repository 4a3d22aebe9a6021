"""Reading the settings, beside pydantic-settings: `python -m tests.benchmarks.settings_start [ROUNDS]`.

The program does not need pydantic-settings: first run `pip install --target FOLDER pydantic-settings`, then run this
with `PYTHONPATH=FOLDER`. Both read the same flags, variables and TOML files with the same types and bounds, each in its
own process. They run in turn, so that other load on the machine slows both. Prints medians, and medians of the ratios
of the rounds. Only ours also checks URLs, zones, currencies and names.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.timed import pairwise

ROUNDS = 25
CONTENT = 'base_url = "http://127.0.0.1:9"\nstore_id = "STORE-001"\ncurrency = "EUR"\ntimezone = "Europe/Berlin"\n'
VARIABLES = {"REFUND_TUI_CLERK": "ana", "REFUND_TUI_BELL": "true", "REFUND_TUI_REQUEST_TIMEOUT": "20"}

BARE = "pass"
OURS = """
import os
from refund_tui.settings.load import load_settings
settings = load_settings({"data_dir": "/tmp"}, os.environ)
assert (settings.clerk, settings.store_id, settings.request_timeout) == ("ana", "STORE-001", 20)
"""
TYPES = "from pydantic import BaseModel"
"""What a start without pydantic-settings, but with pydantic, would cost at least."""
PEER = """
import os
from decimal import Decimal
from pathlib import Path
from typing import Literal
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict, TomlConfigSettingsSource

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="REFUND_TUI_", extra="forbid", frozen=True)
    config: Path | None = None
    base_url: str | None = None
    store_id: str | None = None
    environment: Literal["TEST", "PRODUCTION"] | None = None
    auth: Literal["none", "aws"] = "none"
    clerk: str = ""
    currency: str | None = None
    refund_window_days: int = Field(7, ge=1, le=3650)
    timezone: str = ""
    data_dir: Path | None = None
    shared: bool = False
    mark_dir: Path | None = None
    allow_network_filesystem: bool = False
    confirm_above: Decimal | None = Decimal(100)
    key_horizon_hours: int = Field(24, ge=1, le=8760)
    request_timeout: float = Field(30, ge=1, le=600)
    ca_bundle: Path | None = None
    proxy: str | None = None
    theme: Literal["terminal", "dark", "light", "contrast"] = "terminal"
    bell: bool = False
    cell_diff: bool = True
    keys: dict[str, str] = {}

    @classmethod
    def settings_customise_sources(cls, settings_cls, init_settings, env_settings, **_others):
        user = TomlConfigSettingsSource(settings_cls, Path(os.environ["REFUND_TUI_CONFIG"]))
        site = TomlConfigSettingsSource(settings_cls, Path("/etc/xdg/refund-tui/config.toml"))
        return init_settings, env_settings, user, site

settings = Settings(data_dir="/tmp")
assert (settings.clerk, settings.store_id, settings.request_timeout) == ("ana", "STORE-001", 20)
"""


def seconds(code: str, variables: dict[str, str]) -> float:
    """How long a process that runs `code` takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], env=os.environ | variables, check=True)
    return time.perf_counter() - began


def main() -> int:
    """Measure and print."""
    if importlib.util.find_spec("pydantic_settings") is None:
        print("pydantic-settings is not installed here: see the first lines of this module", file=sys.stderr)
        return 1
    number = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    kinds = {"python -c pass": BARE, "refund_tui.settings": OURS, "pydantic alone": TYPES, "pydantic-settings": PEER}
    found: dict[str, list[float]] = {name: [] for name in kinds}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.toml"
        file.write_text(CONTENT)
        for _ in range(number):
            for name, code in kinds.items():
                found[name].append(seconds(code, VARIABLES | {"REFUND_TUI_CONFIG": str(file)}))
    bare, ours = found["python -c pass"], found["refund_tui.settings"]
    for name, times in found.items():
        own = median(one - other for one, other in zip(times, bare, strict=True))
        ratio = pairwise(times, ours)
        print(f"{name:<20}{median(times) * 1000:7.1f} ms  {own * 1000:7.1f} ms above Python  {ratio:5.2f} x of ours")
    return 0


if __name__ == "__main__":
    sys.exit(main())
