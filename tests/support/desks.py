"""Desks on real files for tests: settings, and several desks on one ledger, as if each were its own process."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from refund_tui.core.ledger_identity import Host
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Holder, Intent
from refund_tui.core.times import Clock
from refund_tui.desk.desk import Desk
from refund_tui.settings.declared import SETTINGS
from refund_tui.settings.load import Settings, load_settings
from tests.support.clock import FakeClock
from tests.support.service import ScriptedService

if TYPE_CHECKING:
    from refund_tui.payments.client import PaymentClient

STORE = "STORE-001"
TRIP = "11111111-2222-3333-4444-555555555555"

_pids = itertools.count(50_000)


def settings(data_dir: Path, **changes: object) -> Settings:
    """Settings for tests. The service is on loopback. Those that only the site's file may set can be given too."""
    given = {
        "base_url": "http://127.0.0.1:9", "store_id": STORE, "data_dir": str(data_dir), "clerk": "ana",
        "currency": "EUR", "timezone": "Europe/Berlin",
    }  # fmt: skip
    of_site = {name: value for name, value in changes.items() if SETTINGS[name].site_only}
    flags = {name: value for name, value in changes.items() if name not in of_site}
    return load_settings({**given, **flags}, {}).replace(**of_site)


def intent(minor: int = 1250, *, trip: str = TRIP, currency: str = "EUR", note: str = "") -> Intent:
    """An intent for tests."""
    return Intent(STORE, trip, Money(minor, currency), ReasonCode.DAMAGED_ITEM, note)


def other_process() -> Holder:
    """The holder of another process on the same host."""
    pid = next(_pids)
    return Holder("test-host", "boot-1", pid, f"start-{pid}")


def recorded(data_dir: Path, url: str, *trips: str) -> None:
    """Refunds that were recorded and never sent. Call it outside a running event loop."""

    async def record() -> None:
        desk = Desk(settings(data_dir, base_url=url))
        await desk.open()
        for trip in trips:
            await desk.take(intent(trip=trip))
        await desk.close()

    asyncio.run(record())


@asynccontextmanager
async def desk_over(
    data_dir: Path,
    service: ScriptedService,
    *,
    clock: Clock | None = None,
    holder: Holder | None = None,
    host: Host | None = None,
    alive: Callable[[Holder], bool | None] = lambda _holder: True,
    connect: Callable[[], ScriptedService] | None = None,
    **changes: object,
) -> AsyncIterator[Desk]:
    """An open desk that sends to `service`, created by `connect`. `alive` says whether other holders run."""
    desk = Desk(
        settings(data_dir, **changes),
        clock=clock or FakeClock(),
        connect=lambda: cast("PaymentClient", connect() if connect else service),
        random=lambda: 0.5,
        holder=holder or other_process(),
        alive=alive,
        host=host,
    )
    await desk.open()
    try:
        yield desk
    finally:
        await desk.close()
