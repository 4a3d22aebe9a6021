"""Owns the bytes of requests to the Payment service. Amounts are written digit by digit, never through a float."""

from __future__ import annotations

import json

from refund_tui.core.fields import check_key, check_store_id, check_trip_id
from refund_tui.core.money import check_currency, wire_number
from refund_tui.core.refunds import Intent


def build_body(key: str, intent: Intent) -> bytes:
    """The body of `POST /v1/refund`, built once for each refund and sent as it is on every attempt.

    ValueError for a key, id or amount that the service's contract forbids: the form should have said so before.
    """
    _refuse(check_key(key), check_currency(intent.amount.currency))
    return (
        f"{{{_trip(intent.store_id, intent.trip_id)},"
        f'"amount":{{"amount":{wire_number(intent.amount)},"code":{_text(intent.amount.currency)}}},'
        f'"refundRequestId":{_text(key)},"refundReasonCode":{_text(intent.reason.value)}}}'
    ).encode("ascii")


def build_query(store_id: str, trip_id: str) -> bytes:
    """The body of `POST /v1/payment/transactional-data`. ValueError for an id that the contract forbids."""
    return f"{{{_trip(store_id, trip_id)}}}".encode("ascii")


def _trip(store_id: str, trip_id: str) -> str:
    _refuse(check_store_id(store_id), check_trip_id(trip_id))
    return f'"storeId":{_text(store_id)},"shoppingTripId":{_text(trip_id)}'


def _text(value: str) -> str:
    return json.dumps(value)


def _refuse(*problems: str | None) -> None:
    for problem in filter(None, problems):
        raise ValueError(problem)
