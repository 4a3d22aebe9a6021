"""Owns the check of every record in the ledger: whether it can be read, and whether its bytes say what it says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from refund_tui.commands.checks import Result, fail, ok
from refund_tui.core.damaged_rows import DAMAGED, Damaged
from refund_tui.core.filters import Filter
from refund_tui.desk.body_check import altered
from refund_tui.desk.ports import HistoryPort, Storage
from refund_tui.errors import StoreError
from refund_tui.store.export import PAGE

SHOWN = 20
"""Records that are named; more are not looked for."""

REMEDY = "put a good copy of the ledger in its place, or ask for help; the other refunds go on"


def check_records(storage: Storage) -> Iterator[Result]:
    """Each record that cannot be read, and each refund whose bytes differ from it, up to SHOWN."""
    if not storage.exists():
        return
    try:
        history = storage.open_history()
    except StoreError:
        return  # told by the check of the ledger as a whole
    try:
        found = list(islice(_wrong(history), SHOWN))
    except StoreError as error:
        yield fail("records", str(error), REMEDY)
        return
    finally:
        history.close()
    yield from found or [ok("records", "each can be read, and the bytes to be sent are those of its refund")]


def _wrong(history: HistoryPort) -> Iterator[Result]:
    for row in history.damaged():
        named = f" of the refund {row.key}" if row.key and row.table != "refund" else f" {row.key}".rstrip()
        yield fail("records", f"{DAMAGED}: {row.table} {row.row}{named} cannot be read ({row.why})", REMEDY)
    below: int | None = None
    while rows := history.page(Filter(), below, PAGE):
        for place, refund in rows:
            below = place
            if not isinstance(refund, Damaged) and (told := altered(refund, recorded=history.as_recorded(refund))):
                yield fail("records", told, REMEDY)
