"""Owns the arguments that several commands have: a trip id, and the reason for a change (`--because`).

A trip id is checked, and given in the spelling that is used here already.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from refund_tui.core.fields import check_note, check_store_id, check_trip_id
from refund_tui.core.trips import typed_id
from refund_tui.desk.desk import Desk
from refund_tui.errors import UsageError

NOTHING_DONE = "Nothing was recorded and nothing was sent."


def refuse(problem: str | None) -> None:
    """Raise UsageError if there is a problem."""
    if problem:
        raise UsageError(f"{problem}. {NOTHING_DONE}")


async def named_trip(desk: Desk, typed: str, say: Callable[[str], None]) -> tuple[str, str]:
    """The store and the trip id in the spelling that is used here; prints by `say` if that is not what was typed.

    Raises UsageError, StoreError.
    """
    store, trip_id = desk.settings.store_id or "", typed_id(typed)
    refuse(check_store_id(store) and f"{check_store_id(store)}: set store_id (--store-id, REFUND_TUI_STORE_ID)")
    refuse(check_trip_id(trip_id))
    known = await desk.trips.known_as(store, trip_id)
    if known != (store, trip_id):
        say(f"Trip {trip_id} of {store} is the same trip as {known[1]} of {known[0]}, as it is written here.")
    return known


def add_because(parser: argparse.ArgumentParser, description: str) -> None:
    """Add the flag; `description` is its line in `--help`."""
    parser.add_argument("--because", required=True, metavar="WHY", help=description)


def because(arguments: argparse.Namespace) -> str:
    """The reason. Raises UsageError if it is empty or too long."""
    why: str = arguments.because.strip()
    problem = check_note(why) or (None if why else "--because needs a reason")
    if problem:
        raise UsageError(f"{problem}. Nothing was changed.")
    return why
