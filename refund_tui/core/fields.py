"""Owns the rules for single fields of `POST /v1/refund` (contract page of the manual). Messages are for the clerk.

Always use `fullmatch`: a pattern with `$` accepts a trailing newline.
"""

from __future__ import annotations

import re
import uuid

LONGEST_ID = 255
LONGEST_RECONCILIATION_ID = 64
"""What the contract documents. A longer one is kept and shown whole, with a mark."""

LONGEST_NOTE = 200
"""In characters. A note stays in the ledger; it is never sent to the service."""

_HALVES = re.compile(r"[\ud800-\udfff]")
"""Surrogates, which Python uses for bytes that are not valid UTF-8. The ledger cannot store them."""

_ID = re.compile(r"[0-9a-zA-Z_-]*")
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-5][0-9a-f]{3}-[089ab][0-9a-f]{3}-[0-9a-f]{12}")


def check_store_id(text: str) -> str | None:
    """What is wrong with a store id, or None if it is valid (contract page: storeId)."""
    return _check_id(text, "store id")


def check_trip_id(text: str) -> str | None:
    """What is wrong with a shopping trip id, or None if it is valid (contract page: shoppingTripId). Not only UUIDs."""
    return _check_id(text, "trip id")


def check_note(text: str) -> str | None:
    """What is wrong with a note, or None if it is valid."""
    if len(text) > LONGEST_NOTE:
        return f"{len(text)} characters: a note has at most {LONGEST_NOTE}"
    if _HALVES.search(text):
        return "the note holds bytes that are not valid text: type it again"
    return None


def check_key(text: str) -> str | None:
    """What is wrong with an idempotency key, or None if it is valid (contract page: refundRequestId)."""
    return None if _KEY.fullmatch(text) else "not a lower-case UUID of version 0 to 5"


def new_key() -> str:
    """A new idempotency key: a lower-case UUID version 4. Create one for each intent and never change it."""
    return str(uuid.uuid4())


def _check_id(text: str, name: str) -> str | None:
    if not text:
        return f"type the {name}"
    if len(text) > LONGEST_ID:
        return f"{len(text)} characters: a {name} has at most {LONGEST_ID}"
    if not _ID.fullmatch(text):
        odd = next(char for char in text if not _ID.fullmatch(char))
        shown = repr(odd) if odd.isprintable() and odd != " " else f"a space or control character (U+{ord(odd):04X})"
        return f"{shown} cannot be in a {name}: only A-Z a-z 0-9 _ -"
    return None


def reconciliation_mark(given: str | None) -> str | None:
    """What to say beside a reconciliation id that is longer than the contract documents, else None."""
    if given is None or len(given) <= LONGEST_RECONCILIATION_ID:
        return None
    return f"{len(given)} characters, not cut; the contract documents at most {LONGEST_RECONCILIATION_ID}"
