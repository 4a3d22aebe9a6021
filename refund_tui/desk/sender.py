"""Owns the sending of refunds: has one that is due claimed, sends it, and records what came of it.

Never sends or announces what is not on disk, and never drops an answer that could not be written.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from refund_tui.core import lease
from refund_tui.core.outcomes import Accepted, Answer, Doubt, NeedsRepair, Outcome, Repair, Uncertain, Unreachable
from refund_tui.core.times import SKEW, Instant, skew_words, span
from refund_tui.desk.attempt_end import InFlight, Terms, finish
from refund_tui.desk.files import Files
from refund_tui.desk.news import Changed, News, Trouble, Unsaved, fault_of
from refund_tui.desk.ports import LedgerPort
from refund_tui.desk.send_plan import Planner, SendPlan
from refund_tui.errors import RecordUnusable, RefundTuiError, StoreError

AGAIN = 2.0
"""Seconds between two tries to write an answer."""

LONGEST_REST = 5.0
"""Seconds after which a wait is looked at again, since the event loop's timer does not count a suspended host."""


class Payments(Protocol):
    """What the desk needs of the Payment service."""

    async def refund(self, body: bytes) -> Outcome:
        """Send `body` once; whatever happens on the network is an outcome, not an exception.

        Cancelled before a byte of the request left, it returns Unreachable; after that it raises CancelledError.
        """
        ...


class Sender:
    """Sends what is due, one at a time, until it is closed."""

    def __init__(
        self,
        files: Files,
        terms: Terms,
        connect: Callable[[], Awaitable[Payments]],
        tell: Callable[[News], Awaitable[None]],
    ) -> None:
        self._files, self._terms, self._connect, self._tell = files, terms, connect, tell
        self._planner = Planner(terms)
        self._awake = asyncio.Event()
        self._closing = False
        self._in_flight: InFlight | None = None
        self._request: asyncio.Task[Outcome] | None = None
        self._leaving = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.failure: StoreError | None = None
        """Why the ledger could not be used at the last try, where it could not."""
        self.unsaved: dict[str, str] = {}
        self.idle = False
        """Whether the last look at the ledger found nothing that is due."""
        self.offline = False
        """Whether the last attempt did not reach the service at all."""

    @property
    def in_flight(self) -> bool:
        """Whether an attempt of this process is under way, or its answer is not on disk yet."""
        return self._in_flight is not None

    @property
    def stuck(self) -> dict[str, str]:
        """Refunds that the last look left out, since their record cannot be changed: a sentence about each, by key."""
        return self._planner.stuck

    def begin(self) -> None:
        """Start sending, in a task of its own."""
        self._task = asyncio.create_task(self._run(), name="sender")

    def wake(self) -> None:
        """Look at the ledger now: something was recorded, changed, or time was moved."""
        self.idle = False
        self._awake.set()

    async def close(self, grace: float) -> None:
        """End in order: an answer is awaited for `grace` seconds, then what the client knows of it is recorded.

        Only the request is cancelled, never its recording, so that what this process knows of the attempt is written.
        """
        if self._task is None:
            return
        self._closing = True
        self.wake()
        await asyncio.wait({self._task}, timeout=grace)
        self._leaving.set()
        if self._request is not None:
            self._request.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def note_reached(self, reached: bool) -> None:
        """Note whether the newest attempt of any process reached the service."""
        self.offline = not reached

    async def _run(self) -> None:
        anchored = False
        while not self._closing:
            self._awake.clear()
            rest: float | None = AGAIN
            try:
                if not anchored:
                    await self._files.write(lambda ledger: ledger.anchor(self._terms.clock.now()))
                    anchored = True
                rest = await self.step()
                self.failure = None
            except StoreError as error:
                self.failure = error
                await self._tell(Trouble(str(error)))
            except Exception as error:  # noqa: BLE001 a fault of this program must not end all sending
                why = f"sending failed by a fault of this program ({error!r}); it is tried again"
                await self._tell_fault(error, why)
            await self._rest(rest)

    async def _rest(self, seconds: float | None) -> None:
        await _within(seconds if seconds is None else min(seconds, LONGEST_REST), self._awake)

    async def step(self) -> float | None:
        """One look at the ledger, and one attempt if one is due. Seconds to rest, None until woken."""
        plan = await self._files.write(self.plan)
        self._in_flight = plan.in_flight
        for news in plan.news:
            await self._tell(news)
        self.idle = plan.in_flight is None
        if plan.in_flight is None:
            return plan.rest
        await self._send(plan.in_flight)
        return 0.0

    def plan(self, ledger: LedgerPort) -> SendPlan:
        """Look at the ledger, in its thread: take over, decide, and claim at most one attempt."""
        return self._planner.plan(ledger)

    async def _send(self, in_flight: InFlight) -> None:
        outcome = await self.answer(in_flight)
        arrived = self._terms.clock.now()
        self.offline = isinstance(outcome, Unreachable)
        await self._tell_skew(outcome, arrived)
        await self._record(in_flight, outcome, arrived)

    async def answer(self, in_flight: InFlight) -> Outcome:
        """Send a claimed attempt's bytes, unless that is too late by now; what came of it."""
        try:
            payments = await self._connect()
        except Exception as error:  # noqa: BLE001 whatever fails here fails before a byte could leave
            why = str(error) if isinstance(error, RefundTuiError) else f"this program failed ({error!r})"
            await self._tell_fault(error, why)
            return NeedsRepair(Answer(detail=f"{why}; nothing was sent"), Repair.CONFIGURATION)
        if self._closing:
            return Unreachable(Answer(detail="the program was closed first; nothing was sent"))
        if lease.too_late_to_send(in_flight.attempt.started, self._terms.clock.now(), self._terms.policy):
            return Unreachable(Answer(detail="this program stood still before it could send; nothing was sent"))
        self._request = asyncio.ensure_future(payments.refund(in_flight.refund.body))
        try:
            return await self._request
        except asyncio.CancelledError:
            if not self._leaving.is_set():
                raise
            return lease.process_died("the program was closed while the answer was awaited")
        except Exception as error:  # noqa: BLE001 after a fault here the money may have moved
            why = f"this program failed while sending ({error!r})"
            await self._tell_fault(error, why)
            return Uncertain(Answer(detail=why), Doubt.CONNECTION_LOST)
        finally:
            self._request = None

    async def _record(self, in_flight: InFlight, outcome: Outcome, arrived: Instant) -> None:
        """Write what came of the attempt, until it is on disk; only then is it announced as done.

        When the program ends, the last try is made after GRACE. The next process takes over an attempt left open.
        """
        key = in_flight.refund.key
        while True:
            last = self._leaving.is_set()
            try:
                news = await self.record_once(in_flight, outcome, arrived)
            except Exception as error:  # noqa: BLE001 whatever fails, an answer that is here must not be lost
                self.failure = error if isinstance(error, StoreError) else None
                self.unsaved[key] = self._not_saved(outcome, error, last=last)
                await self._tell(Unsaved(key, self.unsaved[key], fault_of(error)))
                if last:
                    return
                await _within(AGAIN, self._leaving)
            else:
                self.unsaved.pop(key, None)
                self._in_flight = None
                await self._tell(news)
                return

    def _not_saved(self, outcome: Outcome, error: Exception, *, last: bool) -> str:
        """The sentence for an answer that is not on disk, while the program tries and (`last`) when it ends."""
        moved = " The money is on its way." if isinstance(outcome, Accepted) else ""
        if not last:
            return f"{_answered(outcome)}: {error}.{moved} It is written again until it is on disk"
        return (
            f"{_answered(outcome)}: {error}.{moved} When refund-tui or refund-tui resume next runs, the service is "
            f"asked again with the same id, which within {span(self._terms.policy.horizon)} cannot pay twice: do not "
            "refund it anew"
        )

    async def record_once(self, in_flight: InFlight, outcome: Outcome, arrived: Instant) -> News:
        """Try once to write what came of an attempt; the news that it is on disk. Raises StoreError."""
        write = self._files.write
        try:
            return Changed(*await write(lambda ledger: finish(ledger, self._terms, in_flight, outcome, arrived)))
        except RecordUnusable as error:  # the answer is on disk, beside a refund that is set apart
            return Trouble(str(error))

    async def _tell_fault(self, error: Exception, why: str) -> None:
        """Announce a fault of this program. An error that a person can act on is told with the refund instead."""
        if not isinstance(error, RefundTuiError):
            await self._tell(Trouble(why, fault_of(error)))

    async def _tell_skew(self, outcome: Outcome, arrived: Instant) -> None:
        theirs = outcome.answer.server_date
        if theirs is None:
            return
        off = (arrived.at - theirs).total_seconds()
        if abs(off) > SKEW:
            await self._tell(Trouble(f"{skew_words(off)}: have it set right"))


async def _within(seconds: float | None, event: asyncio.Event) -> None:
    """Return when `event` is set, or after so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _answered(outcome: Outcome) -> str:
    return "accepted, not saved" if isinstance(outcome, Accepted) else f"answered ({outcome.word}), not saved"
