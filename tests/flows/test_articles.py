"""The marked articles and the amount always agree, also after typing, leaving and coming back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from textual.widgets import Input

from refund_tui.core.articles import refunded
from refund_tui.core.money import Money
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Intent
from refund_tui.core.trips import Article
from refund_tui.host.paths import trips_path
from refund_tui.store.sqlite.trips import Trips
from tests.flows.stage import Stage, program, refunds
from tests.support.clock import NOON
from tests.support.desks import desk_over
from tests.support.records import trip
from tests.support.service import ScriptedService

TO_ARTICLES = ("tab", "tab", "tab")
TO_AMOUNT = ("shift+tab", "shift+tab", "shift+tab")


def amount(stage: Stage) -> str:
    return stage.pilot.app.query_one("#amount", Input).value


def ticks(stage: Stage) -> list[str]:
    """The first word of each marked article on the screen."""
    return [line.partition("✓ ")[2].split(",")[0].split()[0] for line in stage.text.splitlines() if "✓" in line]


async def marked(stage: Stage) -> None:
    """The form of R-1002 with its first article marked: 9.88 of 13.79."""
    await stage.open("R-1002")
    await stage.press(*TO_ARTICLES, "space")
    await stage.until("✓")
    assert amount(stage) == "9.88"


async def test_marks_are_there_on_coming_back_so_that_one_more_adds_up(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await marked(stage)
        await stage.press("escape")
        await stage.open("R-1001")
        assert ticks(stage) == []
        await stage.open("R-1002")
        await stage.until("✓")
        await stage.press(*TO_ARTICLES, "down", "space")
        await stage.until("13.79")
        assert (amount(stage), ticks(stage)) == ("13.79", ["Comté", "Grapes"])


async def test_typing_another_amount_takes_the_marks_off(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await marked(stage)
        await stage.press(*TO_AMOUNT, "5.00")
        assert (amount(stage), ticks(stage)) == ("5.00", [])
        await stage.press(*TO_ARTICLES, "down", "space")
        await stage.until("The amount was 5.00, now it is 3.91")


async def test_all_that_is_left_takes_off_marks_that_come_to_less(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await marked(stage)
        await stage.press("f5")
        assert (amount(stage), ticks(stage)) == ("13.79", [])


async def test_all_that_is_left_leaves_marks_that_come_to_it(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await marked(stage)
        await stage.press("down", "space", "f5")
        assert (amount(stage), ticks(stage)) == ("13.79", ["Comté", "Grapes"])


async def test_the_amount_that_marks_made_goes_with_the_last_of_them(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await marked(stage)
        await stage.press("escape")
        await stage.open("R-1002")
        await stage.press(*TO_ARTICLES, "space")
        assert (amount(stage), ticks(stage)) == ("", [])


async def test_an_article_without_a_price_leaves_no_sum_of_the_others(tmp_path: Path) -> None:
    trips = Trips.open(trips_path(tmp_path))
    wine, bag = Article("1", "Wine", unit_price=Money(1150, "EUR")), Article("2", "Bag")
    trips.put([trip("unpriced", began=NOON, ended=NOON, receipt="R-2001", articles=(wine, bag))])
    trips.close()
    async with program(tmp_path) as stage:
        await stage.open("R-2001")
        await stage.press(*TO_ARTICLES, "space", "down", "space")
        await stage.until("The price of a marked article is not known here: type the amount.")
        assert (amount(stage), ticks(stage)) == ("", ["Wine", "Bag"])
        await stage.press(*TO_AMOUNT, "12.00")
        assert (amount(stage), ticks(stage)) == ("12.00", ["Wine", "Bag"]), "they contradict no amount"


async def test_the_next_trips_articles_begin_at_their_first(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1001")
        await stage.press(*TO_ARTICLES, "down", "down")
        await stage.open("R-1003")
        await stage.press(*TO_ARTICLES, "space")
        assert ticks(stage) == ["Riesling"]


async def test_marks_are_gone_once_they_are_a_refund(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await marked(stage)
        await stage.press("shift+tab", "shift+tab", "1", "f10")
        await stage.until("refund it")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")
        await stage.open("R-1002")
        await stage.until("of 3.91 EUR left")
        assert (amount(stage), ticks(stage)) == ("", [])


async def test_marks_survive_the_end_of_the_program_with_the_draft(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await marked(stage)
        await stage.press("escape")
        await stage.until("Find")
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.until("9.88")
        assert ticks(stage) == ["Comté"]
        await stage.press(*TO_ARTICLES, "down", "space")
        await stage.until("2 marked")
        assert (amount(stage), ticks(stage)) == ("13.79", ["Comté", "Grapes"])


async def test_the_articles_of_a_refund_are_recorded_shown_and_cannot_be_given_back_again(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await marked(stage)
        await stage.press("shift+tab", "shift+tab", "1", "f10")
        await stage.until("Articles     0.342 kg Comté")
        stage.clock.advance(1)
        await stage.press("y")
        await stage.until("ACCEPTED")
        await stage.until("0.342 kg Comté")
        [refund] = await refunds(stage)
        [article] = refund.intent.articles
        assert (article.words.split(",")[0], article.amount) == ("0.342 kg Comté", Money(988, "EUR"))
        await stage.open("R-1002")
        await stage.press(*TO_ARTICLES, "space")
        await stage.until("was given back already")
        assert (amount(stage), ticks(stage)) == ("", [])
        await stage.press("down", "space")
        assert (amount(stage), ticks(stage)) == ("3.91", ["Grapes"])


async def test_one_key_goes_to_the_articles_and_a_digit_there_is_the_reason(tmp_path: Path) -> None:
    async with program(tmp_path) as stage:
        await stage.open("R-1002")
        await stage.press("f7", "space", "9")
        await stage.until("9 is none: 1 to 5")
        await stage.press("3", "f10")
        await stage.until("3 UNWANTED_ITEM")


async def test_the_names_of_articles_are_readable_at_80_columns_and_more_of_them_are_told(tmp_path: Path) -> None:
    names = [f"A tea with a long name, number {number:02} of the shelf" for number in range(1, 31)]
    trips = Trips.open(trips_path(tmp_path))
    cart = tuple(Article(str(number), name, unit_price=Money(100, "EUR")) for number, name in enumerate(names))
    trips.put([trip("long", began=NOON, ended=NOON, receipt="R-2001", articles=cart)])
    trips.close()
    async with program(tmp_path) as stage:
        await stage.open("R-2001")
        await stage.until(names[0])
        await stage.press("f7", "space")
        await stage.until("1 of 30 marked  ↓")
        await stage.press("end")
        await stage.until("1 of 30 marked  ↑")
        assert names[-1] in stage.text


async def test_an_article_that_a_colleague_gives_back_meanwhile_takes_its_mark_and_the_amount_with_it(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as stage:
        await marked(stage)
        trips = Trips.open(trips_path(tmp_path))
        [known] = trips.find("R-1002", 0, 1)
        trips.close()
        first = refunded(known.articles, {0: known.articles[0].quantity or Decimal(1)})
        asked = Intent(known.store_id, known.trip_id, Money(988, "EUR"), ReasonCode.DAMAGED_ITEM, articles=first)
        async with desk_over(tmp_path, ScriptedService(), base_url=stage.desk.settings.base_url) as other:
            await other.take(asked)
        await stage.reread()
        await stage.until("of 3.91 EUR left")
        assert (amount(stage), ticks(stage)) == ("", [])
