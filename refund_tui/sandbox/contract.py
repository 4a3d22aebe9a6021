"""Owns the rules for requests (contract page: refund): strict on types and patterns.

Never enforces what the contract does not document. Amounts are read as Decimal, never as floats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

REASONS = ("DAMAGED_ITEM", "EXPIRED_ITEM", "UNWANTED_ITEM", "JWO_TECH_ERROR", "OTHER")

_ID = re.compile(r"[0-9a-zA-Z_-]{1,255}")
_CODE = re.compile(r"[A-Z]{3}")
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-5][0-9a-f]{3}-[089ab][0-9a-f]{3}-[0-9a-f]{12}")

_MOST_DIGITS = 15
"""The most digits before the decimal point, so that sums stay exact. No processor accepts so many."""


class BadRequest(ValueError):
    """A missing or malformed value. The answer is only `BadRequestException`; this text is for the record."""


@dataclass(frozen=True, slots=True)
class TripQuery:
    """A well-formed body of `POST /v1/payment/transactional-data`."""

    store_id: str
    trip_id: str


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A well-formed body of `POST /v1/refund`; `amount` is in units of `currency`, with the digits of the request."""

    store_id: str
    trip_id: str
    amount: Decimal
    currency: str
    request_id: str
    reason: str


def read_json(body: bytes) -> dict[str, object]:
    """The JSON object in `body`, with every number as a Decimal. Raises BadRequest."""
    try:
        value = json.loads(
            body.decode("utf-8"), parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    return _object(value, "the body")


def read_refund(value: Mapping[str, object]) -> RefundRequest:
    """The refund that `value` asks for; unknown fields are ignored. Raises BadRequest for the first wrong field."""
    amount = _object(value.get("amount"), "amount")
    return RefundRequest(
        store_id=_text(value, "storeId", _ID),
        trip_id=_text(value, "shoppingTripId", _ID),
        amount=_amount(amount.get("amount")),
        currency=_text(amount, "code", _CODE),
        request_id=_text(value, "refundRequestId", _KEY),
        reason=_reason(value.get("refundReasonCode")),
    )


def read_query(value: Mapping[str, object]) -> TripQuery:
    """The trip that `value` asks about. Raises BadRequest for the first wrong field."""
    return TripQuery(_text(value, "storeId", _ID), _text(value, "shoppingTripId", _ID))


def mentioned(value: Mapping[str, object], field: str) -> str | None:
    """A text field, valid or not, to find its fault step and to record it; None if it is not text."""
    found = value.get(field)
    return found if isinstance(found, str) else None


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


def _object(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise BadRequest(f"{name} is not a JSON object")
    return value


def _text(value: Mapping[str, object], field: str, pattern: re.Pattern[str]) -> str:
    found = value.get(field)
    if not isinstance(found, str) or not pattern.fullmatch(found):
        raise BadRequest(f"{field} does not match {pattern.pattern}")
    return found


def _amount(value: object) -> Decimal:
    if not isinstance(value, Decimal):
        raise BadRequest("amount.amount is not a JSON number")
    if value <= 0 or value.adjusted() >= _MOST_DIGITS:
        raise BadRequest("amount.amount is not a positive amount")
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -2:
        raise BadRequest("amount.amount has more than two decimals")
    return value


def _reason(value: object) -> str:
    if not isinstance(value, str) or value not in REASONS:
        raise BadRequest("refundReasonCode is not one of " + ", ".join(REASONS))
    return value
