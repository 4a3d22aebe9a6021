"""Every alteration of a ledger by another program is named, by the events alone."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.core.evidence import Verification, Witness
from refund_tui.core.money import Money
from refund_tui.errors import StoreDamaged
from refund_tui.host.paths import ledger_path
from refund_tui.payments.body import build_body
from refund_tui.store.sqlite.evidence import EVENT, HASHED, first_hash, link
from refund_tui.store.sqlite.verify import verify
from tests.support.damage import damage
from tests.support.program import run


def checked(folder: Path, *witnesses: Witness) -> Verification:
    return verify(ledger_path(folder), build_body, lambda _done, _total: None, witnesses)


def test_a_ledger_that_nobody_touched_fits(good: Path) -> None:
    found = checked(good)
    assert (found.problems, found.refunds, found.attempts) == ((), 5, 5)
    assert found.paid == (Money(100 + 200 + 400, "EUR"),)
    assert found.events == found.head.seq


def test_no_event_holds_a_note(good: Path) -> None:
    with closing(sqlite3.connect(ledger_path(good))) as connection:
        told = [str(row) for row in connection.execute("SELECT * FROM event")]
    assert any("sha256:" in event for event in told)
    assert not any("note 1" in event for event in told)


REFUND, EVENT_7 = "UPDATE refund SET {} WHERE id = 1", "UPDATE event SET {} WHERE seq = 7"
SETTLED = "kind = 'settled'"
PERSONAL_ALTERED = r"\(row 1\): its note, articles, card or receipt was altered or removed"
ALTERATIONS = {
    # what a refund asks for
    REFUND.format("minor = 1"): r"refund .* \(row 1\): minor says 1, and its events say 100",
    REFUND.format("currency = 'USD'"): "currency says USD, and its events say EUR",
    REFUND.format("trip_id = 'trip-7'"): "trip_id says trip-7, and its events say trip-1",
    REFUND.format("reason = 'OTHER'"): "reason says OTHER",
    REFUND.format("clerk = 'ben'"): "clerk says ben, and its events say ana",
    REFUND.format("note = 'the shopper asked'"): PERSONAL_ALTERED,
    REFUND.format("note = ''"): PERSONAL_ALTERED,
    REFUND.format("note = '', salt = NULL"): PERSONAL_ALTERED,
    REFUND.format("salt = '00'"): PERSONAL_ALTERED,
    REFUND.format("note = '', salt = NULL, redaction = 7, redacted_at = updated_at"): "no event says that it was red",
    REFUND.format("created_at = '2026-01-01T00:00:00.000Z'"): "created_at says 2026-01-01",
    REFUND.format("captured = 100000"): "captured says 100000, and its events say nothing",
    REFUND.format("tail = '4242'"): PERSONAL_ALTERED,
    REFUND.format("articles = '[[1]]'"): PERSONAL_ALTERED,
    REFUND.format("body = CAST(replace(CAST(body AS TEXT), '1.00', '9.00') AS BLOB)"): "body says sha256",
    REFUND.format("endpoint = 'elsewhere.example'"): "endpoint says elsewhere.example",
    REFUND.format("key = '00000000-0000-4000-8000-000000000001'"): "no event says that it was recorded",
    # its life
    REFUND.format("state = 'SETTLED_UNPAID'"): "state says SETTLED_UNPAID, and its events say ACCEPTED",
    REFUND.format("reconciliation_id = 'REC9'"): "reconciliation_id says REC9, and its events say REC1",
    REFUND.format("why = 'as agreed'"): "why says as agreed",
    REFUND.format("version = version + 1"): "version says",
    REFUND.format("alarm = 1"): "alarm says 1, and its events say 0",
    "UPDATE refund SET maybe_executed = 0, sent_at = NULL, sent_boot = NULL WHERE id = 4": "sent_at says nothing",
    "UPDATE refund SET wait_seconds = 1.0 WHERE id = 5": "wait_seconds says 1.0, and its events say 600.0",
    "DELETE FROM refund WHERE id = 2": "was removed: event .* records it",
    "INSERT INTO refund SELECT 99, 'x' || substr(key, 2), endpoint, store_id, trip_id, minor, currency, reason, note,"
    " captured, window_closes, clerk, body, created_at, updated_at, version, state, maybe_executed, wait_at, wait_boot,"
    " wait_ticks, wait_seconds, not_before, sent_at, sent_boot, sent_ticks, tries, doubts, asked, alarm,"
    " reconciliation_id, why, articles, brand, tail, receipt, salt, NULL, NULL"
    " FROM refund WHERE id = 1": "no event says that it was rec",
    # its attempts
    "DELETE FROM attempt WHERE key = (SELECT key FROM refund WHERE id = 1)": "attempt 1 differs from its event",
    "UPDATE attempt SET outcome = 'rejected' WHERE outcome = 'accepted'": "attempt 1 differs from its event",
    "UPDATE attempt SET raw = 'another answer' WHERE outcome = 'accepted'": "attempt 1 differs from its event",
    "UPDATE attempt SET actor = '{}' WHERE outcome = 'accepted'": "attempt 1 differs from its event",
    "UPDATE attempt SET number = 2 WHERE outcome = 'accepted'": "attempt 1 differs from its event",
    "UPDATE attempt SET key = 'b' || key WHERE outcome = 'rejected'": "attempt 1",
    # the events
    EVENT_7.format("why = 'nothing happened'"): "event 7 does not follow from event 6",
    EVENT_7.format("who = 'ben'"): "event 7 does not follow",
    EVENT_7.format("at = '2026-01-01T00:00:00.000Z'"): "event 7 does not follow",
    EVENT_7.format('actor = \'{"uid": "0"}\''): "event 7 does not follow",
    EVENT_7.format("record = NULL"): "event 7 does not follow",
    EVENT_7.format(f"record = '{'[' * 100_000}'"): "event 7 does not follow",
    **{
        EVENT_7.format(f"record = '{record}'"): "event 7 does not follow"
        for record in ("7", '[["gate", [[]], {}]]', '[["attempt", [], {}]]', "[[[], [], {}]]", '{"attempt": 1}')
    },
    EVENT_7.format(f"hash = '{'0' * 64}'"): "event 7 does not follow",
    EVENT_7.format("hash = NULL"): "event 7 does not follow",
    EVENT_7.format("hash = 1"): "event 7 does not follow",
    f"UPDATE event SET data = replace(data, 'line 7', 'line 8') WHERE {SETTLED}": "does not follow",
    "DELETE FROM event WHERE seq = 7": "event 8 does not follow from event 6",
    "DELETE FROM event WHERE seq = 1": "event 2 does not follow from event 0",
    "UPDATE event SET seq = 1000 WHERE seq = 7": "event 8 does not follow from event 6",
    "INSERT INTO event SELECT 1000, key, at, who, kind, before, after, why, data, actor, record, hash FROM event"
    " WHERE seq = 7": "event 1000 does not follow",
    # the rest
    "DELETE FROM gate": "gate 127.0.0.1:9: it differs from its events",
    "UPDATE gate SET wait_seconds = 1.0": "gate 127.0.0.1:9: it differs from its events",
    "UPDATE ceiling SET minor = 900000": "ceiling 1: it differs from its events",
    "DELETE FROM ceiling": "ceiling 1: it differs from its events",
    "INSERT INTO ceiling SELECT 2, store_id, 'trip-1', minor, currency, at, who, why FROM ceiling": "ceiling 2",
    "INSERT INTO endpoint SELECT 'elsewhere.example', named_at, who FROM endpoint": "endpoint elsewhere.example",
    "UPDATE identity SET environment = 'PRODUCTION'": "identity 1: it differs from its events",
    f"UPDATE identity SET id = '{'0' * 32}'": "event 1 does not follow from event 0",
}


@pytest.mark.parametrize("sql", ALTERATIONS)
def test_what_another_program_altered_is_named(folder: Path, sql: str) -> None:
    assert damage(ledger_path(folder), sql) > 0
    problems = checked(folder).problems
    assert any(re.search(ALTERATIONS[sql], problem) for problem in problems), problems


def test_two_events_that_changed_their_places_are_named(folder: Path) -> None:
    for old, new in ((7, 1000), (8, 7), (1000, 8)):
        damage(ledger_path(folder), f"UPDATE event SET seq = {new} WHERE seq = {old}")
    assert "event 7 does not follow from event 6" in checked(folder).problems[0]


def test_a_trigger_that_was_dropped_is_named_and_nothing_else_is_read(folder: Path) -> None:
    with closing(sqlite3.connect(ledger_path(folder))) as connection, connection:
        connection.execute("DROP TRIGGER event_stays")
    with pytest.raises(StoreDamaged, match="the trigger event_stays is missing"):
        checked(folder)


def test_a_refund_that_was_removed_with_all_its_events_breaks_the_chain(folder: Path) -> None:
    _remove_second(folder)
    assert "does not follow" in checked(folder).problems[0]


def test_a_chain_that_was_computed_again_is_another_than_a_head_on_paper_says(good: Path, folder: Path) -> None:
    head = checked(good).head
    _remove_second(folder)
    _chain_again(folder)
    assert checked(folder).problems == ()
    on_paper = Witness(head.seq, head.hash[:16], "the receipt")
    assert checked(good, on_paper).problems == ()
    [problem] = checked(folder, on_paper).problems
    assert problem == f"event {head.seq}, or one before it, is another than the receipt says"


def _remove_second(folder: Path) -> None:
    for table in ("event", "attempt", "refund"):
        damage(ledger_path(folder), f"DELETE FROM {table} WHERE key = (SELECT key FROM refund WHERE id = 2)")


def _chain_again(folder: Path) -> None:
    """What somebody does who knows how the chain is made."""
    with closing(sqlite3.connect(ledger_path(folder))) as connection:
        connection.row_factory = sqlite3.Row
        (ledger,) = connection.execute("SELECT id FROM identity").fetchone()
        rows = connection.execute(f"{EVENT} ORDER BY seq").fetchall()
    previous = first_hash(ledger)
    for row in rows:
        previous = link(previous, row[: len(HASHED)])
        damage(ledger_path(folder), "UPDATE event SET hash = ? WHERE seq = ?", previous.decode(), row["seq"])


@pytest.fixture
def program_ledger(folder: Path) -> tuple[str, ...]:
    return "verify", "--data-dir", str(folder), "--base-url", "http://127.0.0.1:9"


def test_the_command_prints_the_head_and_says_that_all_fits(good: Path, program_ledger: tuple[str, ...]) -> None:
    ended = run(*program_ledger)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"head      {checked(good).head}\n" in ended.stdout
    assert "refunds 5 · attempts 5" in ended.stdout
    assert "paid      7.00 EUR" in ended.stdout
    assert "complete and unaltered" in ended.stdout


def test_the_command_names_what_does_not_fit_and_what_to_do(folder: Path, program_ledger: tuple[str, ...]) -> None:
    damage(ledger_path(folder), REFUND.format("minor = 1"))
    ended = run(*program_ledger)
    assert ended.returncode == 1
    assert "DOES NOT FIT" in ended.stdout
    assert "minor says 1, and its events say 100" in ended.stderr
    assert "make no new refund with it" in ended.stderr


def test_the_command_compares_with_heads_that_were_kept(
    folder: Path, program_ledger: tuple[str, ...], tmp_path: Path
) -> None:
    kept = tmp_path / "heads.log"
    kept.write_text(run(*program_ledger).stdout)
    assert run(*program_ledger, "--against", str(kept)).returncode == 0
    _remove_second(folder)
    _chain_again(folder)
    ended = run(*program_ledger, "--against", str(kept))
    assert ended.returncode == 1
    assert f"is another than line 4 of {kept} says" in ended.stderr
    kept.write_text("nothing of use")
    assert "has no head of a ledger" in run(*program_ledger, "--against", str(kept)).stderr
