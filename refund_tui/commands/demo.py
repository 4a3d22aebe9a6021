"""Owns `refund-tui demo`: the terminal with its own sandbox, sample trips and data folder.

Moves no real money. Never uses the configured service or the configured ledger.
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
from refund_tui.desk.storage import maintenance_of, storage_of
from refund_tui.errors import ConfigError, StoreError, UsageError
from refund_tui.host.paths import demo_data_dir, make_data_dir
from refund_tui.sandbox import SandboxError, SandboxThread, sample_trips
from refund_tui.settings.declared import SETTINGS

if TYPE_CHECKING:
    from refund_tui.desk.storage import Storage
    from refund_tui.sandbox import SampleTrip
    from refund_tui.settings.load import Settings

STORE = "STORE-001"
JOURNAL = "sandbox.jsonl"
"""The sandbox's journal, which keeps its accounts between two demos."""

_EXAMPLES = """\
examples:
  refund-tui demo           continue where the last demo ended
  refund-tui demo --fresh   start over
  refund-tui demo --data-dir ~/training

Without --data-dir the demo uses its own folder, not the configured one. The receipts of
the sample trips say what happens to their refunds."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --fresh."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--fresh", action="store_true", help="forget the last demo")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Start the sandbox, import the trips, open the terminal, then print what moved. Raises RefundTuiError."""
    from refund_tui.tui import run as open_terminal  # loads Textual

    folder = _folder(settings)
    if arguments.fresh:
        _forget(settings, folder)
    samples = sample_trips(datetime.now(UTC).astimezone(settings.zone))
    try:
        with SandboxThread(trips=[sample.service_trip for sample in samples], journal=folder / JOURNAL) as service:
            demo = demo_settings(settings, folder, service.url)
            _import(demo, samples)
            code = open_terminal(demo)
            OUT.write(f"What moved in the sandbox (no real money):\n\n{service.books.report()}")
    except SandboxError as error:
        raise UsageError(f"the sandbox cannot run: {error}") from error
    return code


def demo_settings(settings: Settings, folder: Path, url: str) -> Settings:
    """`settings` with the demo's values in place of everything that could reach a real service or ledger."""
    return settings.replace(base_url=url, environment="DEMO", store_id=STORE, data_dir=folder, auth="none",
        currency="EUR", refund_window_days=7, shared=False, proxy=None, ca_bundle=None,
    )  # fmt: skip


def _folder(settings: Settings) -> Path:
    """The demo's folder. Raises ConfigError if it has a ledger that is not a demo's."""
    given = settings.sources["data_dir"] == SETTINGS["data_dir"].option
    folder = settings.data_dir if given else demo_data_dir()
    make_data_dir(folder, shared=False)
    storage = storage_of(settings.replace(data_dir=folder))
    if storage.exists() and not _is_demo(storage, folder):
        raise ConfigError(f"{folder} holds a ledger that is not the demo's: choose another --data-dir for the demo")
    (folder / JOURNAL).touch(mode=0o600)
    return folder


def _is_demo(storage: Storage, folder: Path) -> bool:
    """Whether the ledger is a demo's.

    Version 0.1.0 did not record that; then whether the sandbox's journal is beside it.
    """
    try:
        with closing(storage.open_history()) as history:
            environment = history.ledger_services().environment
    except StoreError:
        environment = None
    return environment == "DEMO" if environment else (folder / JOURNAL).exists()


def _forget(settings: Settings, folder: Path) -> None:
    """Remove the files that the demo created, and no others."""
    demo = settings.replace(data_dir=folder, environment="DEMO")
    for path in (*maintenance_of(demo).files(), folder / JOURNAL):
        path.unlink(missing_ok=True)


def _import(settings: Settings, samples: Sequence[SampleTrip]) -> None:
    """Import the sample trips in the same way as `trips import`."""
    from refund_tui.store.imports import TripReader  # loads pydantic

    lines = "\n".join(json.dumps(sample.record) for sample in samples)
    with closing(storage_of(settings).open_trips()) as trips:
        trips.put([trip for trip in TripReader(io.BytesIO(lines.encode())) if isinstance(trip, Trip)])
