"""Emoji in the names of articles and in notes are shown as themselves, and no column moves for them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from rich.cells import cell_len

from refund_tui.core.money import Money
from refund_tui.core.trips import Article
from refund_tui.host.paths import trips_path
from refund_tui.store.sqlite.trips import Trips
from tests.flows.stage import program
from tests.support.clock import NOON
from tests.support.records import trip

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
NAMES = (f"Family box {FAMILY}", "Flag \U0001f1e9\U0001f1ea", "Heart \u2764\ufe0f", "Cafe\u0301", "Bread")
"""A family of three, a flag, a heart drawn as a picture, a letter with its accent, letters alone."""


def bought(folder: Path) -> None:
    """A trip with these articles."""
    articles = tuple(
        Article(str(at), name, Decimal(1), None, Money(100 + at, "EUR"), str(at)) for at, name in enumerate(NAMES)
    )
    trips = Trips.open(trips_path(folder))
    trips.put([trip("emoji", began=NOON, ended=NOON, receipt="R-55", articles=articles)])
    trips.close()


async def test_emoji_are_shown_as_themselves_and_prices_stay_in_their_column(tmp_path: Path) -> None:
    bought(tmp_path)
    async with program(tmp_path) as stage:
        await stage.open("R-55")
        await stage.idle()
        rows = [line for line in stage.text.splitlines() if " · " in line[:4] or "›·" in line[:4]]
        assert all(name in row for name, row in zip(NAMES, rows, strict=True))
        assert {cell_len(row[: row.rindex("1.0")]) for row in rows} == {cell_len(rows[-1][: rows[-1].rindex("1.0")])}


@pytest.mark.parametrize("cell_diff", [False, True], ids=["whole lines", "a console"])
async def test_where_they_could_break_a_line_or_cannot_be_drawn_signs_stand_for_them(
    tmp_path: Path, cell_diff: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought(tmp_path)
    monkeypatch.setattr("refund_tui.tui.terminal.display.draws_pictures", lambda _: not cell_diff)
    async with program(tmp_path, cell_diff=cell_diff) as stage:
        await stage.open("R-55")
        await stage.until("Family box ??")
        assert "Flag ??" in stage.text
        assert "Cafe\u0301" in stage.text
