"""Has each test of the ledger run against every kind of ledger that there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.desk.ports import LedgerPort
from tests.ledger.implementations import IMPLEMENTATIONS, Kept


@pytest.fixture(params=list(IMPLEMENTATIONS))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """A ledger that nobody has opened yet."""
    return Kept(str(request.param), tmp_path)


@pytest.fixture
def ledger(kept: Kept) -> Iterator[LedgerPort]:
    """The same, open to write."""
    with kept.ledger() as opened:
        yield opened
