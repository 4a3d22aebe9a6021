"""Runs each test of the ledger against every implementation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.desk.ports import LedgerPort
from tests.ledger.implementations import IMPLEMENTATIONS, Kept


@pytest.fixture(params=list(IMPLEMENTATIONS))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """A ledger that was not opened yet."""
    return Kept(str(request.param), tmp_path)


@pytest.fixture
def ledger(kept: Kept) -> Iterator[LedgerPort]:
    """A ledger that is open for writing."""
    with kept.ledger() as opened:
        yield opened
