"""Owns the ledger: every change of a refund, each in one durable transaction together with its event.

Decides nothing about money: it asks `core.rules` inside the transaction and writes what `core.lifecycle` decided.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Self

from refund_tui.core import lifecycle, rules
from refund_tui.core.approval import NO_LIMITS, Approver, Limits, Person
from refund_tui.core.damage import Damaged
from refund_tui.core.evidence import Contradiction
from refund_tui.core.lifecycle import Decision
from refund_tui.core.outcomes import LONGEST_RAW, Outcome
from refund_tui.core.redaction import RedactionOrder
from refund_tui.core.refunds import (
    ATTEMPT_STARTED,
    RECORDED,
    SENDABLE_STATES,
    Attempt,
    Ceiling,
    Draft,
    Holder,
    Refund,
    State,
)
from refund_tui.core.second_person import Awaited
from refund_tui.core.times import Instant, Wait, stamp
from refund_tui.core.trips import folded_trip
from refund_tui.errors import RecordUnusable
from refund_tui.host.actor import this_actor
from refund_tui.store.sqlite.approvals import asker, awaits_approval, life_of_new
from refund_tui.store.sqlite.changes import (
    OPEN_ATTEMPT,
    attempt_place,
    balance_of,
    close_attempt,
    insert_attempt,
    insert_ceiling,
    insert_draft,
    insert_refund,
    late_answer,
    next_number,
    note_decision,
    read_refund,
    sound,
    write_life,
)
from refund_tui.store.sqlite.commit_readback import rewrite_and_sync
from refund_tui.store.sqlite.connection import Patience
from refund_tui.store.sqlite.database import Database
from refund_tui.store.sqlite.errors import Meaning
from refund_tui.store.sqlite.events import note, note_attempt_apart
from refund_tui.store.sqlite.evidence import contradiction
from refund_tui.store.sqlite.head_log import HeadLog
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks
from refund_tui.store.sqlite.ledger_identity import HostGuard, Services, identity_of
from refund_tui.store.sqlite.redact import Pause, Redactor
from refund_tui.store.sqlite.rows import (
    GATE,
    attempt_of,
    refund_of,
    states_sql,
    wait_of,
)  # fmt: skip
from refund_tui.store.sqlite.schema import LEDGER
from refund_tui.store.sqlite.waits import anchor, close_gate, gate_of, open_gate

NO_ATTEMPT = Damaged("attempt", "under way", "the refund is being sent, and no attempt of it is open")
_RECORD = Meaning(
    "the refund was not taken, and no money moved",
    "it is not known whether the refund was recorded, and nothing was sent yet. If it was, it continues by itself: "
    "have the disk checked, and look in the history before you try again",
    again=True,
)
_BEGIN = Meaning("nothing was sent", "nothing was sent, and it is not known whether the attempt is on disk")
_FINISH = Meaning("the answer is not on disk yet", "it is not known whether the answer is on disk")
_CHANGE = Meaning("nothing was changed", "it is not known whether that was recorded: look in the history", again=True)


class Ledger:
    """Writes refunds. Used by one thread at a time. Methods are one transaction or a short read. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        shared: bool = False,
        marks: HighWaterMarks | None = None,
        host: HostGuard | None = None,
        head_log: HeadLog | None = None,
        patience: Patience | None = None,
    ) -> Self:
        """Open the ledger for writing: create it if missing, migrate it, check its pragmas.

        `marks` are its high-water marks, by default only the one beside it; `host` is this host; `patience` says how
        long to wait for other programs. Raises StoreError, also if the ledger was replaced by an older copy, is lost,
        or belongs to another host.
        """
        marks = marks or HighWaterMarks(path)
        marks.refuse_lost()
        database = Database.open(path, LEDGER, shared=shared, patience=patience)
        try:
            marks.adopt(database)
            if host is not None:
                host.claim(database)
        except BaseException:
            database.close()
            raise
        database.guards = tuple(guard for guard in (marks, host, head_log) if guard is not None)
        return cls(database)

    @property
    def services(self) -> Services:
        """The services to which it belongs."""
        return Services(self._database)

    def redactor(self, trips: Path, order: RedactionOrder, now: Instant, pause: Pause) -> Redactor:
        """What redacts it, together with the trips in the file `trips`."""
        return Redactor(self._database, trips, order, now, pause)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def record(
        self,
        refund: Refund,
        now: Instant,
        *,
        second_yes: bool,
        charge_currency: str | None = None,
        limits: Limits = NO_LIMITS,
    ) -> Refund:
        """Write a new refund if `core.rules` allows it inside this transaction. The refund as it is on disk.

        `refund` has the captured amount of the trips file; the amount that counts is written. `charge_currency` is what
        the service gave with the card. Above the `limits` it awaits an approval. Raises core.rules.Refused and
        NeedsSecondYes: then nothing was written.
        """
        trip = folded_trip(refund.intent.store_id, refund.intent.trip_id)
        with self._database.writing(_RECORD) as transaction:
            balance = balance_of(transaction, refund.intent, charge_currency)
            asked = rules.complete(refund.intent, balance)
            rules.check_intent(asked, balance, now.at, second_yes)
            life, why = life_of_new(transaction, refund, limits, now)
            insert_refund(transaction, replace(refund, intent=asked, life=life))
            transaction.execute("DELETE FROM draft WHERE clerk = ? AND folded_trip = ?", (refund.clerk, trip))
            written = _same(refund, read_refund(transaction, refund.key))
            note(transaction, refund.key, refund.clerk, now, RECORDED, None, life.state, why, None)
            return written

    def set_ceiling(self, ceiling: Ceiling, now: Instant, by: Approver | None = None) -> Awaited | None:
        """Write the captured amount that a person states for a trip. It counts from now on.

        With `by` two people must state it: Awaited for the first one, whose request is recorded.
        """
        with self._database.writing() as transaction:
            return insert_ceiling(transaction, ceiling, now, by)

    def begin(self, refund: Refund, holder: Holder, now: Instant) -> Attempt | None:
        """Claim `refund` and record an attempt, durably.

        None if another process was faster, if the account's gate is closed, or if an earlier attempt is still open.
        """
        if not refund.state.sendable:
            return None
        with self._database.writing(_BEGIN) as transaction:
            gate = gate_of(transaction, refund.endpoint)
            if gate is not None and not gate.over(now):
                return None
            if transaction.execute(OPEN_ATTEMPT, (refund.key,)).fetchone():
                return None
            if not write_life(transaction, refund, lifecycle.sending(refund.life), now):
                return None
            attempt = Attempt(refund.key, next_number(transaction, refund.key), now, holder, actor=this_actor())
            insert_attempt(transaction, attempt)
            why = f"attempt {attempt.number}"
            who, before = refund.automatic, refund.state
            rows = [attempt_place(attempt)]
            note(transaction, refund.key, who, now, ATTEMPT_STARTED, before, State.SENDING, why, None, rows=rows)
        return attempt

    def finish(
        self, refund: Refund, attempt: Attempt, outcome: Outcome, decision: Decision, who: str, now: Instant
    ) -> Refund | None:
        """Write the end of `attempt` and the decision. None if the refund has changed: the caller must decide again.

        If the attempt was already ended because its process seemed dead, it is not changed. The event keeps the answer.
        """
        with self._database.writing(_FINISH) as transaction:
            if not write_life(transaction, refund, decision.life, now):
                return None
            closed = close_attempt(transaction, attempt, outcome, now)
            close_gate(transaction, refund.endpoint, decision.gate, now)
            rows = [attempt_place(attempt), *([("gate", (refund.endpoint,))] if decision.gate else [])]
            late = None if closed else late_answer(attempt, outcome)
            note_decision(transaction, refund, decision, who, now, late, rows)
            return read_refund(transaction, refund.key)

    def finished(self, attempt: Attempt, outcome: Outcome, now: Instant) -> bool:
        """Whether a `finish` that failed has written this answer. If so, it is made durable."""
        answer = outcome.answer
        found = self._database.row(
            "SELECT 1 FROM attempt WHERE key = ? AND number = ? AND ended_at = ? AND outcome = ? AND raw = ?",
            attempt.key, attempt.number, stamp(now.at), outcome.word, answer.raw[:LONGEST_RAW],
        )  # fmt: skip
        if found is None:
            return False
        with self._database.writing(_FINISH) as transaction:
            rewrite_and_sync(transaction)
        return True

    def record_outcome_apart(self, attempt: Attempt, outcome: Outcome, who: str, now: Instant) -> None:
        """Record the outcome of `attempt` in an event of the ledger: the refund's own record cannot be changed."""
        data = late_answer(attempt, outcome) | {"key": attempt.key}
        why = f"the answer to attempt {attempt.number} of a refund whose record cannot be used"
        self.note("answer_set_apart", why, who, now, data)
        with contextlib.suppress(RecordUnusable), self._database.writing() as transaction:
            if close_attempt(transaction, attempt, outcome, now):
                note_attempt_apart(transaction, attempt.key, attempt.number, who, now, "attempt_ended_apart", why)

    def change(
        self, refund: Refund, decision: Decision, who: str, now: Instant, data: dict[str, str] | None = None
    ) -> Refund | None:
        """Write a decision that no answer caused. None if the refund has changed."""
        with self._database.writing(_CHANGE) as transaction:
            if not write_life(transaction, refund, decision.life, now):
                return None
            note_decision(transaction, refund, decision, who, now, data)
            return read_refund(transaction, refund.key)

    def note(self, kind: str, why: str, who: str, now: Instant, data: dict[str, str] | None = None) -> None:
        """Write an event about the whole ledger."""
        with self._database.writing() as transaction:
            note(transaction, None, who, now, kind, None, None, why, data)

    def save_draft(self, clerk: str, draft: Draft, now: Instant) -> None:
        """Keep what a clerk has typed for a trip. An empty draft deletes it, in each spelling of the id."""
        place = (clerk, draft.store_id, draft.trip_id)
        typed = (draft.amount, draft.currency, draft.reason, draft.note, draft.marks, stamp(now.at))
        with self._database.writing() as transaction:
            if draft.empty:
                trip = folded_trip(draft.store_id, draft.trip_id)
                transaction.execute("DELETE FROM draft WHERE clerk = ? AND folded_trip = ?", (clerk, trip))
            else:
                insert_draft(transaction, (*place, *typed))

    def get(self, key: str) -> Refund | None:
        """One refund by its idempotency key. Raises RecordUnusable if its record cannot be read."""
        row = self._database.row("SELECT * FROM refund WHERE key = ?", key)
        return sound(refund_of(row)) if row else None

    def has_event(self, key: str, kind: str) -> bool:
        """Whether the refund has an event of that kind."""
        return self._database.row("SELECT 1 FROM event WHERE key = ? AND kind = ? LIMIT 1", key, kind) is not None

    def asker(self, key: str) -> Person | None:
        """Who asked for a refund; None if its first event cannot be read."""
        return asker(self._database.rows, key)

    def awaits_approval(self, key: str) -> bool:
        """Whether a refund needed an approval and nobody has given it, by its events, whatever its state is now."""
        return awaits_approval(self._database.rows, key)

    def contradiction(self, refund: Refund) -> Contradiction | None:
        """How the refund differs from what its events say, or None."""
        return contradiction(self._database.rows, refund.key, identity_of(self._database).id)

    def sendable(self, endpoint: str) -> list[Refund]:
        """The refunds that are sent automatically, oldest first, without those that cannot be read."""
        sql = f"SELECT * FROM refund WHERE state IN {states_sql(SENDABLE_STATES)} AND endpoint = ? ORDER BY id"
        found = map(refund_of, self._database.rows(sql, endpoint))
        return [refund for refund in found if isinstance(refund, Refund)]

    def under_way(self, endpoint: str) -> list[tuple[Refund, Attempt | Damaged]]:
        """Every open attempt of the account, of any process, with its refund; without damaged refunds.

        A SENDING refund without an open attempt counts as damaged, since the record of its attempt is lost.
        """
        sql = (
            "SELECT key FROM refund WHERE state = 'SENDING' AND endpoint = ?"
            " UNION SELECT a.key FROM attempt a JOIN refund r USING (key) WHERE a.ended_at IS NULL AND r.endpoint = ?"
        )
        found: list[tuple[Refund, Attempt | Damaged]] = []
        for row in self._database.rows(sql, endpoint, endpoint):
            # The refund is read first: if its attempt ends in between, a change of this older version fails.
            current = self._database.row("SELECT * FROM refund WHERE key = ?", row["key"])
            refund, attempt = refund_of(current) if current else None, self.open_attempt(row["key"])
            if isinstance(refund, Refund) and (attempt or refund.state is State.SENDING):
                found.append((refund, attempt or NO_ATTEMPT))
        return found

    def open_attempt(self, key: str) -> Attempt | Damaged | None:
        """The open attempt of a refund, of any process."""
        row = self._database.row(OPEN_ATTEMPT, key)
        return attempt_of(row) if row else None

    def gate(self, endpoint: str) -> Wait | None:
        """The wait of the whole account (contract page: refund, 429)."""
        row = self._database.row(GATE, endpoint)
        return wait_of(row) if row else None

    def open_gate(
        self, endpoint: str, why: str, who: str, now: Instant, by: Approver | None = None
    ) -> tuple[Refund, ...] | Awaited | None:
        """End the account's wait, and the wait of each refund whose last answer was a 429; those refunds.

        None if the account does not wait; nothing was written then. With `by` two people must ask to end this wait:
        Awaited for the first one, whose request is recorded.
        """
        with self._database.writing() as transaction:
            return open_gate(transaction, endpoint, why, who, now, by)

    def anchor(self, now: Instant) -> None:
        """Convert waits of an earlier boot to the ticks of this boot, so that a clock jump cannot make them longer."""
        with self._database.writing() as transaction:
            anchor(transaction, now)


def _same(asked: Refund, written: Refund) -> Refund:
    """The written refund. Raises RecordUnusable if it differs from the intent."""
    if (written.key, written.intent.amount, written.intent.trip_id, written.body) != (
        asked.key, asked.intent.amount, asked.intent.trip_id, asked.body,
    ):  # fmt: skip
        raise RecordUnusable(f"the record in the ledger differs from what was asked for; {_RECORD.not_done}")
    return written
