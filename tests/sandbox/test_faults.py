"""Each fault changes the answer as its script says, and money moves exactly if the script says so."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from refund_tui.sandbox import SandboxThread, ServiceTrip, Verdict, parse_script
from refund_tui.sandbox.steps import read_steps
from tests.support.wire import (
    KEY,
    OTHER_KEY,
    PATIENCE,
    SandboxAnswer,
    dial,
    everything,
    look_up,
    query_body,
    raw_refund,
    refund,
    refund_body,
)

Step = dict[str, Any]


def faulty(*steps: Step) -> SandboxThread:
    return SandboxThread(any_trip=True, script=parse_script({"refund": list(steps)}))


def once(step: Step) -> tuple[SandboxAnswer, SandboxThread]:
    """Send one refund with the fault `step`. The answer, and the stopped sandbox with its books."""
    with faulty(step) as sandbox:
        return refund(sandbox), sandbox


def test_rate_limited_then_accepted_with_the_header_as_given() -> None:
    with faulty({"status": 429, "retryAfter": "3"}) as sandbox:
        limited, accepted = refund(sandbox), refund(sandbox)
    assert (limited.status, limited.all("Retry-After")) == (429, ["3"])
    assert accepted.status == 200
    assert [arrival.verdict for arrival in sandbox.books.arrivals] == [Verdict.HELD, Verdict.EXECUTED]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (["1", "30"], ["1", "30"]),
        ("-5", ["-5"]),
        ("soon", ["soon"]),
        ("", [""]),
        ("٣", ["٣".encode().decode("latin-1")]),
        ("http-date+soon", ["http-date+soon"]),
    ],
)
def test_retry_after_can_be_anything_at_all(given: Any, sent: list[str]) -> None:
    assert once({"status": 429, "retryAfter": given})[0].all("Retry-After") == sent


def test_retry_after_can_be_missing_or_an_http_date() -> None:
    assert once({"status": 429})[0].all("Retry-After") == []
    answer = once({"status": 429, "retryAfter": "http-date+90", "date_skew": -3600})[0]
    (until,), (date,) = answer.all("Retry-After"), answer.all("Date")
    assert until.endswith(" GMT")
    assert parsedate_to_datetime(until) - parsedate_to_datetime(date) == timedelta(seconds=90)
    assert timedelta(minutes=59) < datetime.now(UTC) - parsedate_to_datetime(date) < timedelta(minutes=61)


def test_an_unavailable_answer_gives_the_wait_in_its_body() -> None:
    answer, sandbox = once({"status": 503, "retryAfter": "2"})
    assert answer.status == 503
    assert answer.json["retryAfter"] == "2"
    assert answer.json["errorMsg"]
    assert answer.all("Retry-After") == []
    assert sandbox.books.executions == ()
    both = once({"status": 503, "retryAfter": "2", "headers": {"Retry-After": "9"}})[0]
    assert (both.json["retryAfter"], both.all("Retry-After")) == ("2", ["9"])


def test_server_error_and_denied_have_the_documented_bodies() -> None:
    assert once({"status": 500})[0].json == {"errorMsg": "ServiceException"}
    assert "execute-api" in once({"status": 403})[0].json["message"]


@pytest.mark.parametrize("status", [201, 202, 204, 302, 304, 400, 401, 404, 418, 502, 504, 599])
def test_any_other_status_and_a_connection_that_goes_on(status: int) -> None:
    answer, sandbox = once({"status": status})
    assert answer.status == status
    assert len(sandbox.books.executions) == (1 if status < 300 else 0)


@pytest.mark.parametrize(
    ("body", "sent", "kind"),
    [
        ({"errorMsg": "x"}, b'{"errorMsg": "x"}', "application/json"),
        (None, b"null", "application/json"),
        ("plain", b"plain", "text/plain; charset=utf-8"),
        ("", b"", "text/plain; charset=utf-8"),
    ],
)
def test_a_step_brings_its_own_body_and_headers(body: Any, sent: bytes, kind: str) -> None:
    answer = once({"status": 418, "body": body, "headers": {"X-Amzn-ErrorType": "Odd"}})[0]
    assert (answer.body, answer.all("Content-Type"), answer.all("x-amzn-errortype")) == (sent, [kind], ["Odd"])
    assert once({"body": body, "headers": {"content-type": "x/y"}})[0].all("Content-Type") == ["x/y"]


def test_the_money_can_move_under_an_error_and_stay_under_a_200() -> None:
    with faulty({"status": 500, "execute": True}) as sandbox:
        assert refund(sandbox).status == 500
        assert sandbox.books.times_executed(KEY) == 1
        assert refund(sandbox).status == 200
        assert sandbox.books.times_executed(KEY) == 1
    answer, unmoved = once({"execute": False})
    assert answer.status == 200
    assert unmoved.books.executions == ()


@pytest.mark.parametrize(("when", "moved"), [("before", 0), ("after", 1)])
def test_a_dropped_connection_gives_not_one_byte(when: str, moved: int) -> None:
    with faulty({"drop": when}) as sandbox:
        assert everything(sandbox) == b""
        assert sandbox.books.times_executed(KEY) == moved
        assert refund(sandbox).status == 200
    assert sandbox.books.times_executed(KEY) == 1


@pytest.mark.parametrize(("step", "moved"), [({"hang": True}, 1), ({"hang": True, "execute": False}, 0)])
def test_a_hanging_request_is_written_down_and_never_answered(step: Step, moved: int) -> None:
    with faulty(step) as sandbox:
        connection = dial(sandbox)
        connection.sendall(raw_refund(refund_body()))
        assert sandbox.books.wait_until(lambda books: len(books.arrivals) == 1)
        assert sandbox.books.times_executed(KEY) == moved
        assert sandbox.books.arrivals[0].answer == "never"
        assert look_up(sandbox).status == 200, "a later request, which is answered all the same"
    with connection, suppress(ConnectionResetError):
        assert connection.recv(1) == b"", "not a byte came before the sandbox ended"


def test_stopping_the_sandbox_ends_hanging_requests_and_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with faulty({"hang": True}) as sandbox:
        connection = dial(sandbox)
        connection.sendall(raw_refund(refund_body()))
        assert sandbox.books.wait_until(lambda books: len(books.arrivals) == 1)
    with connection, suppress(ConnectionResetError):
        assert connection.recv(1) == b""
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("where", "ends"),
    [
        ("status-line", lambda got: got == b"HTTP/1.1 20"),
        ("headers", lambda got: got.startswith(b"HTTP/1.1 200 \r\n") and b"\r\n\r\n" not in got),
        ("body", lambda got: got.split(b"\r\n\r\n")[1].startswith(b'{"reconciliationId": "S')),
    ],
)
def test_an_answer_is_cut_where_the_script_says(where: str, ends: Callable[[bytes], bool]) -> None:
    with faulty({"cut": where}) as sandbox:
        received = everything(sandbox)
    assert ends(received)
    with pytest.raises((http.client.HTTPException, ValueError)):
        read_back(received)
    assert sandbox.books.times_executed(KEY) == 1


def read_back(received: bytes) -> None:
    """Read bytes as a client would, to the end of their JSON."""
    near, far = socket.socketpair()
    with near, far:
        far.sendall(received)
        far.shutdown(socket.SHUT_WR)
        response = http.client.HTTPResponse(near)
        with response:
            response.begin()
            assert response.getheader("Content-Length"), "cut in the headers"
            json.loads(response.read())


def test_a_slow_answer_comes_late_and_the_money_moves_at_once() -> None:
    with faulty({"delay": 0.3}) as sandbox:
        began = time.monotonic()
        refunding = threading.Thread(target=refund, args=(sandbox,))
        refunding.start()
        assert sandbox.books.wait_until(lambda books: books.times_executed(KEY) == 1)
        assert look_up(sandbox).status == 200
        refunding.join(PATIENCE)
    assert time.monotonic() - began >= 0.3


def test_a_dripped_answer_comes_byte_by_byte() -> None:
    with faulty({"drip": 0.0005}) as sandbox, dial(sandbox) as connection:
        connection.sendall(raw_refund(refund_body()))
        chunks = list(iter(lambda: connection.recv(65_536), b""))
    assert len(chunks) > 20
    assert b"".join(chunks).startswith(b"HTTP/1.1 200 ")
    assert b"reconciliationId" in b"".join(chunks)


def test_an_endless_body_continues_until_the_client_closes_the_connection() -> None:
    with faulty({"endless": True}) as sandbox:
        with dial(sandbox) as connection:
            connection.sendall(raw_refund(refund_body()))
            received = 0
            while received < 3_000_000:
                received += len(connection.recv(65_536))
        assert refund(sandbox).status == 200


def test_garbage() -> None:
    broken = once({"garbage": "gzip"})[0]
    assert broken.all("Content-Encoding") == ["gzip"]
    with pytest.raises((OSError, EOFError, gzip.zlib.error)):  # type: ignore[attr-defined]
        gzip.decompress(broken.body)
    page = once({"garbage": "html", "status": 502})[0]
    assert (page.status, page.all("Content-Type")) == (502, ["text/html"])
    assert page.body.startswith(b"<html>")
    assert once({"garbage": "text"})[0].body == b"upstream connect error"
    assert b"certificate" in once({"garbage": "certificate", "status": 400})[0].body


def test_redirects_name_another_place_and_move_nothing() -> None:
    answer, sandbox = once({"redirect": "http://127.0.0.1:9/elsewhere"})
    assert (answer.status, answer.all("Location")) == (307, ["http://127.0.0.1:9/elsewhere"])
    assert sandbox.books.executions == ()
    assert once({"status": 301, "redirect": "/v2/refund"})[0].status == 301


@pytest.mark.parametrize(
    ("shape", "test"),
    [
        ("empty", lambda body: body == b""),
        ("null", lambda body: body == b"null"),
        ("array", lambda body: body == b"[]"),
        ("no-id", lambda body: body == b"{}"),
        ("long-id", lambda body: len(json.loads(body)["reconciliationId"]) > 64),
        ("odd-id", lambda body: "-" in json.loads(body)["reconciliationId"]),
        ("not-json", lambda body: body.startswith(b'{"reconciliationId": ') and not body.endswith(b"}")),
        ("error", lambda body: json.loads(body) == {"errorMsg": "ServiceException"}),
        ("gateway-error", lambda body: list(json.loads(body)) == ["message"]),
        ("form-feed", lambda body: body == b"\f"),
    ],
)
def test_a_200_in_every_shape_still_moves_the_money(shape: str, test: Callable[[bytes], bool]) -> None:
    answer, sandbox = once({"shape": shape})
    assert answer.status == 200
    assert test(answer.body)
    assert sandbox.books.times_executed(KEY) == 1


def test_a_script_changes_a_200_only_if_the_answer_would_have_been_a_200() -> None:
    with faulty({"shape": "empty"}) as sandbox:
        assert refund(sandbox, b"{}").json == {"errorMsg": "BadRequestException"}


def test_steps_are_taken_in_order_repeated_and_kept_to_their_trip() -> None:
    steps: list[Step] = [
        {"status": 500, "repeat": 2},
        {"status": 503, "trip": "TRIP-9", "repeat": "forever"},
        {"status": 429},
    ]
    with faulty(*steps) as sandbox:
        assert [refund(sandbox).status for _ in range(4)] == [500, 500, 429, 200]
        elsewhere = refund_body(OTHER_KEY, trip="TRIP-9")
        assert [refund(sandbox, elsewhere).status for _ in range(3)] == [503, 503, 503]
        sandbox.play(parse_script({}))
        assert refund(sandbox, elsewhere).status == 200


def test_lookups_have_a_script_of_their_own() -> None:
    script = parse_script({"transactional-data": [{"status": 503, "retryAfter": "1"}]})
    with SandboxThread(any_trip=True, script=script) as sandbox:
        assert refund(sandbox).status == 200
        assert [look_up(sandbox).status for _ in range(2)] == [503, 200]


def test_a_trips_recipe_is_played_anew_for_each_refund_of_it() -> None:
    trip = ServiceTrip("STORE-001", "TRIP-1", recipe=read_steps([{"drop": "after"}], "TRIP-1"))
    with SandboxThread(trips=[trip]) as sandbox:
        for key in (KEY, OTHER_KEY):
            assert everything(sandbox, raw_refund(refund_body(key))) == b""
            assert refund(sandbox, refund_body(key)).status == 200
        assert look_up(sandbox, query_body()).status == 200
    assert [sandbox.books.times_executed(key) for key in (KEY, OTHER_KEY)] == [1, 1]
    assert sandbox.books.arrivals[0].fault == '{"drop":"after"}'
