"""Owns an HTTP answer as it was received, and the attributes that are read from its JSON body.

Reading is lenient: unknown attributes are ignored, and attributes with unusable values are left out. Of a card only its
brand, its last four digits and the currency are ever kept. Card numbers in texts are masked. Decides nothing about what
an answer means: see `classification`.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from refund_tui.core.cards import check_brand, check_tail, masked
from refund_tui.core.money import check_currency
from refund_tui.core.outcomes import LONGEST_RAW

LONGEST_BODY = 65_536
"""The most bytes of one body that are read, and the most bytes that are kept after decoding."""

LONGEST_ERROR = 1_000
"""The most characters of an error's text that are kept."""

LONGEST_BRAND = 32


class Unreadable(ValueError):
    """A body that cannot be read. The message continues a sentence: "the answer …"."""


_BLANK = b" \t\r\n"
"""White space in JSON (RFC 8259). It does not contain the form feed."""

_GZIP = 31
"""zlib's window bits for a gzip stream."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A status, headers (names in lower case), and as much of the body as was received.

    `flaw` is None for a complete body, else what is wrong with it, as the end of a sentence: "the answer …".
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    flaw: str | None = None

    def all(self, name: str) -> list[str]:
        """Every value of a header, in the order of the answer."""
        return [value for found, value in self.headers if found == name]

    @property
    def content(self) -> bytes | None:
        """The decoded body, None if it cannot be decoded. No encoding was asked for, but a proxy may add one."""
        match [value.strip().lower() for value in self.all("content-encoding")]:
            case [] | [""] | ["identity"]:
                return self.body
            case ["gzip"] | ["x-gzip"]:
                return _gunzip(self.body)
            case _:
                return None

    @property
    def is_web_page(self) -> bool:
        """Whether the body is HTML, which neither the service nor its gateway sends."""
        said = any("html" in value.lower() for value in self.all("content-type"))
        return said or (self.content or b"").lstrip().startswith(b"<")

    @property
    def raw(self) -> str:
        """The body as text that can be stored: shortened, with card numbers masked, without any header."""
        content = self.content
        return masked((self.body if content is None else content).decode("utf-8", "replace"))[:LONGEST_RAW]


def _gunzip(body: bytes) -> bytes | None:
    if not body:
        return body
    stream = zlib.decompressobj(_GZIP)
    try:
        content = stream.decompress(body, LONGEST_BODY)
    except zlib.error:
        return None
    return content if stream.eof else None


def parse(body: bytes) -> object:
    """The JSON value of a body, None for an empty or blank body. Raises Unreadable."""
    if not body.strip(_BLANK):
        return None
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable("is not JSON, so it is not from the service") from error


def _no_constant(name: str) -> object:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(name)


def _usable_id(value: object) -> str | None:
    """A reconciliation id, never cut; None for a value that is not text, is blank, or has characters that hide."""
    if not isinstance(value, str) or not value.strip().isprintable():
        return None
    return value.strip() or None


def _error_text(value: object) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return None
    storable = masked(value)[:LONGEST_ERROR].encode("utf-8", "replace")  # SQLite cannot store a lone surrogate
    return storable.decode("utf-8")


def _brand(value: object) -> str | None:
    return value[:LONGEST_BRAND] if isinstance(value, str) and check_brand(value) is None else None


def _tail(value: object) -> str | None:
    return value if isinstance(value, str) and check_tail(value) is None else None


def _currency(value: object) -> str | None:
    return value if isinstance(value, str) and check_currency(value) is None else None


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class RefundAnswer(_Lenient):
    """The body of a refund's answer 200 (contract page: refund, 200)."""

    reconciliation_id: Annotated[str | None, BeforeValidator(_usable_id)] = Field(
        None, validation_alias="reconciliationId"
    )


class ErrorAnswer(_Lenient):
    """An error's body: from the service (`errorMsg`), or from an API gateway (`message` or `Message`)."""

    error_msg: object = Field(None, validation_alias="errorMsg")
    message: object = Field(None, validation_alias=AliasChoices("message", "Message"))
    retry_after: object = Field(None, validation_alias="retryAfter")

    @property
    def service_text(self) -> str | None:
        """The text of `errorMsg`, None if it has none: then something else than the service answered."""
        return _error_text(self.error_msg)

    @property
    def text(self) -> str | None:
        """The error's text, from the service or from a gateway."""
        return self.service_text or _error_text(self.message)

    @property
    def has_error(self) -> bool:
        """Whether the body has an attribute of an error, whatever its value is."""
        return self.error_msg is not None or self.message is not None


class TransactionalData(_Lenient):
    """The three fields of transactional-data that are shown and kept (contract page: transactional-data)."""

    brand: Annotated[str | None, BeforeValidator(_brand)] = None
    tail: Annotated[str | None, BeforeValidator(_tail)] = None
    currency: Annotated[str | None, BeforeValidator(_currency)] = None


def read_refund(body: bytes) -> RefundAnswer:
    """The attributes of a 200. Any JSON value and an empty body are accepted. Raises Unreadable."""
    value = parse(body)
    return RefundAnswer.model_validate(value if isinstance(value, dict) else {})


def read_error(body: bytes) -> ErrorAnswer:
    """The attributes of an error. A body that is not a JSON object has none."""
    try:
        value = parse(body)
    except Unreadable:
        value = None
    return ErrorAnswer.model_validate(value if isinstance(value, dict) else {})


def read_card(body: bytes) -> TransactionalData:
    """What transactional-data says about the card. Raises Unreadable."""
    value = parse(body)
    if not isinstance(value, dict):
        raise Unreadable("is not a JSON object")
    return TransactionalData.model_validate(value)
