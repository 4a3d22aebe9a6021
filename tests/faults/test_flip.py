"""A sample of the bits that `python -m tests.faults.flip` flips all of."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from refund_tui.errors import StoreDamaged
from refund_tui.host.paths import ledger_path
from tests.faults.flip import Flip, bits_of, chosen, good_ledger, tried
from tests.support.damage import damage
from tests.support.desks import desk_over, intent
from tests.support.program import run
from tests.support.service import ScriptedService

FORMATS = range(18 * 8, 20 * 8)
USER_VERSION = range(60 * 8, 64 * 8)
"""Bits of the header: the file format versions for writing and reading, and the schema version of this program."""


@pytest.mark.parametrize("seed", range(3))
def test_no_flipped_bit_pays_twice_or_stops_other_refunds_or_alters_an_open_one_without_a_message(seed: int) -> None:
    good = good_ledger()
    flips = tried(good, chosen(good, None, 100, seed))
    assert [flip for flip in flips if flip.wrong] == []
    assert {"set apart", "alarm"} & {flip.end for flip in flips}


def test_no_flipped_bit_of_the_header_s_versions_and_formats_makes_the_desk_fail() -> None:
    flips = tried(good_ledger(), [*FORMATS, *USER_VERSION])
    assert [flip for flip in flips if flip.wrong] == []


IDENTITY = {
    "a second row": "INSERT INTO identity VALUES (2, 'x', NULL, NULL, 'x')",
    "no row": "DELETE FROM identity",
    "an id that is no text": "UPDATE identity SET id = x'07'",
    "an id that is not one": "UPDATE identity SET id = 'seven'",
    "an environment that is no text": "UPDATE identity SET environment = x'07'",
    "a host that is no text": "UPDATE identity SET host = x'07'",
    "an endpoint that is no text": "UPDATE endpoint SET endpoint = x'07'",
}


@pytest.mark.parametrize("what", IDENTITY)
async def test_a_ledger_whose_word_about_itself_is_damaged_is_refused_as_a_whole(what: str, tmp_path: Path) -> None:
    async with desk_over(tmp_path, ScriptedService()) as desk:
        await desk.take(intent(100))
    assert damage(ledger_path(tmp_path), IDENTITY[what])
    service = ScriptedService()
    with pytest.raises(StoreDamaged, match=r"is damaged|does not say which host"):
        async with desk_over(tmp_path, service):
            pass
    for command in (["history"], ["doctor", "--offline"], ["resume", "--no-wait"], ["ledger", "show"]):
        ended = await asyncio.to_thread(run, *command, "--data-dir", str(tmp_path), "--base-url", "http://127.0.0.1:9")
        assert "Traceback" not in ended.stderr, (command, ended.stderr)
        assert ended.returncode == (1 if command[0] == "doctor" else 3), (command, ended.stdout + ended.stderr)
    assert service.requests == []


def test_without_the_comparison_a_flipped_amount_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the comparison before each attempt, a flipped amount is paid."""
    monkeypatch.setattr("refund_tui.desk.body_check.differences", lambda *_: None)
    monkeypatch.setattr("refund_tui.store.sqlite.ledger.Ledger.contradiction", lambda *_: None)
    good = good_ledger()
    assert any(_moved_otherwise(flip) for flip in tried(good, bits_of(good, b'"amount":{"amount":4.75')))


def _moved_otherwise(flip: Flip) -> bool:
    return any("moved on" in sentence for sentence in flip.wrong)
