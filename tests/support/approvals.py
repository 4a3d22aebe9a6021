"""Desks of several clerks under rules that need a second person, on one ledger."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from refund_tui.core.money import Money
from refund_tui.desk.desk import Desk
from refund_tui.host.actor import account_of
from tests.support.clock import FakeClock
from tests.support.desks import desk_over
from tests.support.service import ScriptedService

ME = account_of(os.getuid())
SITE: Mapping[str, Any] = MappingProxyType(
    {
        "approve_above": {"EUR": Money(10_000, "EUR")},
        "approvers": ("ben", "cem"),
        "shared_accounts": (ME,),
    }
)
"""The rules of the site: on this account each clerk is a person."""

BY_DAY: Mapping[str, Any] = MappingProxyType({"approve_above": {}, "approve_day_above": {"EUR": Money(10_000, "EUR")}})


@asynccontextmanager
async def desks(
    folder: Path, service: ScriptedService, *clerks: str, clock: FakeClock | None = None, **changes: Any
) -> AsyncIterator[list[Desk]]:
    """A desk for each clerk, on one ledger, at one time."""
    clock = clock or FakeClock()
    async with AsyncExitStack() as stack:
        each = [desk_over(folder, service, clerk=clerk, clock=clock, **{**SITE, **changes}) for clerk in clerks]
        yield [await stack.enter_async_context(desk) for desk in each]
