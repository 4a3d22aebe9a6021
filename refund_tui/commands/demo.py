"""Owns `refund-tui demo`: the terminal against a sandbox of its own, with sample trips, in a data folder of its own.

Moves no real money and touches nothing of the real configuration: neither its service nor its ledger.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands.output import OUT
from refund_tui.core.trips import Trip
from refund_tui.desk.opening import maintenance_of, storage_of
from refund_tui.errors import ConfigError, StoreError, UsageError
from refund_tui.host.paths import demo_data_dir, make_data_dir
from refund_tui.sandbox import SandboxError, SandboxThread, sample_trips
from refund_tui.settings.declared import SETTINGS

if TYPE_CHECKING:
    from refund_tui.desk.ports import Storage
    from refund_tui.sandbox import SampleTrip
    from refund_tui.settings.load import Settings

STORE = "STORE-001"
JOURNAL = "sandbox.jsonl"
"""What the sandbox remembers between two demos."""

_EXAMPLES = """\
examples:
  refund-tui demo           go on where the last demo ended
  refund-tui demo --fresh   start over
  refund-tui demo --data-dir ~/training

Without --data-dir the demo has a folder of its own, whatever is configured. The sample
trips' receipts say what happens to a refund of each."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to start over."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--fresh", action="store_true", help="forget the last demo")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serve, import, open the terminal, and print at the end what moved. Raises RefundTuiError."""
    from refund_tui.tui import run as open_terminal  # brings Textual

    folder = _folder(settings)
    if arguments.fresh:
        _forget(settings, folder)
    samples = sample_trips(datetime.now(UTC).astimezone(settings.zone))
    try:
        with SandboxThread(trips=[sample.service_trip for sample in samples], journal=folder / JOURNAL) as service:
            demo = demo_settings(settings, folder, service.url)
            _import(demo, samples)
            code = open_terminal(demo)
            OUT.write(f"What the sandbox says has moved (no real money):\n\n{service.books.report()}")
    except SandboxError as error:
        raise UsageError(f"the sandbox cannot run: {error}") from error
    return code


def demo_settings(settings: Settings, folder: Path, url: str) -> Settings:
    """`settings` with all that could reach a real service or ledger replaced by the demo's own."""
    return settings.replace(base_url=url, environment="DEMO", store_id=STORE, data_dir=folder, auth="none",
        currency="EUR", refund_window_days=7, shared=False, proxy=None, ca_bundle=None,
    )  # fmt: skip


def _folder(settings: Settings) -> Path:
    """The demo's folder; one that holds another ledger than a demo's is refused. Raises ConfigError."""
    told = settings.sources["data_dir"] == SETTINGS["data_dir"].option
    folder = settings.data_dir if told else demo_data_dir()
    make_data_dir(folder, shared=False)
    storage = storage_of(settings.replace(data_dir=folder))
    if storage.exists() and not _is_a_demos(storage, folder):
        raise ConfigError(f"{folder} holds a ledger that is not the demo's: choose another --data-dir for the demo")
    (folder / JOURNAL).touch(mode=0o600)
    return folder


def _is_a_demos(storage: Storage, folder: Path) -> bool:
    """What the ledger says of itself; where it says nothing, as 0.1.0's does not, the journal beside it tells."""
    try:
        with closing(storage.open_history()) as history:
            environment = history.belonging().environment
    except StoreError:
        environment = None
    return environment == "DEMO" if environment else (folder / JOURNAL).exists()


def _forget(settings: Settings, folder: Path) -> None:
    """Start over: only the files that the demo made itself are removed."""
    demo = settings.replace(data_dir=folder, environment="DEMO")
    for path in (*maintenance_of(demo).files(), folder / JOURNAL):
        path.unlink(missing_ok=True)


def _import(settings: Settings, samples: Sequence[SampleTrip]) -> None:
    """Make the sample trips known, by the very road of `trips import`."""
    from refund_tui.store.imports import TripReader  # brings pydantic

    lines = "\n".join(json.dumps(sample.record) for sample in samples)
    with closing(storage_of(settings).open_trips()) as trips:
        trips.put([trip for trip in TripReader(io.BytesIO(lines.encode())) if isinstance(trip, Trip)])
