"""The list without its widget: which rows it asks for, where its cursor stays, how a row fits its columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from refund_tui.tui.widgets.columns import MARK, Column, Tone, fit, lay_out
from refund_tui.tui.widgets.row_window import Ask, Window

COLUMNS = (Column("Asked", 12), Column("Amount", 10, right=True), Column("Trip", 0), Column("Clerk", 8, above=60))


def window(total: int, height: int = 10) -> Window[str]:
    """Rows named row-0 to row-(total-1). The first page and its neighbours are loaded."""
    shown: Window[str] = Window(lambda row: row)
    shown.resize(height)
    answer(shown, [f"row-{place}" for place in range(total)])
    return shown


def answer(shown: Window[str], rows: list[str], most: int = 1_000) -> int:
    """Answer the requests of the window until it makes none. How many rows it took."""
    taken = 0
    while (ask := shown.wanted()) is not None:
        given_rows = rows[ask.start : ask.start + ask.limit]
        taken += len(given_rows)
        shown.take(ask.start, given_rows, len(rows))
        assert taken <= most
    return taken


def test_a_million_rows_are_asked_for_a_few_at_a_time() -> None:
    rows = window(1_000_000)
    rows.move_to(999_999)
    ask = rows.wanted()
    assert ask == Ask(999_980, 20, 0)
    assert rows.wanted() is None, "asked once"
    rows.take(ask.start, [f"row-{place}" for place in range(999_980, 1_000_000)], 1_000_000)
    assert rows.current == "row-999999"
    assert rows.wanted() is None


def test_moving_down_loads_the_next_page_in_time_and_shows_no_empty_row() -> None:
    source = [f"row-{place}" for place in range(200)]
    rows = window(200)
    for place in range(200):
        rows.move_to(place)
        assert rows.current == source[place]
        assert all(shown in rows.rows for shown in range(rows.top, rows.top + 10))
        answer(rows, source)


def test_the_cursor_stays_on_its_refund_when_newer_ones_arrive_on_top() -> None:
    rows = window(100)
    rows.move_to(0)
    rows.reload()
    assert rows.current == "row-0", "what was there is shown until the answer is here"
    answer(rows, ["newer", "newest", *(f"row-{place}" for place in range(100))])
    assert (rows.cursor, rows.current, rows.top) == (2, "row-0", 0)


def test_far_down_nothing_moves_on_the_screen_when_a_refund_arrives() -> None:
    rows = window(100)
    rows.move_to(50)
    answer(rows, [f"row-{place}" for place in range(100)])
    before = rows.cursor - rows.top
    rows.reload()
    answer(rows, ["new", *(f"row-{place}" for place in range(100))])
    assert (rows.current, rows.cursor - rows.top) == ("row-50", before)


def test_first_rows_handed_in_unasked_keep_the_row_far_down() -> None:
    """Somebody reads the first page again after news, while the cursor is at row 50."""
    source = [f"row-{place}" for place in range(100)]
    rows = window(100)
    rows.move_to(50)
    answer(rows, source)
    later = ["new", *source]
    rows.take(0, later[:20], len(later), fresh=True)
    answer(rows, later)
    assert rows.current == "row-50"


def test_another_question_begins_at_its_first_row() -> None:
    rows = window(100)
    rows.move_to(50)
    rows.restart()
    assert rows.wanted() == Ask(0, 30, 1)
    rows.take(0, ["only"], 1)
    assert (rows.cursor, rows.top, rows.current) == (0, 0, "only")


def test_fewer_rows_than_before_leave_the_cursor_on_the_last() -> None:
    rows = window(100)
    rows.move_to(99)
    rows.reload()
    answer(rows, ["a", "b"])
    assert (rows.cursor, rows.top, rows.current) == (1, 0, "b")


def test_a_source_that_has_less_than_it_counted_is_not_asked_for_ever() -> None:
    rows: Window[str] = Window(lambda row: row)
    rows.resize(10)
    ask = rows.wanted()
    assert ask is not None
    rows.take(ask.start, [], 50)
    asked = 0
    while (ask := rows.wanted()) is not None:
        asked += 1
        rows.take(ask.start, [], 50)
    assert asked <= 1


def test_amounts_are_aligned_at_their_right_and_long_texts_cut_with_an_ellipsis() -> None:
    cells = ("09:53", "5.00 EUR", "22222222-3333-4444-5555-666666666666", "maria")
    (text, _tone), *others = lay_out(COLUMNS, cells, 59)
    assert text == " 09:53          5.00 EUR  22222222-3333-4444-5555-66666666…"
    assert not others
    assert lay_out(COLUMNS, cells, 80, MARK)[0][0].endswith("666          maria   ")


def test_an_id_that_is_too_long_shows_both_its_ends_only_where_both_have_room() -> None:
    assert fit("2026-0302-0042-000017", 16, ends=True) == "2026-0302-…00017"
    assert fit("R-1004 LIMIT", 9, ends=True) == "R-1004 L…"


def test_a_tone_is_a_run_of_its_own() -> None:
    assert lay_out((Column("", 4), Column("", 3), Column("", 2)), ("ab", ("no", "bad"), "x"), 12) == (
        (" ab   ", ""), ("no ", "bad"), (" x ", ""),
    )  # fmt: skip


def test_control_characters_in_a_cell_are_made_visible() -> None:
    told = "".join(text for text, _ in lay_out((Column("", 0),), ("\x1b[31mred\n\u202e",), 40))
    assert told.split() == ["␛[31mred␊‹202E›"]


TONES = st.sampled_from(["", "bad", "good"])


@given(
    st.lists(st.tuples(st.text(max_size=30), TONES), min_size=4, max_size=4),
    st.integers(min_value=2, max_value=140),
)
def test_whatever_is_in_the_cells_the_row_fills_its_width(cells: list[tuple[str, Tone]], width: int) -> None:
    runs = lay_out(COLUMNS, cells, width)
    assert sum(cell_len(text) for text, _ in runs) == width


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xFFFF), max_size=20), st.integers(0, 30))
def test_a_fitted_text_has_its_width(text: str, width: int) -> None:
    if "".join(text).isprintable():
        assert cell_len(fit(text, width)) == width
