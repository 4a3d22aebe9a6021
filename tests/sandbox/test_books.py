"""The sandbox's books record each movement of money, once for each id, and keep it across a restart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from refund_tui.sandbox import Books, JournalError, SandboxThread, ServiceTrip, Verdict, parse_script
from refund_tui.sandbox.contract import RefundRequest
from tests.support.wire import KEY, OTHER_KEY, post, refund, refund_body

TRIP = ServiceTrip("STORE-001", "TRIP-1", currency="EUR", captured=Decimal("30.00"))


def test_the_same_id_and_bytes_move_money_once_and_get_the_same_answer() -> None:
    with SandboxThread(any_trip=True) as sandbox:
        answers = [refund(sandbox) for _ in range(3)]
    assert len({answer.body for answer in answers}) == 1
    assert sandbox.books.times_executed(KEY) == 1
    assert [arrival.verdict for arrival in sandbox.books.requests_for(KEY)] == [
        Verdict.EXECUTED,
        Verdict.REPEATED,
        Verdict.REPEATED,
    ]
    assert [arrival.executed for arrival in sandbox.books.arrivals] == [True, False, False]


@pytest.mark.parametrize("other", [refund_body(amount="25.98"), refund_body(trip="TRIP-2"), refund_body() + b" "])
def test_the_same_id_with_another_body_is_refused_and_counted(other: bytes) -> None:
    with SandboxThread(any_trip=True) as sandbox:
        refund(sandbox)
        answer = refund(sandbox, other)
    assert (answer.status, answer.json) == (400, {"errorMsg": "BadRequestException"})
    assert [arrival.body for arrival in sandbox.books.conflicts] == [other]
    assert sandbox.books.totals == {("STORE-001", "TRIP-1", "EUR"): Decimal("25.99")}


def test_an_id_that_was_never_executed_may_change_its_body() -> None:
    with SandboxThread(any_trip=True, script=parse_script({"refund": [{"status": 500}]})) as sandbox:
        assert refund(sandbox).status == 500
        assert refund(sandbox, refund_body(amount="1.00")).status == 200
    assert sandbox.books.conflicts == ()


def test_refunding_more_than_was_captured_is_executed_and_reported() -> None:
    with SandboxThread(trips=[TRIP]) as sandbox:
        refund(sandbox, refund_body(KEY, "20.00"))
        assert sandbox.books.overpaid == {}
        assert refund(sandbox, refund_body(OTHER_KEY, "10.01")).status == 200
    assert sandbox.books.overpaid == {("STORE-001", "TRIP-1", "EUR"): Decimal("30.01")}
    assert "overpaid trips: 1\n  TRIP-1 30.01 EUR" in sandbox.books.report()


def test_requests_are_kept_as_they_came_with_their_time() -> None:
    before = datetime.now(UTC)
    with SandboxThread(any_trip=True) as sandbox:
        post(sandbox, "/v1/refund", refund_body(), **{"X-Amz-Date": "20251123T120000Z"})
        refund(sandbox)
    first, second = sandbox.books.arrivals
    assert first.body == refund_body()
    assert ("x-amz-date", "20251123T120000Z") in [(name.lower(), value) for name, value in first.headers]
    assert first.ticks < second.ticks
    assert before <= first.at <= second.at
    assert (first.number, second.number) == (1, 2)


def test_the_report_shows_refunds_requests_totals_and_conflicts() -> None:
    with SandboxThread(any_trip=True) as sandbox:
        assert sandbox.books.report().startswith("no money moved")
        refund(sandbox, refund_body(KEY, "1e1"))
        refund(sandbox, refund_body(KEY, "1e1"))
        refund(sandbox, refund_body(OTHER_KEY, "0.50", trip="TRIP-2"))
        refund(sandbox, refund_body(OTHER_KEY, "0.51", trip="TRIP-2"))
    lines = sandbox.books.report().splitlines()
    assert lines[1].split() == [KEY, "TRIP-1", "10", "EUR", "1x", "2"]
    assert lines[2].split() == [OTHER_KEY, "TRIP-2", "0.50", "EUR", "1x", "2"]
    assert "moved in all: 10.50 EUR" in lines
    assert "conflicts (a known id with another body, refused): 1" in lines
    told = json.loads(json.dumps(sandbox.books.as_dict()))
    assert told["conflicts"] == 1
    assert [done["refundRequestId"] for done in told["executions"]] == [KEY, OTHER_KEY]
    assert [arrival["answer"] for arrival in told["requests"]] == ["200", "200", "200", "400"]


def test_a_restart_with_the_same_journal_remembers_what_moved(tmp_path: Path) -> None:
    journal = tmp_path / "moved.jsonl"
    with SandboxThread(any_trip=True, journal=journal) as sandbox:
        first = refund(sandbox)
    with SandboxThread(any_trip=True, journal=journal, port=sandbox.port) as again:
        assert refund(again).body == first.body
        assert refund(again, refund_body(amount="1")).status == 400
    assert again.books.executions == sandbox.books.executions
    assert [arrival.verdict for arrival in again.books.arrivals] == [
        Verdict.EXECUTED,
        Verdict.REPEATED,
        Verdict.CONFLICT,
    ]
    assert again.books.arrivals[0].body == refund_body()


def test_the_journal_is_written_before_the_answer_and_holds_no_credentials(tmp_path: Path) -> None:
    journal = tmp_path / "moved.jsonl"
    with SandboxThread(any_trip=True, journal=journal) as sandbox:
        post(sandbox, "/v1/refund", refund_body(), Authorization="AWS4 secret", **{"X-Amz-Security-Token": "secret"})
        records = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [record["kind"] for record in records] == ["execution", "request"]
    assert records[0]["amount"] == "25.99"
    assert "secret" not in journal.read_text()


def test_a_journal_line_that_a_kill_cut_is_ignored(tmp_path: Path) -> None:
    journal = tmp_path / "moved.jsonl"
    with SandboxThread(any_trip=True, journal=journal) as sandbox:
        refund(sandbox)
        refund(sandbox, refund_body(OTHER_KEY))
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:2]) + lines[2][:40])
    with SandboxThread(any_trip=True, journal=journal) as again:
        assert again.books.times_executed(OTHER_KEY) == 0
        refund(again, refund_body(OTHER_KEY))
    assert [json.loads(line)["kind"] for line in journal.read_text().splitlines()] == ["execution", "request"] * 2


@pytest.mark.parametrize("text", ["not JSON\n", '{"kind": "execution"}\n', "[]\n"])
def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    journal = tmp_path / "moved.jsonl"
    journal.write_text(text)
    with pytest.raises(JournalError, match=r"not a sandbox's journal: line 1"):
        SandboxThread(any_trip=True, journal=journal)
    assert journal.read_text() == text


def test_a_journal_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot open the journal"):
        SandboxThread(journal=tmp_path)


def test_a_service_that_forgets_ids_pays_again_and_the_books_say_so() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    books = Books(key_memory=60, wall=lambda: now)
    request = RefundRequest("STORE-001", "TRIP-1", Decimal("5.00"), "EUR", KEY, "OTHER")
    first = books.refund(request, b"bytes", moves=True)
    now += timedelta(seconds=60)
    assert books.refund(request, b"bytes", moves=True) == (Verdict.REPEATED, first[1])
    now += timedelta(seconds=1)
    verdict, second = books.refund(request, b"bytes", moves=True)
    assert verdict is Verdict.EXECUTED
    assert second != first[1]
    assert books.times_executed(KEY) == 2


def test_waiting_for_the_books_ends_when_they_change_or_time_is_up() -> None:
    with SandboxThread(any_trip=True) as sandbox:
        assert not sandbox.books.wait_until(lambda books: bool(books.arrivals), timeout=0)
        refund(sandbox)
        assert sandbox.books.wait_until(lambda books: len(books.arrivals) == 1)
