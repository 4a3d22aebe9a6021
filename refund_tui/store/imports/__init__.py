"""Owns the reading of trips from files: JSON, JSON lines, CSV and Create Purchases bodies, recognized by content.

Stores nothing. A bad record does not end the reading: it is reported, and reading continues.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from refund_tui.core.trips import Trip
from refund_tui.errors import UsageError
from refund_tui.store.imports.csv_rows import heading, read_rows
from refund_tui.store.imports.json_elements import read_elements
from refund_tui.store.imports.json_values import BLANK, FileDamaged, LeftOut, RecordPiece
from refund_tui.store.imports.records import dropped_fields, trip_of
from refund_tui.store.imports.source import ESCAPED, Source

__all__ = ["LeftOut", "TripReader"]

MOST_DROPPED = 50
"""The most names of dropped fields that are counted in one file."""


class TripReader:
    """The trips of one file, which is read once. `dropped` counts the fields that are not kept, by name."""

    def __init__(self, stream: BinaryIO) -> None:
        self._source = Source(stream)
        self.dropped: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """Bytes read so far."""
        return self._source.taken

    @property
    def sha256(self) -> str:
        """The hash of the bytes read so far, as hexadecimal digits."""
        return self._source.hash.hexdigest()

    def finish(self) -> None:
        """Read what follows the last record, so that the hash is that of the whole file. Raises OSError."""
        self._source.skip_rest()

    def __iter__(self) -> Iterator[Trip | LeftOut]:
        """Each trip, and each record that was left out, in the file's order.

        Raises UsageError if the file has none of the formats, OSError if it cannot be read.
        """
        for piece in _pieces(self._source):
            yield piece if isinstance(piece, LeftOut) else self._checked(piece)

    def _checked(self, piece: RecordPiece) -> Trip | LeftOut:
        for name in dropped_fields(piece.value):
            if name in self.dropped or len(self.dropped) < MOST_DROPPED:
                self.dropped[name] += 1
        try:
            return trip_of(piece.value)
        except FileDamaged as error:
            return LeftOut(piece.where, str(error))


def _pieces(source: Source) -> Iterator[RecordPiece | LeftOut]:
    """The records of the file, in the format that its beginning shows."""
    head = source.head()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UsageError("it is UTF-16: save it as UTF-8 and import it again")
    text = head.decode("utf-8", ESCAPED).lstrip(BLANK)
    if text.startswith(("[", "{")):
        return read_elements(source)
    if columns := heading(text.partition("\n")[0].removesuffix("\r")):
        return read_rows(source, *columns)
    if not text:
        raise UsageError("it is empty")
    raise UsageError("it is neither JSON nor a CSV file whose first line names storeId and shoppingTripId")
