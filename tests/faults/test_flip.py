"""A sample of the bits that `python -m tests.faults.flip` flips all of."""

from __future__ import annotations

import pytest

from tests.faults.flip import Flip, flips


@pytest.mark.parametrize("seed", range(3))
def test_no_flipped_bit_pays_twice_stops_the_others_or_alters_an_open_refund_unsaid(seed: int) -> None:
    tried = list(flips(sample=100, seed=seed))
    assert [flip for flip in tried if flip.wrong] == []
    assert {"set apart", "alarm"} & {flip.end for flip in tried}


def test_the_sample_would_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the comparison before each attempt, a flipped amount is paid."""
    monkeypatch.setattr("refund_tui.desk.sender.differences", lambda *_: None)
    monkeypatch.setattr("refund_tui.store.sqlite.ledger.Ledger.as_recorded", lambda *_: True)
    assert any(_moved_otherwise(flip) for flip in flips(bits_of=b'"amount":{"amount":4.75'))


def _moved_otherwise(flip: Flip) -> bool:
    return any("moved on" in sentence for sentence in flip.wrong)
