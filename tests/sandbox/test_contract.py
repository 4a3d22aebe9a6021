"""The sandbox checks requests by the Payment service's contract, and enforces nothing more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from refund_tui.sandbox import SandboxThread, ServiceTrip, Verdict
from tests.support.wire import KEY, dial, everything, look_up, post, query_body, raw_refund, refund, refund_body

TRIP = ServiceTrip("STORE-001", "TRIP-1", brand="VISA", tail="4242", currency="EUR")


@pytest.fixture(scope="module")
def shop() -> Iterator[SandboxThread]:
    with SandboxThread(trips=[TRIP]) as sandbox:
        yield sandbox


@pytest.fixture
def anywhere() -> Iterator[SandboxThread]:
    with SandboxThread(any_trip=True) as sandbox:
        yield sandbox


def changed(**fields: Any) -> bytes:
    value = json.loads(refund_body()) | fields
    return json.dumps({name: found for name, found in value.items() if found is not ...}).encode()


def priced(text: str) -> bytes:
    return refund_body(amount=text)


def test_a_valid_refund_is_accepted_with_an_id_of_the_documented_form(shop: SandboxThread) -> None:
    answer = refund(shop)
    assert answer.status == 200
    assert re.fullmatch(r"[0-9a-zA-Z]{1,64}", answer.json["reconciliationId"])
    assert answer.all("Date")
    assert answer.all("Content-Type") == ["application/json"]


@pytest.mark.parametrize("amount", ["0.01", "1", "25.9", "25.99", "1e3", "2599e-2", "999999999999999.99"])
def test_amounts_the_contract_allows(anywhere: SandboxThread, amount: str) -> None:
    assert refund(anywhere, priced(amount)).status == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(priced("0"), id="zero"),
        pytest.param(priced("0.00"), id="zero with decimals"),
        pytest.param(priced("-0"), id="negative zero"),
        pytest.param(priced("-1"), id="negative"),
        pytest.param(priced("1.001"), id="three decimals"),
        pytest.param(priced("1e-3"), id="three decimals by exponent"),
        pytest.param(priced("1e999999999999999999"), id="absurd"),
        pytest.param(priced("NaN"), id="NaN"),
        pytest.param(priced("Infinity"), id="infinity"),
        pytest.param(priced('"25.99"'), id="amount as a string"),
        pytest.param(priced("true"), id="amount as a boolean"),
        pytest.param(priced("null"), id="amount null"),
        pytest.param(changed(amount=...), id="no amount"),
        pytest.param(changed(amount=25.99), id="amount without its object"),
        pytest.param(changed(amount={"amount": 1}), id="no code"),
        pytest.param(changed(amount={"amount": 1, "code": "eur"}), id="lower-case code"),
        pytest.param(changed(amount={"amount": 1, "code": "EUR\n"}), id="code and newline"),
        pytest.param(changed(amount={"amount": 1, "code": "EURO"}), id="four letters"),
        pytest.param(changed(storeId=...), id="no store"),
        pytest.param(changed(storeId=""), id="empty store"),
        pytest.param(changed(storeId="STORE 1"), id="blank in store"),
        pytest.param(changed(storeId="S" * 256), id="long store"),
        pytest.param(changed(storeId=1), id="store as a number"),
        pytest.param(changed(shoppingTripId=...), id="no trip"),
        pytest.param(changed(shoppingTripId=""), id="empty trip"),
        pytest.param(changed(shoppingTripId="TRIP-1\n"), id="trip and newline"),
        pytest.param(changed(shoppingTripId="T" * 256), id="long trip"),
        pytest.param(changed(shoppingTripId="TRÏP"), id="trip not ASCII"),
        pytest.param(changed(refundRequestId=...), id="no id"),
        pytest.param(changed(refundRequestId=KEY.upper()), id="upper-case id"),
        pytest.param(changed(refundRequestId=KEY + "\n"), id="id and newline"),
        pytest.param(changed(refundRequestId="550e8400-e29b-71d4-a716-446655440000"), id="version 7"),
        pytest.param(changed(refundRequestId="550e8400-e29b-41d4-c716-446655440000"), id="odd variant"),
        pytest.param(changed(refundReasonCode=...), id="no reason"),
        pytest.param(changed(refundReasonCode="damaged_item"), id="lower-case reason"),
        pytest.param(changed(refundReasonCode="LATE"), id="unknown reason"),
        pytest.param(b"", id="empty body"),
        pytest.param(b"[]", id="array"),
        pytest.param(b"{", id="cut JSON"),
        pytest.param(b"\xff" + refund_body(), id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_malformed_requests_are_bad_requests_and_move_nothing(anywhere: SandboxThread, body: bytes) -> None:
    answer = refund(anywhere, body)
    assert (answer.status, answer.json) == (400, {"errorMsg": "BadRequestException"})
    assert anywhere.books.executions == ()
    (arrival,) = anywhere.books.arrivals
    assert arrival.verdict is Verdict.REFUSED
    assert arrival.why


def test_the_limits_themselves_and_unknown_attributes_are_allowed(anywhere: SandboxThread) -> None:
    body = changed(storeId="S" * 255, shoppingTripId="not_a-UUID" + "T" * 245, campaign={"new": ["attribute", 1.5]})
    assert refund(anywhere, body).status == 200


@pytest.mark.parametrize("reason", ["DAMAGED_ITEM", "EXPIRED_ITEM", "UNWANTED_ITEM", "JWO_TECH_ERROR", "OTHER"])
def test_every_documented_reason_is_taken(anywhere: SandboxThread, reason: str) -> None:
    assert refund(anywhere, changed(refundReasonCode=reason)).status == 200


@pytest.mark.parametrize(("store", "trip"), [("STORE-001", "TRIP-2"), ("STORE-002", "TRIP-1")])
def test_a_trip_is_known_only_in_its_own_store(shop: SandboxThread, store: str, trip: str) -> None:
    refused, sought = (
        refund(shop, refund_body(store=store, trip=trip)),
        look_up(shop, query_body(store=store, trip=trip)),
    )
    assert (refused.status, refused.json) == (400, {"errorMsg": "UnknownShoppingTrip"})
    assert (sought.status, sought.json) == (400, {"errorMsg": "UnknownShoppingTrip"})


def test_transactional_data_says_whose_card_paid_and_nothing_of_amounts_or_articles(shop: SandboxThread) -> None:
    answer = look_up(shop)
    assert answer.status == 200
    assert (answer.json["brand"], answer.json["tail"], answer.json["currency"]) == ("VISA", "4242", "EUR")
    assert not {"amount", "captured", "items", "startTime"} & set(answer.json)


def test_a_trip_that_is_only_assumed_has_a_card_but_no_invented_currency(anywhere: SandboxThread) -> None:
    assert re.fullmatch(r"\d{4}", look_up(anywhere).json["tail"])
    assert "currency" not in look_up(anywhere).json


def test_a_malformed_lookup_is_a_bad_request(shop: SandboxThread) -> None:
    answer = look_up(shop, b'{"storeId": "STORE-001"}')
    assert (answer.status, answer.json) == (400, {"errorMsg": "BadRequestException"})


def test_faults_of_http_itself_are_answered_as_http(anywhere: SandboxThread) -> None:
    assert post(anywhere, "/v1/refunds", refund_body()).status == 404
    assert post(anywhere, "/v1/refund", refund_body(), **{"Content-Type": "text/plain"}).status == 415
    assert post(anywhere, "/v1/refund", b" " * 1_000_001).status == 413
    wrong_method = everything(anywhere, b"GET /v1/refund HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert wrong_method.startswith(b"HTTP/1.1 405 ")
    assert b"Allow: POST" in wrong_method
    head = everything(anywhere, b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")
    assert head.endswith(b"\r\n\r\n")
    assert everything(anywhere, b"what is this\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    assert anywhere.books.executions == ()
    assert {arrival.verdict for arrival in anywhere.books.arrivals} == {Verdict.NOT_SERVED}


def test_a_connection_is_kept_alive_and_requests_may_come_in_pieces(anywhere: SandboxThread) -> None:
    request = raw_refund(refund_body(), close=False)
    with dial(anywhere) as connection:
        for place in range(0, len(request), 50):
            connection.sendall(request[place : place + 50])
        first = connection.recv(65_536)
        connection.sendall(request)
        second = connection.recv(65_536)
    assert first.startswith(b"HTTP/1.1 200 ")
    assert second.split(b"\r\n\r\n")[1] == first.split(b"\r\n\r\n")[1]


def test_half_a_request_moves_nothing(anywhere: SandboxThread) -> None:
    with dial(anywhere) as connection:
        connection.sendall(raw_refund(refund_body())[:-1])
    assert refund(anywhere, query_body()).status == 400
    assert anywhere.books.executions == ()


def test_a_client_that_asks_leave_to_send_its_body_gets_it(anywhere: SandboxThread) -> None:
    head, _, body = raw_refund(refund_body()).partition(b"\r\n\r\n")
    with dial(anywhere) as connection:
        connection.sendall(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
