"""Owns the sending of refunds: it claims a due refund, sends it, and records the outcome.

Never sends or announces what is not on disk. Never drops an answer that could not be written.
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
from refund_tui.desk.news import Changed, News, Standing, Trouble, Unsaved, fault_of
from refund_tui.desk.ports import LedgerPort
from refund_tui.desk.send_plan import Planner, SendPlan
from refund_tui.errors import RecordUnusable, RefundTuiError, StoreError

AGAIN = 2.0
"""Seconds between two tries to write an answer."""

LONGEST_REST = 5.0
"""The longest sleep in seconds: the event loop's timer does not count the time of a suspended host."""


class Payments(Protocol):
    """What the sender needs of the client of the Payment service."""

    async def refund(self, body: bytes) -> Outcome:
        """Send `body` once. Every failure of the network is an outcome, not an exception.

        If it is cancelled before a byte of the request left, it returns Unreachable; later it raises CancelledError.
        """
        ...


class Sender:
    """Sends due refunds, one at a time, until it is closed."""

    def __init__(
        self,
        files: Files,
        terms: Terms,
        connect: Callable[[], Awaitable[Payments]],
        tell: Callable[[News], Awaitable[None]],
    ) -> None:
        self._files, self._terms, self._connect, self._tell = files, terms, connect, tell
        self._planner = Planner(terms)
        self._wrong = Standing(tell)
        self._awake = asyncio.Event()
        self._closing = False
        self._in_flight: InFlight | None = None
        self._request: asyncio.Task[Outcome] | None = None
        self._leaving = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.failure: StoreError | None = None
        """Why the ledger could not be used at the last try; empty if it could."""
        self.unsaved: dict[str, str] = {}
        self.idle = False
        """Whether the last plan found nothing due."""
        self.offline = False
        """Whether the last attempt did not reach the service."""

    @property
    def in_flight(self) -> bool:
        """Whether an attempt of this process is under way, or its answer is not on disk yet."""
        return self._in_flight is not None

    @property
    def stuck(self) -> dict[str, str]:
        """A sentence for each refund that the last plan skipped because its record cannot be changed, by key."""
        return self._planner.stuck

    def begin(self) -> None:
        """Start sending, in its own task."""
        self._task = asyncio.create_task(self._run(), name="sender")

    def wake(self) -> None:
        """Plan now: a refund was recorded or changed, or a test moved the clock."""
        self.idle = False
        self._awake.set()

    async def close(self, grace: float) -> None:
        """End: wait `grace` seconds for an answer, then cancel the request and record its outcome.

        Only the request is cancelled, never the recording, so that what this process knows is written.
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
                await self._wrong.over()
            except StoreError as error:
                self.failure = error
                await self._wrong.found(str(error))
            except Exception as error:  # noqa: BLE001 a fault of this program must not end all sending
                why = f"sending failed because of a fault of this program ({error!r}); it is tried again"
                await self._tell_fault(error, why)
            await self._rest(rest)

    async def _rest(self, seconds: float | None) -> None:
        await _within(seconds if seconds is None else min(seconds, LONGEST_REST), self._awake)

    async def step(self) -> float | None:
        """Plan once, and make one attempt if one is due. The seconds to rest; None means until `wake`."""
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
        """Run the planner in the ledger's thread."""
        return self._planner.plan(ledger)

    async def _send(self, in_flight: InFlight) -> None:
        outcome = await self.answer(in_flight)
        arrived = self._terms.clock.now()
        self.offline = isinstance(outcome, Unreachable)
        await self._tell_skew(outcome, arrived)
        await self._record(in_flight, outcome, arrived)

    async def answer(self, in_flight: InFlight) -> Outcome:
        """Send the bytes of a claimed attempt, unless it is too late. The attempt with its outcome."""
        try:
            payments = await self._connect()
        except Exception as error:  # noqa: BLE001 whatever fails here fails before a byte could leave
            why = str(error) if isinstance(error, RefundTuiError) else f"this program failed ({error!r})"
            await self._tell_fault(error, why)
            return NeedsRepair(Answer(detail=f"{why}; nothing was sent"), Repair.CONFIGURATION)
        if self._closing:
            return Unreachable(Answer(detail="the program was closed first; nothing was sent"))
        if lease.too_late_to_send(in_flight.attempt.started, self._terms.clock.now(), self._terms.policy):
            return Unreachable(Answer(detail="this program was suspended before it could send; nothing was sent"))
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
        """Try to write the outcome of the attempt until it is on disk. Only then it is announced.

        When the program ends, the last try is made after GRACE. The next process takes over an attempt that stays open.
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
        """The message for an answer that is not on disk. `last`: the program ends and does not try again."""
        moved = " The money is on its way." if isinstance(outcome, Accepted) else ""
        if not last:
            return f"{_answered(outcome)}: {error}.{moved} Writing is tried again until it succeeds"
        return (
            f"{_answered(outcome)}: {error}.{moved} When refund-tui or refund-tui resume next runs, the service is "
            f"asked again with the same id, which within {span(self._terms.policy.horizon)} cannot pay twice: do not "
            "refund it again"
        )

    async def record_once(self, in_flight: InFlight, outcome: Outcome, arrived: Instant) -> News:
        """Try once to write the outcome of an attempt. The news that it is on disk. Raises StoreError."""
        write = self._files.write
        try:
            return Changed(*await write(lambda ledger: finish(ledger, self._terms, in_flight, outcome, arrived)))
        except RecordUnusable as error:  # an event of the ledger keeps the answer
            return Trouble(str(error))

    async def _tell_fault(self, error: Exception, why: str) -> None:
        """Announce a fault of this program. An error with a message for a person is announced elsewhere."""
        if not isinstance(error, RefundTuiError):
            await self._tell(Trouble(why, fault_of(error)))

    async def _tell_skew(self, outcome: Outcome, arrived: Instant) -> None:
        theirs = outcome.answer.server_date
        if theirs is None:
            return
        off = (arrived.at - theirs).total_seconds()
        if abs(off) > SKEW:
            await self._tell(Trouble(f"{skew_words(off)}: have it corrected"))


async def _within(seconds: float | None, event: asyncio.Event) -> None:
    """Return when `event` is set, or after `seconds`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _answered(outcome: Outcome) -> str:
    return "accepted, not saved" if isinstance(outcome, Accepted) else f"answered ({outcome.word}), not saved"
