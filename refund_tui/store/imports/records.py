"""Owns the two forms of a trip record: our own, and the body of a request (contract page: create purchases).

Checks are strict. A reason names the field and the rule but never the value, which might be a card number. Fields that
are not listed here are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from refund_tui.core.cards import check_brand, check_tail
from refund_tui.core.fields import check_store_id, check_trip_id
from refund_tui.core.money import AmountError, Money, check_currency, from_decimal
from refund_tui.core.text import visible
from refund_tui.core.times import unstamp
from refund_tui.core.trips import Article, Card, Trip
from refund_tui.store.imports.json_values import FileDamaged, Number

LONGEST_TEXT = 255
MOST_REASONS = 3

_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


def _checked(check: Callable[[str], str | None]) -> AfterValidator:
    def validate(text: str) -> str:
        if problem := check(text):
            raise ValueError(problem)
        return text

    return AfterValidator(validate)


def _check_text(text: str) -> str | None:
    if len(text) > LONGEST_TEXT:
        return f"{len(text)} characters: at most {LONGEST_TEXT}"
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in text):
        return "contains characters that are not text"
    return None


def _check_brand(text: str) -> str | None:
    return check_brand(text) or _check_text(text)


def _exact(value: object) -> Decimal:
    digits = value.digits if isinstance(value, Number) else value
    if not isinstance(digits, str):
        raise ValueError('must be a number, such as 12.50 or "12.50"')
    if not _DECIMAL.fullmatch(digits):
        raise ValueError("must be digits with at most one decimal point, such as 12.50")
    return Decimal(digits)


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not value.isascii():
        raise ValueError("must be a time such as 2026-03-22T17:00:00Z")
    try:
        return unstamp(value)
    except (ValueError, OverflowError):
        raise ValueError("must be a time with its zone, such as 2026-03-22T17:00:00Z") from None


StoreId = Annotated[str, _checked(check_store_id)]
TripId = Annotated[str, _checked(check_trip_id)]
Text = Annotated[str, _checked(_check_text)]
Exact = Annotated[Decimal, BeforeValidator(_exact)]
Instant = Annotated[datetime, BeforeValidator(_instant)]


class _Part(BaseModel):
    model_config = ConfigDict(
        strict=True, frozen=True, extra="ignore", alias_generator=to_camel, hide_input_in_errors=True
    )


class _Amount(_Part):
    amount: Exact
    code: Annotated[str, _checked(check_currency)]


class _Card(_Part):
    brand: Annotated[str, _checked(_check_brand)] | None = None
    tail: Annotated[str, _checked(check_tail)] | None = None


class _Quantity(_Part):
    value: Exact | None = None
    unit: Text | None = None


def _price(value: object) -> object:
    """A unit price is an amount like `captured`, or only a number, in the currency of `captured`."""
    return value if isinstance(value, dict) else _exact(value)


class _Item(_Part):
    id: Text
    name: Text | None = None
    quantity: _Quantity = _Quantity()
    unit_price: Annotated[_Amount | Decimal | None, BeforeValidator(_price)] = None
    line_item_id: Text | None = None


class _Record(_Part):
    """A trip record in our own format."""

    store_id: StoreId
    shopping_trip_id: TripId
    start_time: Instant | None = None
    end_time: Instant | None = None
    captured: _Amount | None = None
    card: _Card = _Card()
    receipt: Text | None = None
    items: list[_Item] = Field(default_factory=list)


class _Times(_Part):
    start_time: Instant | None = None
    end_time: Instant | None = None


class _Purchase(_Part):
    """The body of a Create Purchases request: it has the cart, but no captured amount and no card."""

    store_id: StoreId
    idempotent_shopping_trip_id: TripId
    shopping_trip: _Times = _Times()
    cart_items: list[_Item] = Field(default_factory=list)


def trip_of(value: object) -> Trip:
    """The trip of one record of a file. Raises FileDamaged with the fields and the reasons."""
    if not isinstance(value, dict):
        raise FileDamaged("is not a record: an object with storeId and shoppingTripId is expected")
    try:
        if "idempotentShoppingTripId" in value:
            return _of_purchase(_Purchase.model_validate(value))
        return _of_record(_Record.model_validate(value))
    except ValidationError as error:
        raise FileDamaged(_reasons(error)) from None
    except AmountError as error:
        raise FileDamaged(str(error)) from None


def dropped_fields(value: object) -> Iterator[str]:
    """The names of the fields of a trip record that are not kept. Those of a Create Purchases body are not named."""
    if isinstance(value, dict) and "idempotentShoppingTripId" not in value:
        yield from _unlisted(value, _Record)
        yield from (f"captured.{name}" for name in _unlisted(value.get("captured"), _Amount))
        yield from (f"card.{name}" for name in _unlisted(value.get("card"), _Card))


def _unlisted(value: object, model: type[_Part]) -> Iterator[str]:
    if isinstance(value, dict):
        listed = {field.alias for field in model.model_fields.values()}
        yield from (visible(str(name), 60) for name in value if name not in listed)


def _of_record(record: _Record) -> Trip:
    currency = record.captured.code if record.captured else None
    return Trip(
        record.store_id,
        record.shopping_trip_id,
        *_in_order(record.start_time, record.end_time),
        captured=_money(record.captured, currency, "captured.amount"),
        card=Card(record.card.brand, record.card.tail),
        receipt=record.receipt,
        articles=tuple(_article(item, currency) for item in record.items),
    )


def _of_purchase(body: _Purchase) -> Trip:
    times = _in_order(body.shopping_trip.start_time, body.shopping_trip.end_time)
    articles = tuple(_article(item, None) for item in body.cart_items)
    return Trip(body.store_id, body.idempotent_shopping_trip_id, *times, articles=articles)


def _in_order(began: datetime | None, ended: datetime | None) -> tuple[datetime | None, datetime | None]:
    if began is not None and ended is not None and ended < began:
        raise FileDamaged("endTime: is before startTime")
    return began, ended


def _article(item: _Item, currency: str | None) -> Article:
    return Article(
        id=item.id,
        name=item.name,
        quantity=item.quantity.value,
        unit=item.quantity.unit,
        unit_price=_money(item.unit_price, currency, "items.unitPrice"),
        line_item_id=item.line_item_id,
    )


def _money(amount: _Amount | Decimal | None, currency: str | None, field: str) -> Money | None:
    """The exact amount, None if the amount or its currency is not known."""
    value, code = (amount.amount, amount.code) if isinstance(amount, _Amount) else (amount, currency)
    if value is None or code is None:
        return None
    try:
        return from_decimal(value, code)
    except AmountError as error:
        raise FileDamaged(f"{field}: {error}") from None


def _reasons(error: ValidationError) -> str:
    problems = error.errors(include_input=False, include_url=False)
    reasons = "; ".join(_reason(problem["loc"], problem["type"], problem) for problem in problems[:MOST_REASONS])
    return reasons + (f"; and {len(problems) - MOST_REASONS} more" if len(problems) > MOST_REASONS else "")


_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text, in quotes",
    "model_type": "must be an object",
    "list_type": "must be a list",
}


def _reason(place: tuple[int | str, ...], kind: str, problem: Any) -> str:
    field = ".".join(str(step) for step in place if step not in ("_Amount", "decimal"))
    reason = str(problem["ctx"]["error"]) if kind == "value_error" else _PLAIN.get(kind, problem["msg"])
    return f"{field}: {reason}"
