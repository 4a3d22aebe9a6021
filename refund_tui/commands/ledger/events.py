"""Owns `refund-tui ledger events`: prints the events of the whole ledger, such as imports of trips. Changes nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import tzinfo
from typing import TYPE_CHECKING

from refund_tui.commands import OK, PERSON
from refund_tui.commands.output import print_out
from refund_tui.core.damage import Damaged
from refund_tui.core.refunds import Event
from refund_tui.core.text import visible
from refund_tui.core.times import stamp
from refund_tui.desk.storage import storage_of

if TYPE_CHECKING:
    from refund_tui.desk.ports import HistoryPort
    from refund_tui.settings.load import Settings

PAGE = 200
"""The number of events in one read."""

LONGEST = 1_000_000
"""The most characters of one value. An import can name thousands of trips, and all of them are printed."""


def events_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the format."""
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def print_events(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print the events, oldest first. Exit code 0, or PERSON if one of them cannot be read. Raises StoreError."""
    damaged = 0
    with closing(storage_of(settings).open_history()) as history:
        for event in _events(history):
            damaged += isinstance(event, Damaged)
            print_out(json.dumps(_record(event)) if arguments.json else _lines(event, settings.zone))
    return PERSON if damaged else OK


def _events(history: HistoryPort) -> Iterator[Event | Damaged]:
    after = 0
    while found := history.events_of_ledger(after, PAGE):
        yield from (event for _, event in found)
        after = max(seq for seq, _ in found)  # damage may have changed their order


def _record(event: Event | Damaged) -> dict[str, object]:
    if isinstance(event, Damaged):
        return {"seq": None, "damage": visible(event.sentence)}
    return {
        "seq": event.seq,
        "damage": None,
        "at": stamp(event.at),
        "kind": visible(event.kind),
        "who": visible(event.who),
        "why": visible(event.why, LONGEST),
        "actor": {name: visible(value) for name, value in event.actor.facts.items()} or None,
        "data": {visible(name): visible(value, LONGEST) for name, value in event.data.items()},
    }


def _lines(event: Event | Damaged, zone: tzinfo) -> str:
    if isinstance(event, Damaged):
        return visible(event.sentence)
    kind = visible(event.kind.replace("_", " "))
    facts = (f"{name}: {value}" for name, value in event.data.items())
    told = (event.why, *facts, f"process: {event.actor.words or 'not recorded'}")
    head = f"{event.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {kind}  by {visible(event.who)}"
    return "\n    ".join((head, *(visible(line, LONGEST) for line in told if line)))
