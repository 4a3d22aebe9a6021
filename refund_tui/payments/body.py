"""Owns the bytes of requests to the Payment service. An amount is never converted through a float."""

from __future__ import annotations

import json
from collections.abc import Iterator

from refund_tui.core.fields import LONGEST_ID, check_key, check_store_id, check_trip_id
from refund_tui.core.money import check_currency, wire_number
from refund_tui.core.refunds import Intent


def build_body(key: str, intent: Intent) -> bytes:
    """The body of `POST /v1/refund`. It is built once for each refund, and every attempt sends the same bytes.

    Raises ValueError for a key, id or amount that the contract forbids; a form checks them before.
    """
    _refuse(check_key(key), check_currency(intent.amount.currency))
    return (
        f"{{{_trip(intent.store_id, intent.trip_id)},"
        f'"amount":{{"amount":{wire_number(intent.amount)},"code":{_text(intent.amount.currency)}}},'
        f'"refundRequestId":{_text(key)},"refundReasonCode":{_text(intent.reason.value)}}}'
    ).encode("ascii")


def differences(stored: bytes, key: str, intent: Intent) -> str | None:
    """The differences between the stored bytes and the intent, as text; None if there are none."""
    try:
        built = build_body(key, intent)
    except ValueError as error:
        return f"no request can be built from the record ({error})"
    if stored == built:
        return None
    found = [f"{name}: the record says {ours}, the bytes {theirs}" for name, ours, theirs in _differing(built, stored)]
    return "; ".join(found) or "the bytes have the same values, but in another spelling than this program writes"


def _differing(built: bytes, stored: bytes) -> Iterator[tuple[str, str, str]]:
    """Each attribute whose value differs: its name, its value in `built`, its value in `stored`."""
    try:
        theirs = _flat(json.loads(stored, parse_float=str, parse_int=str))
    except (ValueError, RecursionError, AttributeError):
        yield "bytes", "a request", "are not JSON"
        return
    ours = _flat(json.loads(built, parse_float=str, parse_int=str))
    for name in dict.fromkeys((*ours, *theirs)):
        if ours.get(name) != theirs.get(name):
            yield name, ours.get(name, "nothing"), theirs.get(name, "nothing")[:LONGEST_ID]


def _flat(request: dict[str, object]) -> dict[str, str]:
    """A request's values by name, with the amount and its currency as one text."""
    values = {name: str(value) for name, value in request.items()}
    amount = request.get("amount")
    if isinstance(amount, dict):
        values["amount"] = f"{amount.get('amount')} {amount.get('code')}"
    return values


def build_query(store_id: str, trip_id: str) -> bytes:
    """The body of `POST /v1/payment/transactional-data`. Raises ValueError for an id that the contract forbids."""
    return f"{{{_trip(store_id, trip_id)}}}".encode("ascii")


def _trip(store_id: str, trip_id: str) -> str:
    _refuse(check_store_id(store_id), check_trip_id(trip_id))
    return f'"storeId":{_text(store_id)},"shoppingTripId":{_text(trip_id)}'


def _text(value: str) -> str:
    return json.dumps(value)


def _refuse(*problems: str | None) -> None:
    for problem in filter(None, problems):
        raise ValueError(problem)
