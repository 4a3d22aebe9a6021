"""Owns which ids name the same trip: those that differ only by case, or by the dashes of a UUID.

The service's pattern for ids allows both cases, and nothing says whether it treats two such ids as one trip. Here they
are one trip, so that it cannot be refunded twice.
"""

from __future__ import annotations

import re

_BARE = re.compile(r"[0-9a-f]{32}")
_AROUND = " \t\r\n\"'`“”„‟‘’‚‛«»‹›<>{}[](),;"
"""Characters around an id that was copied from a letter, a table or a program; no id contains them."""


def typed_id(text: str) -> str:
    """An id as the clerk meant it: without the spaces, quotes and brackets around it."""
    return text.strip(_AROUND)


def folded(trip_id: str) -> str:
    """What all spellings of a trip id have in common: small letters, and no dashes in 32 hexadecimal digits."""
    small = trip_id.lower()
    bare = small.replace("-", "")
    return bare if _BARE.fullmatch(bare) else small


def folded_trip(store_id: str, trip_id: str) -> str:
    """What all spellings of a trip in a store have in common; the ledger's column `folded_trip` tells the same."""
    return f"{store_id.lower()} {folded(trip_id)}"


def spellings(trip_id: str) -> tuple[str, ...]:
    """The id in small letters, and where it is a UUID, without dashes and with them in their usual places."""
    bare = folded(trip_id)
    if not _BARE.fullmatch(bare):
        return (bare,)
    return bare, "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))
