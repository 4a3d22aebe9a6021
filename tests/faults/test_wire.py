"""All kinds of answers and failures of a service, on real sockets: none is misreported."""

from __future__ import annotations

import asyncio

import pytest

from refund_tui.core.outcomes import (
    Accepted,
    Doubt,
    NeedsRepair,
    Outcome,
    RateLimited,
    Repair,
    Uncertain,
)
from tests.support.raw import (
    BODY,
    SHORT,
    YES,
    Script,
    answer,
    doubt,
    dripping,
    flood,
    hang,
    raw_server,
    resetting,
    sent,
    talking_to,
    unread,
    zipped,
)


async def test_the_bytes_arrive_as_they_are_and_alone() -> None:
    async with raw_server(YES) as server, talking_to(server.url) as client:
        assert await client.refund(BODY) == await client.refund(BODY)
    assert server.bodies == [BODY, BODY]
    assert server.connections == 2, "no connection is kept"
    head = server.requests[0][0]
    assert head[0] == "POST /v1/refund HTTP/1.1"
    assert {"accept-encoding: identity", "content-type: application/json"} <= {line.lower() for line in head}


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        ("200", "", "accepted"), ("200", "\f", "unreadable"), ("200", '{"errorMsg":"x"}', "unreadable"),
        ("201", "{}", "odd_status"), ("202", "", "odd_status"), ("206", "{}", "odd_status"),
        ("301", "", "blocked_redirect"), ("304", "", "blocked_redirect"),
        ("400", '{"errorMsg":"BadRequestException"}', "rejected"),
        ("400", "<html>No required SSL certificate was sent</html>", "blocked_tls"),
        ("400", '{"message":"Bad Request"}', "blocked_configuration"), ("400", "", "blocked_configuration"),
        ("401", "", "blocked_credentials"), ("403", '{"Message":"Forbidden"}', "blocked_credentials"),
        ("404", "", "blocked_configuration"), ("405", "", "blocked_configuration"),
        ("413", "", "blocked_configuration"), ("415", "", "blocked_configuration"),
        ("409", "", "odd_status"), ("418", "", "odd_status"), ("451", "", "odd_status"),
        ("429", "", "rate_limited"),
        ("500", '{"errorMsg":"ServiceException"}', "server_error"), ("502", "<html>", "server_error"),
        ("503", '{"retryAfter":"120"}', "unavailable"), ("504", "", "server_error"),
        ("999", "", "odd_status"),
    ],
)  # fmt: skip
async def test_each_status_of_the_table(status: str, body: str, word: str) -> None:
    outcome = await sent(answer(status, body))
    assert outcome.word == word
    assert outcome.answer.status == int(status)


async def test_an_answer_cut_at_any_byte_is_never_taken_for_a_yes_or_a_no() -> None:
    cut = 0

    async def cutting(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(YES[:cut])

    async with raw_server(cutting) as server, talking_to(server.url) as client:
        for cut in range(len(YES)):
            expected = Doubt.UNREADABLE if cut >= YES.index(b"\r\n\r\n") + 4 else Doubt.CONNECTION_LOST
            assert doubt(await client.refund(BODY)) is expected, YES[:cut]
        cut = len(YES)
        assert isinstance(await client.refund(BODY), Accepted)


async def test_a_chunked_yes_counts_only_with_its_last_chunk() -> None:
    start = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
    assert doubt(await sent(start)) is Doubt.UNREADABLE
    assert isinstance(await sent(start + b"0\r\n\r\n"), Accepted)


@pytest.mark.parametrize("status", ["400", "403", "429", "503"])
async def test_a_status_counts_though_its_body_was_cut(status: str) -> None:
    whole = answer(status, '{"errorMsg":"x","retryAfter":"120"}', "Retry-After: 7")
    outcome = await sent(whole[:-5])
    assert outcome.answer.status == int(status)
    if isinstance(outcome, RateLimited | Uncertain):
        assert outcome.retry_after == 7
    else:
        assert isinstance(outcome, NeedsRepair), "of a 400 nobody can tell whose it was"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (zipped(b'{"reconciliationId":"REC1"}'), Accepted),
        (zipped(b'{"reconciliationId":"REC1"}')[:-4], Uncertain),
        (b"this was never gzip", Uncertain),
        (zipped(b" " * 50_000_000), Uncertain),
    ],
)
async def test_gzip_that_nobody_asked_for(body: bytes, expected: type[Outcome]) -> None:
    assert isinstance(await sent(answer("200", body, "Content-Encoding: gzip")), expected)


async def test_a_page_from_a_proxy_does_not_count_as_accepted() -> None:
    assert doubt(await sent(answer("200", "<html>Log in</html>", "Content-Type: text/html"))) is Doubt.UNREADABLE


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (hang, Doubt.TIMEOUT),
        (dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"), Doubt.TIMEOUT),
        (dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), Doubt.TIMEOUT),
        (dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" "), Doubt.UNREADABLE),
        (dripping(b"HTTP/1.1 500 -\r\nContent-Length: 9999\r\n\r\n", b" "), Doubt.SERVER_ERROR),
    ],
    ids=["silence", "headers", "informational", "body of a 200", "body of a 500"],
)
async def test_a_server_that_drips_ends_at_the_deadline(script: Script, expected: Doubt) -> None:
    assert doubt(await sent(script, SHORT)) is expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (flood(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65_536), Doubt.UNREADABLE),
        (flood(b"HTTP/1.1 500 -\r\n\r\n", b"<p>" * 20_000), Doubt.SERVER_ERROR),
        (flood(b"HTTP/1.1 200 OK\r\n", b"X-Long: " + b"a" * 9_000 + b"\r\n"), Doubt.CONNECTION_LOST),
    ],
    ids=["body of a 200", "body of a 500", "headers"],
)
async def test_an_endless_answer_ends_at_the_cap(script: Script, expected: Doubt) -> None:
    outcome = await sent(script, deadline=600)
    assert doubt(outcome) is expected
    assert len(outcome.answer.raw) <= 4_000


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"SSH-2.0-OpenSSH_9.6\r\n", b"\x00" * 40,
     b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
)  # fmt: skip
@pytest.mark.parametrize("end", ["reset", "close"])
async def test_nonsense_a_reset_and_no_answer_leave_the_outcome_unknown(start: bytes, end: str) -> None:
    doubt(await sent(resetting(start) if end == "reset" else start))


async def test_a_reset_before_the_request_was_read_is_a_doubt() -> None:
    doubt(await sent(unread(resetting())))


async def test_a_request_that_cannot_be_written_in_time_is_a_doubt() -> None:
    async with raw_server(unread(hang)) as server, talking_to(server.url, SHORT) as client:
        assert doubt(await client.refund(b"x" * 50_000_000)) is Doubt.TIMEOUT


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
async def test_a_redirect_is_never_followed(status: str) -> None:
    async with raw_server(YES) as elsewhere:
        script = answer(status, "", f"Location: {elsewhere.url}/v1/refund")
        outcome = await sent(script)
        assert isinstance(outcome, NeedsRepair)
        assert outcome.repair is Repair.REDIRECT
        assert elsewhere.url in outcome.answer.detail
        assert elsewhere.connections == 0


@pytest.mark.parametrize("location", ["http://[", "javascript:alert(1)", "http://a:b:c/", "", "//", "\x7f"])
async def test_a_redirect_without_a_target_is_treated_as_a_redirect(location: str) -> None:
    outcome = await sent(answer("307", "", f"Location: {location}"))
    assert outcome.word == "blocked_redirect"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (["Retry-After: 600"], 600),
        (["Retry-After: 3", "Retry-After: 120"], 120),
        (["Retry-After: Mon, 02 Mar 2026 09:01:00 GMT", "Date: Mon, 02 Mar 2026 09:00:00 GMT"], 60),
        (["Retry-After: -1"], None), (["Retry-After: soon"], None), (["Retry-After: \u0661\u0662"], None), ([], None),
    ],
)  # fmt: skip
async def test_retry_after_over_the_wire(headers: list[str], seconds: float | None) -> None:
    outcome = await sent(answer("429", "{}", *headers))
    assert isinstance(outcome, RateLimited)
    assert outcome.retry_after == seconds


async def test_a_cancelled_request_is_not_an_outcome() -> None:
    arrived = asyncio.Event()

    async def noticing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.Event().wait()

    async with raw_server(noticing) as server, talking_to(server.url) as client:
        request = asyncio.create_task(client.refund(BODY))
        async with asyncio.timeout(10):
            await arrived.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
