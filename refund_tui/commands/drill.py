"""Owns `refund-tui drill`: the real desk against a sandbox with many faults, and a check of the accounts afterwards.

Moves no real money: the sandbox binds only loopback, and the ledger is temporary.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refund_tui.commands.output import print_out
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Action, Intent, Refund, State
from refund_tui.core.trips import Trip
from refund_tui.core.waits import Policy
from refund_tui.desk.desk import Desk
from refund_tui.sandbox import Books, SandboxThread, ServiceTrip, parse_script

if TYPE_CHECKING:
    from refund_tui.settings.load import Settings

STORE = "STORE-001"
AMOUNT = Money(1250, "EUR")
SHORT_WAITS = Policy(base=0.1, cap=0.5, least=0.05)
"""The real rules with shorter waits, so that the drill takes a minute and not an hour."""

TIMEOUT = 60.0
"""The most seconds for one case."""


@dataclass(frozen=True, slots=True)
class Case:
    """One refund: `steps` are the sandbox's fault steps for its requests.

    `then` is what a person does when nothing continues by itself. `end` is the state that it must end in, `moves` how
    often its money must move, `known` whether the service knows its trip.
    """

    name: str
    steps: list[dict[str, Any]] = field(default_factory=list)
    then: Action | None = None
    end: State = State.ACCEPTED
    moves: int = 1
    known: bool = True


CASES = (
    Case("an ordinary yes"),
    Case("a yes without a body", [{"shape": "empty"}]),
    Case("a yes with an id that breaks the pattern", [{"shape": "odd-id"}]),
    Case("rate limited, Retry-After 1", [{"status": 429, "retryAfter": "1"}]),
    Case("rate limited twice, two headers", [{"status": 429, "retryAfter": ["1", "0"], "repeat": 2}]),
    Case("unavailable, retryAfter in the body", [{"status": 503, "retryAfter": "1"}]),
    Case("server error, nothing moved", [{"status": 500}]),
    Case("server error after the money moved", [{"status": 500, "execute": True}]),
    Case("bad gateway", [{"status": 502}]),
    Case("connection lost before it moved", [{"drop": "before"}]),
    Case("connection lost after it moved", [{"drop": "after"}]),
    Case("answer cut in the status line", [{"cut": "status-line", "execute": True}]),
    Case("answer cut in the headers", [{"cut": "headers", "execute": True}]),
    Case("answer cut in the JSON", [{"cut": "body", "execute": True}]),
    Case("bad gzip", [{"garbage": "gzip", "execute": True}]),
    Case("a proxy's page instead of an answer", [{"garbage": "html", "execute": False}]),
    Case("an error in a 200, after the money moved", [{"shape": "error"}]),
    Case("an error in a 200, nothing moved", [{"shape": "gateway-error", "execute": False}]),
    Case("a form feed in a 200", [{"shape": "form-feed", "execute": False}]),
    Case("an undocumented yes (202)", [{"status": 202, "execute": True}]),
    Case("an endless answer", [{"endless": True, "execute": True}]),
    Case("no answer, then a no", [{"drop": "after"}, {"status": 400}], Action.ASK_AGAIN),
    Case("redirected elsewhere, repaired", [{"redirect": "https://elsewhere.invalid/"}], Action.GO_ON),
    Case("a proxy's 400, repaired", [{"status": 400, "garbage": "certificate"}], Action.GO_ON),
    Case("not authorised, repaired", [{"status": 403}], Action.GO_ON),
    Case("the service calls the request malformed", [{"status": 400}], end=State.REJECTED, moves=0),
    Case("a trip that the service does not know", known=False, end=State.REJECTED, moves=0),
)


@dataclass(frozen=True, slots=True)
class Account:
    """The result of one case: what the ledger says, what the service says, and whether both are right."""

    name: str
    state: str
    attempts: int
    requests: int
    moved: int
    good: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The drill has no flags."""


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run every case and print the table. Exit code 0, or 1 if a case did not end as it must."""
    with tempfile.TemporaryDirectory(prefix="refund-tui-drill-") as folder:
        accounts = asyncio.run(_run_cases(Path(folder), settings))
    print_out(_table(accounts))
    bad = sum(not account.good for account in accounts)
    moved = sum(account.moved > 1 for account in accounts)
    print_out(f"\n{len(accounts)} cases, {bad} wrong; paid twice: {moved}")
    return 1 if bad else 0


async def _run_cases(folder: Path, settings: Settings) -> list[Account]:
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
    desk = Desk(settings, policy=SHORT_WAITS)
    await desk.open()
    desk.begin()
    try:
        async with asyncio.timeout(TIMEOUT):
            refund = await desk.take(_intent(_trip(number)))
            await desk.drain()
            if case.then is not None:
                await desk.act(refund.key, case.then)
                await desk.drain()
        return await _account(desk, service, case.name, refund.key, case.end, case.moves)
    finally:
        await desk.close()


async def _killed(settings: Settings, service: SandboxThread) -> Account:
    """Kill a real process while it waits for its answer; this process takes its refund over."""
    service.play(parse_script({"refund": [{"hang": True, "execute": True}]}))
    child = multiprocessing.get_context("spawn").Process(target=_die_waiting, args=(settings,))
    child.start()
    await asyncio.to_thread(service.books.wait_until, _was_requested("killed"), TIMEOUT)
    os.kill(child.pid or 0, signal.SIGKILL)
    await asyncio.to_thread(child.join)
    desk = Desk(settings, policy=SHORT_WAITS)
    await desk.open()
    desk.begin()
    try:
        async with asyncio.timeout(TIMEOUT):
            await desk.drain()
        [refund] = (await desk.trips.balance(STORE, "killed")).refunds
        return await _account(desk, service, "kill -9 while it waits for the answer", refund.key, State.ACCEPTED, 1)
    finally:
        await desk.close()


def _die_waiting(settings: Settings) -> None:
    async def wait_for_ever() -> None:
        desk = Desk(settings, policy=SHORT_WAITS)
        await desk.open()
        desk.begin()
        await desk.take(_intent("killed"))
        await desk.drain()

    asyncio.run(wait_for_ever())


def _was_requested(trip: str) -> Callable[[Books], bool]:
    return lambda books: any(arrival.trip_id == trip for arrival in books.arrivals)


async def _raced(settings: Settings, service: SandboxThread) -> Account:
    """Two clerks refund 60 % of the same trip at the same time: exactly one of them succeeds."""
    desks = [Desk(settings.replace(clerk=name), policy=SHORT_WAITS) for name in ("ana", "ben")]
    for desk in desks:
        await desk.open()
        await desk.trips.put([Trip(STORE, "raced", captured=Money(5000, "EUR"))])
    try:
        asked = [desk.take(_intent("raced", Money(3000, "EUR")), second_yes=True) for desk in desks]
        passed = [one for one in await asyncio.gather(*asked, return_exceptions=True) if isinstance(one, Refund)]
        desks[0].begin()
        async with asyncio.timeout(TIMEOUT):
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
    head = f"{'what happened':{wide}}  attempts  requests  paid  the ledger says"
    lines = [
        f"{a.name:{wide}}  {a.attempts:8}  {a.requests:8}  {a.moved:4}  {a.state:15} {'ok' if a.good else 'WRONG'}"
        for a in accounts
    ]
    return "\n".join([head, "-" * len(head), *lines])
