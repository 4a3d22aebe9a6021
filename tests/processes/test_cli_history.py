"""`refund-tui history` as a process: what it prints, and what it never prints."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest

from refund_tui.core.actor import Actor
from refund_tui.core.approval import Approver, Limits, Person
from refund_tui.core.lifecycle import Decision, decide
from refund_tui.core.money import Money
from refund_tui.core.outcomes import Accepted, Answer, Outcome, RateLimited, Unreachable
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import SETTLED, Action, Holder, Intent, Refund, State
from refund_tui.core.times import Instant, stamp
from refund_tui.core.trips import Card
from refund_tui.core.waits import Policy
from refund_tui.desk.approvals import decide_approval
from refund_tui.host.actor import this_actor
from refund_tui.host.clock import SystemClock
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.store.export import COLUMNS, PAGE
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.trips import Trips
from tests.support.ledgers import ENDPOINT, answered, ledger_at, new_refund
from tests.support.program import PATIENCE, environment, run, run_bound
from tests.support.records import trip

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOSTILE = "=HYPERLINK(\x1b]0;x\x07)\u202e"


def mark(minutes: float) -> Instant:
    return Instant(NOON + timedelta(minutes=minutes), "boot-1", 1_000 + minutes * 60)


def record(ledger: Ledger, number: int, *, note: str = "", clerk: str = "ana", amount: Money | None = None) -> Refund:
    """A refund asked for `number` minutes after noon."""
    intent = Intent("STORE-001", f"trip-{number}", amount or Money(2500, "EUR"), ReasonCode.DAMAGED_ITEM, note)
    key = f"00000000-0000-4000-8000-{number:012d}"
    at = mark(number).at
    refund = Refund(key, ENDPOINT, intent, clerk, b"{}", created_at=at, updated_at=at)
    return ledger.record(refund, mark(number), second_yes=False)


def accepted_after_a_wait(ledger: Ledger, refund: Refund) -> None:
    """Two attempts: a rate limit, then an acceptance."""
    holder = Holder("host", "boot-1", 1, "1")
    outcomes: tuple[Outcome, ...] = (RateLimited(Answer(429), 60.0), Accepted(Answer(200), "REC1"))
    for number, outcome in enumerate(outcomes, 10):
        current = ledger.get(refund.key)
        assert current is not None
        attempt = ledger.begin(current, holder, mark(number * 10))
        current = ledger.get(refund.key)
        assert attempt is not None
        assert current is not None
        now = mark(number * 10 + 1)
        decision = decide(current.life, outcome, attempt.started, now, Policy(), 0.5)
        assert ledger.finish(current, attempt, outcome, decision, "ana", now) is not None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger of three refunds: one waited and was accepted, one is in yen, one has a hostile note."""
    with ledger_at(ledger_path(tmp_path)) as ledger:
        accepted_after_a_wait(ledger, record(ledger, 1))
        record(ledger, 2, clerk="ben", amount=Money(500, "JPY"))
        record(ledger, 3, note=HOSTILE)
    trips = Trips.open(trips_path(tmp_path))
    trips.put([trip("trip-2", card=Card("VISA", "2142"), receipt="R-2")])
    trips.close()
    return tmp_path


def history(folder: Path, *arguments: str, **variables: str) -> str:
    ended = run("history", "--data-dir", str(folder), *arguments, **variables)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_json_tells_every_field_of_a_refund_and_of_its_attempts(folder: Path) -> None:
    refunds = [json.loads(line) for line in history(folder, "--json").splitlines()]
    assert [refund["shopping_trip_id"] for refund in refunds] == ["trip-3", "trip-2", "trip-1"]
    assert all(tuple(refund) == COLUMNS for refund in refunds)
    assert refunds[1]["amount"] == "500"
    assert refunds[2] == {
        "refund_request_id": "00000000-0000-4000-8000-000000000001",
        "store_id": "STORE-001",
        "shopping_trip_id": "trip-1",
        "amount": "25.00",
        "currency": "EUR",
        "reason_code": "DAMAGED_ITEM",
        "note": "",
        "state": "ACCEPTED",
        "maybe_executed": False,
        "reconciliation_id": "REC1",
        "clerk": "ana",
        "created_at": "2026-03-01T12:01:00.000Z",
        "updated_at": "2026-03-01T13:51:00.000Z",
        "attempts": [
            {
                "number": 1,
                "started_at": "2026-03-01T13:40:00.000Z",
                "ended_at": "2026-03-01T13:41:00.000Z",
                "outcome": "rate_limited",
                "http_status": 429,
                "detail": "",
                "actor": this_actor().facts,
            },
            {
                "number": 2,
                "started_at": "2026-03-01T13:50:00.000Z",
                "ended_at": "2026-03-01T13:51:00.000Z",
                "outcome": "accepted",
                "http_status": 200,
                "detail": "",
                "actor": this_actor().facts,
            },
        ],
        "damage": None,
        "endpoint": ENDPOINT,
        "articles": [],
        "card_brand": None,
        "card_last_four": None,
        "receipt": None,
        "why": "the service accepted it, reconciliation id REC1",
        "next_attempt_at": None,
        "last_answer": None,
        "settled_reference": None,
        "settled_said_by": None,
        "settled_when": None,
        "actor": this_actor().facts,
        "settled_actor": None,
        "ledger_head": refunds[0]["ledger_head"],
        "approval": None,
        "approval_by": None,
        "approval_word": None,
        "approval_actor": None,
        "redacted_at": None,
    }


def test_who_approved_a_refund_is_told_beside_who_asked_for_it(tmp_path: Path) -> None:
    asker, approver = Actor(uid="1001", account="ana"), Actor(uid="1003", account="=ben", host="till-5")
    limits = Limits({"EUR": Money(1, "EUR")})
    with ledger_at(ledger_path(tmp_path)) as ledger:
        with mock.patch("refund_tui.host.actor._actor", return_value=asker):
            refund = ledger.record(new_refund(), mark(1), second_yes=False, limits=limits)
        with mock.patch("refund_tui.host.actor._actor", return_value=approver):
            by = Approver(Person("ben", approver), entitled=True, named_by_key=False)
            decide_approval(ledger, by, refund.key, Action.APPROVE, "seen it", mark(2))
    [told] = map(json.loads, history(tmp_path, "--json").splitlines())
    assert (told["clerk"], told["actor"], told["state"]) == (refund.clerk, asker.facts, "QUEUED")
    assert (told["approval"], told["approval_by"], told["approval_word"]) == ("approved", "ben", "seen it")
    assert told["approval_actor"] == approver.facts
    [row] = csv.DictReader(io.StringIO(history(tmp_path, "--csv")))
    assert (row["approval_by"], row["approval_actor"]) == ("ben", "uid 1003, account =ben, host till-5")


def test_who_settled_a_refund_is_told_with_the_process_of_both(tmp_path: Path) -> None:
    asker, settler = Actor(uid="1001", account="store"), Actor(uid="1003", account="=ben", host="till-5")
    with ledger_at(ledger_path(tmp_path)) as ledger:
        with mock.patch("refund_tui.host.actor._actor", return_value=asker):
            refund = record(ledger, 1)
        settled = Decision(replace(refund.life, state=State.SETTLED_PAID), SETTLED, "a letter")
        with mock.patch("refund_tui.host.actor._actor", return_value=settler):
            assert ledger.change(refund, settled, "ben", mark(2), {"paid": "yes", "reference": "T-1"})
    [told] = map(json.loads, history(tmp_path, "--json").splitlines())
    assert (told["actor"], told["settled_actor"]) == (asker.facts, settler.facts)
    assert told["settled_reference"] == "T-1"
    [row] = csv.DictReader(io.StringIO(history(tmp_path, "--csv")))
    assert row["actor"] == "uid 1001, account store"
    assert row["settled_actor"] == "uid 1003, account =ben, host till-5"


def test_the_next_attempt_is_told_by_the_later_of_both_waits(tmp_path: Path) -> None:
    now = SystemClock().now()
    with ledger_at(ledger_path(tmp_path)) as ledger:
        offline, limited = (record(ledger, number) for number in (1, 2))
        answered(ledger, offline, Unreachable(Answer(None, "no route to host")), now)
        answered(ledger, limited, RateLimited(Answer(429), 600.0), now)
        record(ledger, 3)  # it has no wait of its own
    ends = stamp(now.at + timedelta(seconds=600))
    told = map(json.loads, history(tmp_path, "--json").splitlines())
    assert [refund["next_attempt_at"] for refund in told] == [ends, ends, ends]
    rows = csv.DictReader(io.StringIO(history(tmp_path, "--csv")))
    assert [row["next_attempt_at"] for row in rows] == [ends, ends, ends]


def test_no_form_lets_a_note_steer_a_terminal_or_a_spreadsheet(folder: Path) -> None:
    for form in ("--json", "--csv", "--limit=9"):
        told = history(folder, form)
        assert "\x1b" not in told
        assert "\u202e" not in told
    rows = list(csv.DictReader(io.StringIO(history(folder, "--csv"))))
    assert rows[0]["note"].startswith("'=HYPERLINK(␛")
    assert [row["amount"] for row in rows] == ["25.00", "500", "25.00"]


@pytest.mark.parametrize("first", "=+-@\t\r")
def test_a_cell_that_looks_like_a_formula_is_text(tmp_path: Path, first: str) -> None:
    with ledger_at(ledger_path(tmp_path)) as ledger:
        record(ledger, 1, note=f"{first}1")
    [row] = csv.DictReader(io.StringIO(history(tmp_path, "--csv")))
    assert row["note"][0] in "'␉␍"


def test_csv_has_a_heading_and_counts_the_attempts(folder: Path) -> None:
    rows = list(csv.reader(io.StringIO(history(folder, "--csv"))))
    assert tuple(rows[0]) == COLUMNS
    assert rows[3][COLUMNS.index("attempts")] == "2"


@pytest.mark.parametrize(
    ("filters", "trips"),
    [
        (["--state", "accepted"], "1"),
        (["--state", "ACCEPTED,QUEUED"], "321"),
        (["--state", "ACCEPTED", "--state", "QUEUED"], "321"),
        (["--clerk", "BEN"], "2"),
        (["500"], "2"),
        (["25.00"], "31"),
        (["rec1"], "1"),
        (["card:2142"], "2"),
        (["2142"], "2"),
        (["receipt:r-2"], "2"),
        (["article:müsli"], "2"),
        (["--reason", "1"], "321"),
        (["--reason", "other"], ""),
        (["--text", "trip-2"], "2"),
        (["--text", "HYPERLINK"], "3"),
        (["--limit", "2"], "32"),
        (["--limit", "0"], ""),
        (["--since", "2026-03-01T12:02:00Z"], "32"),
        (["--until", "2026-03-01T12:02:00Z"], "1"),
        (["--since", "2026-03-02"], ""),
        (["--since", "2026-03-01", "--until", "2026-03-01", "--timezone", "UTC"], "321"),
        (["--until", "2026-03-01", "--timezone", "Pacific/Kiritimati"], ""),
        (["state:ACCEPTED"], "1"),
        (["open", "clerk:ana"], "3"),
        (["day:2026-03", "amount:500JPY"], "2"),
        (["amount:>10EUR", "until:2026-03-01T12:02:00Z"], "1"),
        (["day:today"], ""),
        (["--clerk", "ben", "trip-2", "day:1.3.26", "--timezone", "UTC"], "2"),
        (["clerk:ben", "trip-1"], ""),
    ],
)
def test_filters(folder: Path, filters: list[str], trips: str) -> None:
    told = [json.loads(line)["shopping_trip_id"] for line in history(folder, "--json", *filters).splitlines()]
    assert told == [f"trip-{number}" for number in trips]


def test_what_is_unknown_is_said_to_be(folder: Path) -> None:
    ended = run("history", "--data-dir", str(folder), "clerk:nobody")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "no clerk here is called nobody: the clerks are ana, ben" in ended.stderr
    ended = run("history", "--data-dir", str(folder), "case:4711")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "there is no filter word case:" in ended.stderr


def test_the_setting_clerk_is_no_filter(folder: Path) -> None:
    ended = run("--clerk", "nobody", "history", "--json", "--data-dir", str(folder))
    assert len(ended.stdout.splitlines()) == 3


def test_the_table_has_one_line_of_readable_values_for_each_refund(folder: Path) -> None:
    [_, _, line] = history(folder, "--timezone", "Europe/Berlin").splitlines()
    assert line.split() == [
        "2026-03-01",
        "13:01",
        "ACCEPTED",
        "25.00",
        "EUR",
        "DAMAGED_ITEM",
        "2x",
        "ana",
        "trip-1",
        "REC1",
    ]


def test_more_than_a_page_comes_out_once_and_in_order(tmp_path: Path) -> None:
    with ledger_at(ledger_path(tmp_path)) as ledger:
        for number in range(2 * PAGE + 1):
            record(ledger, number)
    told = [json.loads(line)["shopping_trip_id"] for line in history(tmp_path, "--json").splitlines()]
    assert told == [f"trip-{number}" for number in reversed(range(2 * PAGE + 1))]
    assert len(history(tmp_path, "--json", "--limit", str(PAGE + 1)).splitlines()) == PAGE + 1


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    with ledger_at(ledger_path(tmp_path)) as ledger:
        for number in range(300):
            record(ledger, number, note="x" * 200)
    command = f'"{sys.executable}" -m refund_tui history --json --data-dir "{tmp_path}" | head -n 1'
    ended = subprocess.run(
        ["/bin/sh", "-c", command], env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert json.loads(ended.stdout)["shopping_trip_id"] == "trip-299"
    assert ended.stderr == ""


def test_an_output_that_knows_only_ascii_ends_nothing(folder: Path) -> None:
    for form in ("--csv", "--limit=9", "--json"):
        assert history(folder, form, PYTHONIOENCODING="ascii")


def test_it_is_read_by_an_account_that_may_not_write(folder: Path) -> None:
    (folder / "ledger.sqlite3").chmod(0o400)
    folder.chmod(0o500)
    try:
        ended = run_bound("history", "--json", "--data-dir", str(folder))
    finally:
        folder.chmod(0o700)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(ended.stdout.splitlines()) == 3
