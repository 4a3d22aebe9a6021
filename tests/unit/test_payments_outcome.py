"""The meaning of answers: every status, every form of a 200, and all advice to a person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.core.outcomes import (
    LONGEST_RAW,
    Accepted,
    Doubt,
    NeedsRepair,
    Outcome,
    RateLimited,
    Rejected,
    Repair,
    Uncertain,
)
from refund_tui.payments.answers import HttpAnswer
from refund_tui.payments.classification import classify
from tests.support.raw import zipped

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def meaning(status: int, body: bytes | str = b"", *headers: tuple[str, str], flaw: str | None = None) -> Outcome:
    content = body.encode() if isinstance(body, str) else body
    return classify(HttpAnswer(status, headers, content, flaw), NOW)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('{"reconciliationId":"REC1"}', "REC1"),
        ('{"reconciliationId":"recon-0a1b_2c","new":{"attribute":[1]}}', "recon-0a1b_2c"),
        ('{"reconciliationId":" REC1 "}', "REC1"),
        ('\ufeff{"reconciliationId":"REC1"}', "REC1"),
        ('{"reconciliationId":"' + "R" * 5_000 + '"}', "R" * 5_000),
        ('{"reconciliationId":"\\u001b[31mred"}', None),
        ('{"reconciliationId":"\\u202eevil"}', None),
        ('{"reconciliationId":"\\ud800"}', None),
        ('{"reconciliationId":""}', None),
        ('{"reconciliationId":42}', None),
        ('{"reconciliationId":["REC1"]}', None),
        ('{"reconciliationId":"REC1","errorMsg":"odd, but with an id"}', "REC1"),
        ('{"reconciliationId":null,"errorMsg":null,"message":null}', None),
        ("{}", None), ("[]", None), ("null", None), ('"done"', None), ("0", None), ("", None), (" \r\n ", None),
    ],
)  # fmt: skip
def test_no_refund_fails_over_the_shape_of_a_200(body: str, found: str | None) -> None:
    outcome = meaning(200, body)
    assert isinstance(outcome, Accepted)
    assert outcome.reconciliation_id == found


@pytest.mark.parametrize(
    "body",
    [b"<html>Log in to the shop's guest network</html>", b'{"reconciliationId":"REC', b"\xff\xfe\x00", b"[" * 60_000,
     b"\f", b" \v\r\n", b"\x00", b"\f{}", b"NaN", b"[-Infinity]"],
)  # fmt: skip
def test_a_200_that_cannot_be_read_does_not_count_as_accepted(body: bytes) -> None:
    outcome = meaning(200, body)
    assert isinstance(outcome, Uncertain)
    assert outcome.doubt is Doubt.UNREADABLE


@pytest.mark.parametrize(
    "body",
    [
        '{"errorMsg":"ServiceException"}', '{"message":"Internal server error"}', '{"Message":"Forbidden"}',
        '{"errorMsg":"ServiceException","reconciliationId":""}', '{"errorMsg":7}', '{"errorMsg":""}',
        '{"errorMsg":null,"message":"Endpoint request timed out"}',
    ],
)  # fmt: skip
def test_a_200_with_the_shape_of_an_error_does_not_count_as_accepted(body: str) -> None:
    outcome = meaning(200, body)
    assert isinstance(outcome, Uncertain)
    assert outcome.doubt is Doubt.UNREADABLE
    assert "answered 200, but with an error" in outcome.answer.detail


def test_a_200_with_the_shape_of_an_error_is_asked_again_when_it_says_so() -> None:
    outcome = meaning(200, '{"errorMsg":"ServiceUnavailableException","retryAfter":"120"}')
    assert isinstance(outcome, Uncertain)
    assert outcome.retry_after == 120
    assert "ServiceUnavailableException" in outcome.answer.detail


def test_a_200_that_was_cut_is_no_yes_even_where_what_came_is_json() -> None:
    assert isinstance(meaning(200, "{}", flaw="was cut off"), Uncertain)


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("gzip", zipped(b'{"reconciliationId":"REC1"}'), Accepted),
        ("GZip", zipped(b""), Accepted),
        ("identity", b"{}", Accepted),
        ("gzip", zipped(b"{}")[:-3], Uncertain),
        ("gzip", b"{}", Uncertain),
        ("gzip", zipped(b"[" + b" " * 10_000_000 + b"]"), Uncertain),
        ("br", b"{}", Uncertain),
    ],
)
def test_an_answer_in_an_encoding_that_was_not_requested_is_decided_safely(
    encoding: str, body: bytes, expected: type[Outcome]
) -> None:
    assert isinstance(meaning(200, body, ("content-encoding", encoding)), expected)


EXPECTED: dict[int, tuple[type[Outcome], str]] = {
    200: (Accepted, "accepted"),
    400: (NeedsRepair, "blocked_configuration"),  # without the service's own words
    401: (NeedsRepair, "blocked_credentials"),
    403: (NeedsRepair, "blocked_credentials"),
    404: (NeedsRepair, "blocked_configuration"),
    405: (NeedsRepair, "blocked_configuration"),
    407: (NeedsRepair, "blocked_configuration"),
    413: (NeedsRepair, "blocked_configuration"),
    415: (NeedsRepair, "blocked_configuration"),
    429: (RateLimited, "rate_limited"),
    503: (Uncertain, "unavailable"),
}


def expected(status: int) -> tuple[type[Outcome], str]:
    if 300 <= status < 400:
        return NeedsRepair, "blocked_redirect"
    other = "server_error" if 500 <= status < 600 else "odd_status"
    return EXPECTED.get(status, (Uncertain, other))


@pytest.mark.parametrize("flaw", [None, "was cut off"])
def test_every_status_that_can_be_written_is_decided_as_the_table_says(flaw: str | None) -> None:
    for status in range(100, 1000):
        outcome = meaning(status, flaw=flaw)
        if status == 200 and flaw:
            assert outcome.word == "unreadable"
            continue
        assert (type(outcome), outcome.word) == expected(status), status
        assert outcome.answer.status == status
        assert outcome.answer.detail


def test_a_400_is_shown_in_the_services_words() -> None:
    outcome = meaning(400, '{"errorMsg":"BadRequestException"}')
    assert isinstance(outcome, Rejected)
    assert outcome.error == "BadRequestException"
    assert "BadRequestException" in outcome.answer.detail


@pytest.mark.parametrize("said", ["UnknownShoppingTrip", "unknownshoppingtrip: no such trip"])
def test_an_unknown_trip_says_what_to_check(said: str) -> None:
    outcome = meaning(400, f'{{"errorMsg":"{said}"}}')
    assert isinstance(outcome, Rejected)
    assert outcome.error == said
    assert "check the store and the trip id" in outcome.answer.detail


@pytest.mark.parametrize(
    "body",
    [
        "<html>Bad Request</html>", "", "[]", '"BadRequestException"', '{"errorMsg":7}', '{"errorMsg":" "}',
        '{"errorMsg":"BadReq', '{"message":"Bad Request"}', '{"Message":"BadRequestException"}',
    ],
)  # fmt: skip
def test_a_400_that_is_not_the_services_own_does_not_reject_for_good(body: str) -> None:
    outcome = meaning(400, body)
    assert isinstance(outcome, NeedsRepair)
    assert outcome.repair is Repair.CONFIGURATION
    assert "in front of the service refused" in outcome.answer.detail
    assert "no money moved by this attempt" in outcome.answer.detail
    assert "base_url" in outcome.answer.detail


@pytest.mark.parametrize(
    ("title", "repair", "hint"),
    [
        ("400 No required SSL certificate was sent", Repair.TLS, "client certificate"),
        ("400 The SSL certificate error", Repair.TLS, "client certificate"),
        ("400 The plain HTTP request was sent to HTTPS port", Repair.CONFIGURATION, "https://"),
        ("400 Request Header Or Cookie Too Large", Repair.CONFIGURATION, "base_url"),
    ],
)
def test_a_proxys_400_says_what_to_repair(title: str, repair: Repair, hint: str) -> None:
    page = f"<html><head><title>{title}</title></head><body><center><h1>400 Bad Request</h1></center></body></html>"
    outcome = meaning(400, page)
    assert isinstance(outcome, NeedsRepair)
    assert outcome.repair is repair
    assert hint in outcome.answer.detail
    assert title in outcome.answer.raw


def test_hostile_words_are_shown_visibly_and_can_be_stored() -> None:
    outcome = meaning(400, '{"errorMsg":"\\u001b]52;c;evil\\u0007 [@click=app.quit] \\ud800"}')
    assert isinstance(outcome, Rejected)
    assert "\x1b" not in outcome.answer.detail
    assert outcome.error.encode()


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("Signature expired: 20260302T110000Z is now earlier than 20260302T115500Z", "clock"),
        ("Signature not yet current: 20260302T130000Z is still later than 20260302T120500Z", "clock"),
        ("User: arn:aws:sts::1:assumed-role/till is not authorized to perform: execute-api:Invoke", "execute-api"),
        ("The security token included in the request is expired", "expired"),
        ("The security token included in the request is invalid.", "not known"),
        ("The request signature we calculated does not match the signature you provided.", "secret key"),
        ("Missing Authentication Token", "auth"),
        ("Credential should be scoped to a valid region, not 'eu-west-1'. ", "another region"),
        ("Credential should be scoped to correct service: 'execute-api'. ", "another service"),
        ("Forbidden", "onboarding"),
        ("", "onboarding"),
    ],
)
@pytest.mark.parametrize("name", ["message", "Message"])
def test_a_403_says_which_cause_it_looks_like(said: str, hint: str, name: str) -> None:
    outcome = meaning(403, f'{{"{name}":"{said}"}}', ("date", "Mon, 02 Mar 2026 12:00:01 GMT"))
    assert isinstance(outcome, NeedsRepair)
    assert hint in outcome.answer.detail


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/html", "Blocked by policy"), ("", "<!DOCTYPE html><title>Access denied</title>"), ("", " <html></html>")],
)
def test_a_firewalls_page_is_not_told_as_unfinished_onboarding(status: int, kind: str, body: str) -> None:
    outcome = meaning(status, body, ("content-type", kind))
    assert isinstance(outcome, NeedsRepair)
    assert outcome.repair is Repair.CONFIGURATION
    assert "a firewall or proxy in front of the service" in outcome.answer.detail
    assert "onboarding" not in outcome.answer.detail


@pytest.mark.parametrize(("date", "side"), [("11:40:00", "20 min ahead of"), ("12:20:00", "20 min behind")])
def test_a_wrong_clock_is_seen_from_the_services_own(date: str, side: str) -> None:
    outcome = meaning(403, '{"message":"Forbidden"}', ("date", f"Mon, 02 Mar 2026 {date} GMT"))
    assert side in outcome.answer.detail
    assert outcome.answer.server_date == datetime.fromisoformat(f"2026-03-02T{date}+00:00")


def test_a_redirect_names_where_it_pointed() -> None:
    outcome = meaning(307, "", ("location", "https://elsewhere.example/v1/refund"))
    assert isinstance(outcome, NeedsRepair)
    assert outcome.repair is Repair.REDIRECT
    assert "https://elsewhere.example/" in outcome.answer.detail


def test_waits_are_measured_by_the_services_clock() -> None:
    wait = ("retry-after", "Mon, 02 Mar 2026 09:01:00 GMT")
    limited = meaning(429, "", wait, ("date", "Mon, 02 Mar 2026 09:00:00 GMT"))
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 60


def test_a_503_gives_the_wait_in_its_body() -> None:
    outcome = meaning(503, '{"errorMsg":"ServiceUnavailable","retryAfter":"120"}', ("retry-after", "5"))
    assert isinstance(outcome, Uncertain)
    assert outcome.retry_after == 120


def test_a_long_answer_is_capped_in_the_ledger() -> None:
    assert len(meaning(500, "é" * 30_000).answer.raw) == LONGEST_RAW


@pytest.mark.parametrize("status", [200, 400, 403, 500, 503])
def test_a_card_number_in_an_answer_is_not_kept(status: int) -> None:
    said = '{"errorMsg":"card 4111111111111111 was refused","message":"4111-1111-1111-1111"}'
    outcome = meaning(status, said + "é" * 5_000 if status == 500 else said)
    told = repr(outcome)
    assert "************1111" in told
    assert "4111111" not in told
    assert "4111-1" not in told


def test_an_id_that_looks_like_a_card_number_stays_whole() -> None:
    outcome = meaning(200, '{"reconciliationId":"4111111111111111"}')
    assert isinstance(outcome, Accepted)
    assert outcome.reconciliation_id == "4111111111111111"
    assert outcome.answer.raw == '{"reconciliationId":"4111111111111111"}'


@given(st.integers(100, 999), st.binary(max_size=300), st.lists(st.tuples(
    st.sampled_from(["date", "retry-after", "content-encoding", "location"]), st.text(max_size=40)), max_size=4
))  # fmt: skip
def test_no_answer_raises_and_each_can_be_stored(status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
    outcome = meaning(status, body, *headers)
    assert (outcome.answer.raw + outcome.word).encode()
    assert outcome.answer.detail.isprintable()
