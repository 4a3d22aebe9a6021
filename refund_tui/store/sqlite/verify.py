"""Owns the check of all the evidence in a ledger: the chain of hashes, and each row against its events.

Reads in short pages, so that no commit waits long, and in several processes if the ledger is large. Changes nothing.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing import active_children, get_context, parent_process
from operator import itemgetter
from pathlib import Path
from threading import Thread

from refund_tui.core.evidence import BodyOf, Head, Progress, Verification, Witness
from refund_tui.core.money import Money
from refund_tui.core.text import visible
from refund_tui.errors import StoreError
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.evidence import COLUMNS, HASH, KEYS, Image, Place, head, image_of
from refund_tui.store.sqlite.ledger_identity import identity_of
from refund_tui.store.sqlite.pages import next_start
from refund_tui.store.sqlite.personal import with_text_again
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.second_person import unconfirmed
from refund_tui.store.sqlite.verify_pieces import FEW_ROWS, KEY, PAGE, Checked, Piece, check_chain, check_refunds

CHUNK = 10_000
"""The events, or refunds, of one piece of work."""

FEW = 8
"""The most pieces of work for which no other process is started."""

NAMED = 20
"""The most problems that are named. The number of the others is given."""


def verify(path: Path, body_of: BodyOf, progress: Progress, witnesses: Sequence[Witness] = ()) -> Verification:
    """Check all the evidence, also against heads that were recorded elsewhere.

    Raises StoreError if the ledger cannot be read.
    """
    with closing(_opened(path)) as database:
        newest = _head(database)
        pieces = [*_pieces(check_chain, newest.seq, newest.seq), *_pieces(check_refunds, _last(database), newest.seq)]
        found = Checked()
        for done in _run(path, pieces, body_of, progress):
            found.add(done)
        if found.keyed != found.told:
            found.problems += _without_refund(database)
        if found.emptied != found.redacted:
            found.problems += with_text_again(database.rows, newest.seq)
        found.problems += [*_contradicting(database, witnesses), *unconfirmed(database.rows)]
        found.problems += [*_attempts_without_refund(database), *_single_rows(database, found, newest.seq, body_of)]
    texts = [text for _, text in sorted(found.problems, key=itemgetter(0))]
    paid = tuple(Money(minor, currency) for currency, minor in sorted(found.paid.items()))
    counted = (found.events, found.refunds, found.attempts, paid)
    return Verification(newest, *counted, tuple(texts[:NAMED]), max(0, len(texts) - NAMED), found.redacted)


def _opened(path: Path) -> Database:
    """The ledger for reading, with its tables and triggers checked."""
    database = Database.read(path, LEDGER)
    try:
        database.check_schema()
    except BaseException:
        database.close()
        raise
    return database


def _head(database: Database) -> Head:
    seq, digest = head(database.rows, identity_of(database).id)
    return Head(seq, digest.decode(errors="replace"))


def _last(database: Database) -> int:
    row = database.row("SELECT max(id) AS id FROM refund")
    return int(row["id"] or 0) if row else 0


def _pieces(check: Callable[[Database, Piece, BodyOf], Checked], last: int, newest: int) -> list[Piece]:
    return [Piece(check, low, min(low + CHUNK, last), newest) for low in range(0, last, CHUNK)]


def _run(path: Path, pieces: Sequence[Piece], body_of: BodyOf, progress: Progress) -> Iterator[Checked]:
    """The result of each piece, in the order of the pieces."""
    total, done = sum(piece.high - piece.low for piece in pieces), 0
    with _results(partial(_check, path, body_of), pieces) as results:
        for piece, found in zip(pieces, results, strict=True):
            done += piece.high - piece.low
            progress(done, total)
            yield found


@contextmanager
def _results(check: Callable[[Piece], Checked], pieces: Sequence[Piece]) -> Iterator[Iterable[Checked]]:
    """The result of each piece, from processes on all cores if there is much work. Raises StoreError if one dies.

    The processes are not forked, because this one may have threads.
    """
    if len(pieces) <= FEW:
        yield map(check, pieces)
        return
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), _end_with_the_program) as pool:
        try:
            with _sigint_waits():
                results = pool.map(check, pieces)
            yield results
        except BrokenProcessPool as error:
            raise StoreError(_DIED) from error
        except BaseException:
            with _sigint_waits():
                _end(pool)
            raise


_DIED = (
    "a process that checked the ledger was ended, by another program or for want of memory; the check is not complete, "
    "and nothing was changed: check again"
)


@contextmanager
def _sigint_waits() -> Iterator[None]:
    """Inside this, SIGINT waits. Processes that start here never get it from the keyboard: this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_with_the_program() -> None:
    """Let this process of a pool end as soon as the program is gone. Otherwise it would wait for work for ever."""
    Thread(target=_wait_for_the_end, daemon=True).start()


def _wait_for_the_end() -> None:
    if program := parent_process():
        program.join()
        os._exit(1)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the pool's processes at once. They only read."""
    for process in active_children():
        process.terminate()
    pool.shutdown(cancel_futures=True)


def _check(path: Path, body_of: BodyOf, piece: Piece) -> Checked:
    with closing(Database.read(path, LEDGER)) as database:
        return piece.check(database, piece, body_of)


def _contradicting(database: Database, witnesses: Iterable[Witness]) -> Iterator[tuple[int, str]]:
    """The heads recorded elsewhere that this ledger does not have."""
    for witness in witnesses:
        row = database.row(f"SELECT {HASH} FROM event WHERE seq = ?", witness.seq)
        if row is None:
            yield witness.seq, f"event {witness.seq} is missing, and {witness.place} has its hash"
        elif not row["hash"].startswith(witness.digits.encode()):
            yield witness.seq, f"event {witness.seq}, or one before it, is another than {witness.place} says"


def _without_refund(database: Database) -> Iterator[tuple[int, str]]:
    """The refunds that have events but are missing."""
    last: tuple[object, ...] = ("",)
    sql = (
        "SELECT key, min(seq) AS seq, (SELECT 1 FROM refund WHERE refund.key = event.key) AS there FROM event"
        f" WHERE key > ? GROUP BY key ORDER BY key LIMIT {PAGE}"
    )
    while rows := database.rows(sql, *last):
        last = next_start(database, rows, ("key",), last)
        for row in rows:
            if row["there"] is None:
                yield row["seq"], f"refund {visible(row['key'], KEY)} was removed: event {row['seq']} records it"


def _attempts_without_refund(database: Database) -> Iterator[tuple[int, str]]:
    last: tuple[object, ...] = ("", 0)
    sql = (
        "SELECT key, number, (SELECT 1 FROM refund WHERE refund.key = attempt.key) AS there FROM attempt"
        f" WHERE (key, number) > (?, ?) ORDER BY key, number LIMIT {PAGE}"
    )
    while rows := database.rows(sql, *last):
        last = next_start(database, rows, ("key", "number"), last)
        for row in rows:
            if row["there"] is None:
                yield 0, f"attempt {row['number']} of a refund {visible(row['key'], KEY)}, which is not there"


def _single_rows(database: Database, found: Checked, newest: int, body_of: BodyOf) -> Iterator[tuple[int, str]]:
    """Compare the tables with few rows with all their events."""
    while True:
        here = {place: image for table in FEW_ROWS for place, image in _rows_of(database, table)}
        upto = _head(database).seq
        found.images |= check_chain(database, Piece(check_chain, newest, upto, upto), body_of).images
        newest = upto
        if _head(database).seq == upto:
            break
    said = {place: image for place, image in found.images.items() if image is not None}
    if _IDENTITY not in said and "environment" not in here.get(_IDENTITY, {}):
        here.pop(_IDENTITY, None)  # no service was named yet, so there is no event about it
    for table, key in sorted(here.keys() | said.keys(), key=str):
        if here.get((table, key)) != said.get((table, key)):
            name = visible(" ".join(map(str, key)), KEY)
            yield 0, f"{table} {name}: it differs from its events"


_IDENTITY: Place = ("identity", (1,))


def _rows_of(database: Database, table: str) -> Iterator[tuple[Place, Image]]:
    for row in database.rows(f"SELECT {', '.join(COLUMNS[table])} FROM {table}"):
        yield (table, tuple(row[name] for name in KEYS[table])), image_of(row, COLUMNS[table])
