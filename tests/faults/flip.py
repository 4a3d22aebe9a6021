"""Flips each bit of a small ledger, one at a time, and lets a desk work on the copy: `python -m tests.faults.flip`.

After each flip the money that moved is compared with what clerks asked for: nothing is paid twice, no other amount
moves, a damaged record stops no other refund, and no open refund is shown differently without a warning.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, cast
from unittest.mock import patch

from refund_tui.core.damage import Damaged
from refund_tui.core.filters import Filter
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Accepted, Answer, Doubt, Outcome, RateLimited, Rejected, Uncertain
from refund_tui.core.refunds import Draft, Refund, State
from refund_tui.core.rules import Refused
from refund_tui.desk.body_check import alteration_of
from refund_tui.desk.desk import Desk
from refund_tui.desk.news import News, Trouble
from refund_tui.errors import RefundTuiError
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox.books import Books, Verdict
from refund_tui.sandbox.contract import read_json, read_refund
from tests.support.clock import FakeClock
from tests.support.desks import STORE, intent, other_process, settings
from tests.support.ears import Ears
from tests.support.program import default_signals

if TYPE_CHECKING:
    from refund_tui.payments.client import PaymentClient

PAID, DOUBT, WAITS, QUEUED = TRIPS = ("trip-paid", "trip-doubt", "trip-waits", "trip-queued")
AMOUNTS = (1000, 2125, 3350, 475)
CEILING = Decimal("15.00")
"""What a person stated was captured on the paid trip. 10.00 of it were refunded."""

PAGE = 512
"""The page size in bytes. It is the smallest possible, so that few bits are unused."""

HEADER = 100
"""The size of the file's header in bytes. A desk is run on each of its flips, because it is not content."""

PATIENCE = 20.0
JOBS = 8 * (os.cpu_count() or 1)
"""The number of processes of a whole run. A flip waits more than it computes."""

PORTION = 200
"""The number of flips in one task of a process."""

LATER = 3_600.0
"""The seconds that the clock is moved before the desk opens the damaged copy, so that every wait is over."""


class FlipService:
    """The sandbox's books as the desk's client, without a network. `script` holds its first answers."""

    def __init__(self, *script: Outcome | None) -> None:
        self.books = Books()
        self._script = list(script)

    async def refund(self, body: bytes) -> Outcome:
        """Record a request in the books, unless the script refuses it. A doubt comes after the money moved."""
        step = self._script.pop(0) if self._script else None
        if isinstance(step, RateLimited):
            return step
        request = read_refund(read_json(body))
        verdict, identifier = self.books.refund(request, body, moves=True)
        if verdict is Verdict.CONFLICT:
            return Rejected(Answer(400, "the id is known with another body"))
        return step or Accepted(Answer(200, "accepted"), identifier)

    async def aclose(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class Good:
    """The ledger before the flips, its refunds oldest first, and the requests whose money has moved already."""

    ledger: bytes
    mark: bytes
    refunds: tuple[Refund, ...]
    moved: tuple[bytes, ...]


@dataclass(slots=True)
class Flip:
    """The result of one flip: `end` is one word for the table; `wrong` should be empty."""

    bit: int
    end: str
    wrong: list[str] = field(default_factory=list)


def desk_at(folder: Path, service: FlipService, clock: FakeClock) -> Desk:
    """The desk of a new process. Every other process is gone."""
    return Desk(
        settings(folder), clock=clock, connect=lambda: cast("PaymentClient", service), random=lambda: 0.5,
        holder=other_process(), alive=lambda _holder: False,
    )  # fmt: skip


async def make(folder: Path) -> Good:
    """A ledger with four refunds: paid, paid but in doubt, waiting, never sent."""
    limited, doubt = RateLimited(Answer(429, "too many"), 600.0), Uncertain(Answer(None, "cut off"), Doubt.TIMEOUT)
    service = FlipService(None, doubt, limited)
    desk = desk_at(folder, service, FakeClock())
    await desk.open()
    desk.begin()
    ends = (State.ACCEPTED, State.WAITING, State.WAITING, State.QUEUED)
    taken = []
    for number, (trip, minor, end) in enumerate(zip(TRIPS, AMOUNTS, ends, strict=True)):
        key = (
            f"6f1d2c3b-4a59-4687-9c0d-1e2f3a4b5c6{number}"  # the same in each run, so that a bit number means the same
        )
        with patch("refund_tui.desk.desk.new_key", lambda key=key: key):
            refund = await desk.take(intent(minor, trip=trip, note="a broken jar"))
        taken.append(await Ears(desk).until_state(refund.key, end))
    await desk.set_ceiling(STORE, PAID, Money(1500, "EUR"), "the till's own record")
    await desk.save_draft(Draft(STORE, "trip-next", "3.00", "EUR", "1", "half typed"))
    await desk.close()
    path = ledger_path(folder)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("VACUUM")
    moved = tuple(refund.body for refund in taken[:2])
    return Good(path.read_bytes(), path.with_suffix(".mark").read_bytes(), tuple(taken), moved)


def flipped(ledger: bytes, bit: int) -> bytes:
    """The ledger with one bit flipped."""
    changed = bytearray(ledger)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def content(path: Path) -> tuple[object, str]:
    """The content of a ledger and the result of SQLite's full check; only the error if it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            head = [connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")]
            schema = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
            tables = [name.decode() for kind, name, _, _ in schema if kind == b"table"]
            rows = [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables]
            check = connection.execute("PRAGMA integrity_check").fetchone()[0]
            return (head, schema, rows), check.decode() if isinstance(check, bytes) else str(check)
    except (sqlite3.Error, UnicodeError, ValueError) as error:
        return None, f"{type(error).__name__}: {error}"


class Run:
    """One folder in which flips are tried, one after the other."""

    def __init__(self, good: Good, folder: Path) -> None:
        self._good, self._folder = good, folder
        self._usual = self._content(good.ledger)

    def _content(self, ledger: bytes) -> tuple[object, str]:
        probe = self._folder / "probe.sqlite3"
        probe.write_bytes(ledger)
        try:
            return content(probe)
        finally:
            for left in self._folder.glob("probe.sqlite3*"):
                left.unlink()

    def flip(self, bit: int) -> Flip:
        """Flip one bit, run a desk, and judge the result."""
        ledger = flipped(self._good.ledger, bit)
        found = self._content(ledger)
        if found == self._usual and bit >= HEADER * 8:
            return Flip(bit, "changes nothing")
        data = self._folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        os.environ["XDG_STATE_HOME"] = str(data / "state")
        path = ledger_path(data)
        path.write_bytes(ledger)
        path.with_suffix(".mark").write_bytes(self._good.mark)
        return asyncio.run(self._work(bit, data, found[1]))

    async def _work(self, bit: int, data: Path, check: str) -> Flip:
        service, clock, heard = FlipService(), FakeClock(), list[News]()
        for body in self._good.moved:
            await service.refund(body)
        clock.advance(LATER)
        desk = desk_at(data, service, clock)
        flip = Flip(bit, "works as before")
        try:
            await desk.open()
            desk.listen(heard.append)
            desk.begin()
            await asyncio.wait_for(desk.drain(wait=False), PATIENCE)
            await _take_too_much(desk)
            await asyncio.wait_for(desk.drain(wait=False), PATIENCE)
            elsewhere = bool(desk.summary.elsewhere or desk.refusal)
            rows = await desk.history.rows(Filter(), 0, 99)
            self._judge(flip, rows, service, check, elsewhere=elsewhere)
        except TimeoutError:
            flip.wrong.append("the desk did not come to an end")
        except RefundTuiError as error:
            flip.end = f"refused as a whole ({type(error).__name__})"
        except Exception as error:  # noqa: BLE001 what the desk does not foresee is what is looked for
            flip.wrong.append(f"the desk failed: {error!r}")
        finally:
            await desk.close()
        flip.wrong.extend(_paid_wrongly(self._good, service.books))
        if flip.end == "works as before" and any(isinstance(news, Trouble) for news in heard):
            flip.end = "told as a trouble"
        return flip

    def _judge(
        self, flip: Flip, rows: list[Refund | Damaged], service: FlipService, check: str, *, elsewhere: bool
    ) -> None:
        """Compare the history of each refund with its intent and with the money that moved."""
        if check != "ok":
            flip.end = "told by SQLite's own check"
        known = list(reversed(rows))[: len(TRIPS)]
        ends = [_end_of(was, now, service.books) for was, now in zip(self._good.refunds, known, strict=False)]
        if len(known) < len(TRIPS) and check == "ok":
            flip.wrong.append(f"{len(TRIPS) - len(known)} refunds are no longer shown")
        odd = [end for end in ends if end != "ok"]
        if odd and check == "ok" and elsewhere:
            flip.end = "told as another service's"
        elif odd and check == "ok":
            flip.end = odd[0]
            flip.wrong.extend(end for end in odd if end.startswith("WRONG"))
            if len(odd) > 1:
                flip.wrong.append(f"one bit concerns {len(odd)} refunds: {', '.join(odd)}")


def _end_of(was: Refund, now: Refund | Damaged, books: Books) -> str:
    """The result for one refund after the desk's work."""
    if isinstance(now, Damaged):
        return "set apart"
    if alteration_of(now) or now.life.alarm:
        return "alarm"
    if was.open and (now.key, now.intent, now.clerk, now.created_at) != (
        was.key, was.intent, was.clerk, was.created_at,
    ):  # fmt: skip
        return f"WRONG: {was.intent.trip_id} is told otherwise than it was asked for"
    executed = books.times_executed(was.key) > 0
    if now.state is State.ACCEPTED:
        return "ok" if executed else f"WRONG: {was.intent.trip_id} is told as accepted and did not move"
    if now.state in (State.UNKNOWN, State.BLOCKED):
        return f"{now.state}"
    return f"WRONG: {was.intent.trip_id} stays {now.state}"


async def _take_too_much(desk: Desk) -> None:
    """Ask for 10.00 when 5.00 are left. It should be refused; if not, the books show it."""
    try:
        await desk.take(intent(1000, trip=PAID), second_yes=True)
    except (Refused, RefundTuiError):
        return


def _paid_wrongly(good: Good, books: Books) -> Iterator[str]:
    """The differences between the money that moved and what clerks asked for."""
    asked = {refund.key: (refund.intent.trip_id, Decimal(refund.intent.amount.digits)) for refund in good.refunds}
    totals = Counter[str]()
    for done in books.executions:
        totals[done.trip_id] += int(done.amount * 100)
        if done.request_id in asked and asked[done.request_id] != (done.trip_id, done.amount):
            yield f"{done.amount} moved on {done.trip_id}, for which {asked[done.request_id]} was asked"
    ceilings = {**dict(zip(TRIPS, AMOUNTS, strict=True)), PAID: int(CEILING * 100)}
    for trip, total in totals.items():
        if total > ceilings.get(trip, 0):
            yield f"{total} cents moved on {trip}, of {ceilings.get(trip, 0)}"


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder in memory if there is such a file system, with the state folder inside it."""
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name,
        patch.dict(os.environ, XDG_STATE_HOME=str(Path(name) / "state")),
    ):
        yield Path(name)


def good_ledger() -> Good:
    """The undamaged ledger of a run."""
    with own_folder() as folder:
        return asyncio.run(make(folder / "made"))


def tried(good: Good, bits: Iterable[int]) -> list[Flip]:
    """The result of each flip."""
    with own_folder() as folder:
        run = Run(good, folder)
        return [run.flip(bit) for bit in bits]


def chosen(good: Good, bits: list[int] | None, sample: int | None, seed: int) -> list[int]:
    """The given bits, or a `sample` of all drawn by `seed`, or all."""
    every = range(len(good.ledger) * 8)
    return random.Random(seed).sample(every, sample) if sample else bits or list(every)


def bits_of(good: Good, text: bytes) -> range:
    """The bits of the first place where `text` stands in the ledger."""
    start = good.ledger.index(text)
    return range(start * 8, (start + len(text)) * 8)


def tried_by_many(good: Good, bits: list[int], jobs: int) -> Iterator[Flip]:
    """The result of each flip, with several processes."""
    portions = [bits[start : start + PORTION] for start in range(0, len(bits), PORTION)]
    with ProcessPoolExecutor(jobs) as pool:
        for accounts in pool.map(tried, [good] * len(portions), portions):
            yield from accounts


def main() -> int:
    """Run, and print the result. Exit code 1 if anything was wrong."""
    default_signals()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="so many bits, drawn by --seed, in place of all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bits", type=int, nargs="*", help="these bits alone, to look at one again")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"processes (default {JOBS})")
    arguments = parser.parse_args()
    good, account, wrong = good_ledger(), Counter[str](), 0
    bits = chosen(good, arguments.bits, arguments.sample, arguments.seed)
    for flip in tried_by_many(good, bits, arguments.jobs):
        account[flip.end] += 1
        for sentence in flip.wrong:
            wrong += 1
            print(f"bit {flip.bit}: {sentence}", flush=True)
    for end, count in account.most_common():
        print(f"{count:8}  {end}")
    print(f"{sum(account.values()):8}  flips, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
