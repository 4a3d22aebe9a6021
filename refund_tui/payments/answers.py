"""Owns the shapes of the service's answers, read leniently: unknown attributes are ignored, odd ones left out.

Keeps of a card only its brand, its last four digits and the currency; everything else is dropped as it is read, and a
card number in an error's text is masked.
"""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from refund_tui.core.cards import check_brand, check_tail, masked
from refund_tui.core.money import check_currency

LONGEST_ID = 128
"""Characters kept of a reconciliation id: twice what the contract allows, since the service's own sample breaks it."""

LONGEST_ERROR = 1_000
"""Characters kept of an error's text."""

LONGEST_BRAND = 32


class Unreadable(ValueError):
    """A body that is not the service's; its text follows "the answer"."""


_BLANK = b" \t\r\n"
"""JSON's white space (RFC 8259); a form feed is none."""


def parse(body: bytes) -> object:
    """The JSON value of a body, None for an empty or blank one. Raises Unreadable."""
    if not body.strip(_BLANK):
        return None
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable("is not JSON, so not the service's") from error


def _no_constant(name: str) -> object:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)


def _usable_id(value: object) -> str | None:
    """An id that a person can read and the books can be searched for; what hides or steers is none."""
    if not isinstance(value, str) or not value.strip().isprintable():
        return None
    return value.strip()[:LONGEST_ID] or None


def _error_text(value: object) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    return (
        masked(value)[:LONGEST_ERROR].encode("utf-8", "replace").decode("utf-8")
    )  # a lone surrogate could not be stored


def _brand(value: object) -> str | None:
    return value[:LONGEST_BRAND] if isinstance(value, str) and check_brand(value) is None else None


def _tail(value: object) -> str | None:
    return value if isinstance(value, str) and check_tail(value) is None else None


def _currency(value: object) -> str | None:
    return value if isinstance(value, str) and check_currency(value) is None else None


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class RefundAnswer(_Lenient):
    """Payment service, refund, 200."""

    reconciliation_id: Annotated[str | None, BeforeValidator(_usable_id)] = Field(
        None, validation_alias="reconciliationId"
    )


class ErrorAnswer(_Lenient):
    """An error as the service says it (`errorMsg`), or as an API gateway does (`message`, in either case)."""

    error_msg: object = Field(None, validation_alias="errorMsg")
    message: object = Field(None, validation_alias=AliasChoices("message", "Message"))
    retry_after: object = Field(None, validation_alias="retryAfter")

    @property
    def own(self) -> str | None:
        """The service's own words, None where it is not the service that speaks."""
        return _error_text(self.error_msg)

    @property
    def text(self) -> str | None:
        """The words of whoever answered."""
        return self.own or _error_text(self.message)

    @property
    def shaped(self) -> bool:
        """Whether the body has the documented shape of an error, whatever its words are."""
        return self.error_msg is not None or self.message is not None


class TransactionalData(_Lenient):
    """Payment service, transactional-data, 200: the three fields that are shown and kept."""

    brand: Annotated[str | None, BeforeValidator(_brand)] = None
    tail: Annotated[str | None, BeforeValidator(_tail)] = None
    currency: Annotated[str | None, BeforeValidator(_currency)] = None


def read_refund(body: bytes) -> RefundAnswer:
    """What a 200 says; any JSON and an empty body are read. Raises Unreadable."""
    value = parse(body)
    return RefundAnswer.model_validate(value if isinstance(value, dict) else {})


def read_error(body: bytes) -> ErrorAnswer:
    """What an error says; a body in nobody's words says nothing."""
    try:
        value = parse(body)
    except Unreadable:
        value = None
    return ErrorAnswer.model_validate(value if isinstance(value, dict) else {})


def read_card(body: bytes) -> TransactionalData:
    """What transactional-data tells of the card. Raises Unreadable."""
    value = parse(body)
    if not isinstance(value, dict):
        raise Unreadable("is not a JSON object")
    return TransactionalData.model_validate(value)
