"""Owns `refund-tui drill`: the real desk against a service of its own that does its worst, and the accounts afterwards.

Moves no real money: it binds only loopback, and its ledger is thrown away.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from refund_tui.commands.drill_cases import CASES, Case
from refund_tui.commands.output import say
from refund_tui.core.lifecycle import Policy
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent, Refund, State
from refund_tui.core.trips import Trip
from refund_tui.desk.desk import Desk
from refund_tui.sandbox import Books, SandboxThread, ServiceTrip, parse_script

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

STORE = "STORE-001"
AMOUNT = Money(1250, "EUR")
IMPATIENT = Policy(base=0.1, cap=0.5, least=0.05, most_doubts=20)
"""The real rules of waiting with shorter waits, so that nobody watches a drill for an hour."""

PATIENCE = 60.0
"""Seconds for one case."""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of one case: the ledger's word, the service's, and whether they are what they must be."""

    name: str
    state: str
    attempts: int
    requests: int
    moved: int
    good: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The drill takes no flags."""


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Play every case; print the table. Exit code 0, or 1 when a case did not end as it must."""
    with tempfile.TemporaryDirectory(prefix="refund-tui-drill-") as folder:
        accounts = asyncio.run(_play(Path(folder), settings))
    say(_table(accounts))
    bad = sum(not account.good for account in accounts)
    moved = sum(account.moved > 1 for account in accounts)
    say(f"\n{len(accounts)} cases, {bad} not as they must be; paid twice: {moved}")
    return 1 if bad else 0


async def _play(folder: Path, settings: Settings) -> list[Account]:
    trips = [_service_trip(number, case) for number, case in enumerate(CASES)]
    trips += [ServiceTrip(STORE, name, "VISA", "4242", "EUR", Decimal("50.00")) for name in ("killed", "raced")]
    with SandboxThread(trips=trips) as service:
        local = settings.replace(base_url=service.url, store_id=STORE, data_dir=folder, auth="none", environment="DEMO")
        accounts = [await _case(local, service, number, case) for number, case in enumerate(CASES)]
        accounts.append(await _killed(local, service))
        accounts.append(await _raced(local, service))
    return accounts


def _service_trip(number: int, case: Case) -> ServiceTrip:
    steps = parse_script({"refund": case.steps}).refund
    return ServiceTrip(STORE, _trip(number), "VISA", "4242", "EUR", Decimal("50.00"), recipe=steps, exists=case.known)


def _trip(number: int) -> str:
    return f"drill-{number:02d}"


def _intent(trip: str, amount: Money = AMOUNT) -> Intent:
    return Intent(STORE, trip, amount, ReasonCode.OTHER, "drill")


async def _case(settings: Settings, service: SandboxThread, number: int, case: Case) -> Account:
    desk = Desk(settings, policy=IMPATIENT)
    await desk.open()
    desk.begin()
    try:
        async with asyncio.timeout(PATIENCE):
            refund = await desk.take(_intent(_trip(number)))
            await desk.drain()
            if case.then is not None:
                await desk.act(refund.key, case.then)
                await desk.drain()
        return await _account(desk, service, case.name, refund.key, case.end, case.moves)
    finally:
        await desk.close()


async def _killed(settings: Settings, service: SandboxThread) -> Account:
    """A real process is killed while its request hangs; this one takes its refund over."""
    service.play(parse_script({"refund": [{"hang": True, "execute": True}]}))
    child = multiprocessing.get_context("spawn").Process(target=_die_waiting, args=(settings,))
    child.start()
    await asyncio.to_thread(service.books.wait_until, _asked_for("killed"), PATIENCE)
    os.kill(child.pid or 0, signal.SIGKILL)
    await asyncio.to_thread(child.join)
    desk = Desk(settings, policy=IMPATIENT)
    await desk.open()
    desk.begin()
    try:
        async with asyncio.timeout(PATIENCE):
            await desk.drain()
        [refund] = (await desk.standing(STORE, "killed")).refunds
        return await _account(desk, service, "kill -9 while the answer is awaited", refund.key, State.ACCEPTED, 1)
    finally:
        await desk.close()


def _die_waiting(settings: Settings) -> None:
    async def wait_for_ever() -> None:
        desk = Desk(settings, policy=IMPATIENT)
        await desk.open()
        desk.begin()
        await desk.take(_intent("killed"))
        await desk.drain()

    asyncio.run(wait_for_ever())


def _asked_for(trip: str) -> Callable[[Books], bool]:
    return lambda books: any(arrival.trip_id == trip for arrival in books.arrivals)


async def _raced(settings: Settings, service: SandboxThread) -> Account:
    """Two clerks at 60 % of the same trip in the same instant: exactly one passes."""
    desks = [Desk(settings.replace(clerk=name), policy=IMPATIENT) for name in ("ana", "ben")]
    for desk in desks:
        await desk.open()
        await desk.trips.put([Trip(STORE, "raced", captured=Money(5000, "EUR"))])
    try:
        asked = [desk.take(_intent("raced", Money(3000, "EUR")), second_yes=True) for desk in desks]
        passed = [one for one in await asyncio.gather(*asked, return_exceptions=True) if isinstance(one, Refund)]
        desks[0].begin()
        async with asyncio.timeout(PATIENCE):
            await desks[0].drain()
        account = await _account(desks[0], service, "two clerks at 60 % at once", passed[0].key, State.ACCEPTED, 1)
        return replace(account, good=account.good and len(passed) == 1)
    finally:
        for desk in desks:
            await desk.close()


async def _account(desk: Desk, service: SandboxThread, name: str, key: str, end: State, moves: int) -> Account:
    refund = await desk.history.get(key)
    attempts = await desk.history.attempts(key)
    requests, moved = service.books.requests_for(key), service.books.times_executed(key)
    state = refund.state if isinstance(refund, Refund) else None
    same = len({request.body for request in requests}) <= 1
    good = state is end and moved == moves and same
    return Account(name, str(state), len(attempts), len(requests), moved, good)


def _table(accounts: list[Account]) -> str:
    wide = max(len(account.name) for account in accounts)
    head = f"{'what was done to it':{wide}}  attempts  requests  paid  the ledger says"
    lines = [
        f"{a.name:{wide}}  {a.attempts:8}  {a.requests:8}  {a.moved:4}  {a.state:15} {'ok' if a.good else 'WRONG'}"
        for a in accounts
    ]
    return "\n".join([head, "-" * len(head), *lines])
