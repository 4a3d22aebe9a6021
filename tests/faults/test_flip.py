"""A sample of the bits that `python -m tests.faults.flip` flips all of."""

from __future__ import annotations

import pytest

from tests.faults.flip import Flip, bits_of, chosen, good_ledger, tried

FORMATS = range(18 * 8, 20 * 8)
USER_VERSION = range(60 * 8, 64 * 8)
"""Bits of the header: of the versions of the file's format for writing and reading, and of this program's version."""


@pytest.mark.parametrize("seed", range(3))
def test_no_flipped_bit_pays_twice_stops_the_others_or_alters_an_open_refund_unsaid(seed: int) -> None:
    good = good_ledger()
    flips = tried(good, chosen(good, None, 100, seed))
    assert [flip for flip in flips if flip.wrong] == []
    assert {"set apart", "alarm"} & {flip.end for flip in flips}


def test_no_flipped_bit_of_the_header_s_versions_and_formats_makes_the_desk_fail() -> None:
    flips = tried(good_ledger(), [*FORMATS, *USER_VERSION])
    assert [flip for flip in flips if flip.wrong] == []


def test_the_sample_would_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the comparison before each attempt, a flipped amount is paid."""
    monkeypatch.setattr("refund_tui.desk.sender.differences", lambda *_: None)
    monkeypatch.setattr("refund_tui.store.sqlite.ledger.Ledger.as_recorded", lambda *_: True)
    good = good_ledger()
    assert any(_moved_otherwise(flip) for flip in tried(good, bits_of(good, b'"amount":{"amount":4.75')))


def _moved_otherwise(flip: Flip) -> bool:
    return any("moved on" in sentence for sentence in flip.wrong)
