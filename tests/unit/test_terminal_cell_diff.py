"""The cell diff with a terminal: the screen is always the same as after plain drawing."""

from __future__ import annotations

from pathlib import Path

import pyte
import textual
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from refund_tui.tui.terminal.cell_diff import CellRun, Frame, glyphs_in
from refund_tui.tui.terminal.textual_inside.version import KNOWN, is_installed_as, is_known
from tests.terminal.pty_session import picture

WIDTH, HEIGHT = 24, 8
COLOURS = ColorSystem.TRUECOLOR
NO_WRAP = "\x1b[?7l"

STYLES = st.sampled_from(
    [None, *map(Style.parse, ("", "bold", "#ff0000", "#ff0000 on #000080", "on #000080", "reverse", "underline red"))]
)
TEXTS = st.sampled_from(["a", "bc", " ", "   ", "EUR 5.00", "✓ ok", "北京", "a北b", "-" * 12, "trip-0001", "trip-0002"])
Update = tuple[int, int, list[Segment]]


class Terminal:
    """A screen, and the number of bytes that drew it."""

    def __init__(self) -> None:
        self.screen: pyte.Screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream: pyte.Stream = pyte.Stream(self.screen)
        self.bytes = 0
        self._stream.feed(NO_WRAP)

    def feed(self, text: str) -> None:
        """Take in what a program writes."""
        self.bytes += len(text.encode())
        self._stream.feed(text)


def plainly(updates: list[Update]) -> str:
    """The same drawing without the cell diff, as Textual's compositor does it."""
    return "".join(
        f"\x1b[{y + 1};{x + 1}H{''.join(_whole(text, style) for text, style, _ in strip)}" for x, y, strip in updates
    )


def _whole(text: str, style: Style | None) -> str:
    return Strip.render_style(style, text, COLOURS) if style else text


def cut(x: int, segments: list[Segment]) -> list[Segment]:
    return list(Strip(segments).crop(0, WIDTH - x))


def pieces(updates: list[Update]) -> list[CellRun]:
    return [CellRun(x, y, glyphs_in(strip, COLOURS)) for x, y, strip in updates]


SEGMENTS = st.lists(st.tuples(TEXTS, STYLES).map(lambda made: Segment(*made)), min_size=1, max_size=4)
UPDATE = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), SEGMENTS).map(
    lambda made: (made[0], made[1], cut(made[0], made[2]))
)
LINE = SEGMENTS.map(lambda made: list(Strip(made).adjust_cell_length(WIDTH)))
SCREEN = st.lists(LINE, min_size=HEIGHT, max_size=HEIGHT).map(
    lambda lines: [(0, y, line) for y, line in enumerate(lines)]
)
FRAMES = st.lists(
    st.one_of(st.lists(UPDATE, min_size=1, max_size=5, unique_by=lambda made: made[1]), SCREEN), max_size=6
)


@settings(max_examples=80, deadline=None, phases=(Phase.generate,))
@given(SCREEN, FRAMES)
def test_the_screen_is_the_one_that_plain_drawing_gives(first: list[Update], rest: list[list[Update]]) -> None:
    frame, ours, plain = Frame(), Terminal(), Terminal()
    for updates in (first, *rest):
        ours.feed(frame.write((WIDTH, HEIGHT), pieces(updates)))
        plain.feed(plainly(updates))
        assert picture(ours.screen) == picture(plain.screen)


@settings(max_examples=40, deadline=None, phases=(Phase.generate,))
@given(st.lists(LINE, min_size=30, max_size=30), st.lists(st.integers(0, 22), min_size=1, max_size=8))
def test_a_list_that_scrolls_is_the_list_drawn_anew(lines: list[list[Segment]], tops: list[int]) -> None:
    frame, ours, plain = Frame(), Terminal(), Terminal()
    for top in tops:
        for step in (top, min(22, top + 1), top):
            updates = [(0, y, lines[step + y]) for y in range(HEIGHT)]
            ours.feed(frame.write((WIDTH, HEIGHT), pieces(updates)))
            plain.feed(plainly(updates))
            assert picture(ours.screen) == picture(plain.screen)


def text(y: int, said: str, style: str = "") -> Update:
    return 0, y, list(Strip([Segment(said, Style.parse(style))]).adjust_cell_length(WIDTH))


def test_what_did_not_change_costs_nothing() -> None:
    frame, updates = Frame(), [text(y, f"row {y}", "bold #ff0000 on #000080") for y in range(HEIGHT)]
    assert frame.write((WIDTH, HEIGHT), pieces(updates))
    assert frame.write((WIDTH, HEIGHT), pieces(updates)) == ""


def test_one_changed_digit_sends_only_its_position_and_itself() -> None:
    frame = Frame()
    frame.write((WIDTH, HEIGHT), pieces([text(2, "next 09:53")]))
    assert frame.write((WIDTH, HEIGHT), pieces([text(2, "next 09:52")])) == "\x1b[3;10H2"


def test_a_line_that_moved_up_is_moved_by_the_terminal() -> None:
    frame = Frame()
    frame.write((WIDTH, HEIGHT), pieces([text(y, f"row number {y}") for y in range(HEIGHT)]))
    sent = frame.write((WIDTH, HEIGHT), pieces([text(y, f"row number {y + 1}") for y in range(HEIGHT)]))
    assert sent == f"\x1b[1;8r\x1b[8H\n\x1b[r\x1b[8H{'row number 8':<24}"


def test_after_a_resize_and_when_told_to_forget_everything_is_drawn_again() -> None:
    frame, updates = Frame(), [text(0, "said")]
    whole = frame.write((WIDTH, HEIGHT), pieces(updates))
    assert frame.write((WIDTH, HEIGHT + 1), pieces(updates)) == whole
    frame.forget()
    assert frame.write((WIDTH, HEIGHT + 1), pieces(updates)) == whole


def test_the_stage_is_off_with_another_textual(tmp_path: Path) -> None:
    assert textual.__version__ == KNOWN
    assert is_known()
    (tmp_path / "textual-8.2.9.dist-info").mkdir()
    assert not is_installed_as(KNOWN, tmp_path)


FAMILY, FLAG, HEART = "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f1e9\U0001f1ea", "\u2764\ufe0f"


def drawn(*lines: str) -> list[str]:
    """What a terminal that draws each part of an emoji apart shows after these lines, one over the other."""
    frame, terminal = Frame(), Terminal()
    for line in lines:
        terminal.feed(frame.write((WIDTH, HEIGHT), [CellRun(0, 0, glyphs_in([Segment(line)], COLOURS))]))
    return [terminal.screen.buffer[0][x].data for x in range(WIDTH)]


def test_what_follows_an_emoji_stays_in_its_columns_however_the_terminal_draws_it() -> None:
    for emoji in (FAMILY, FLAG, HEART):
        row = drawn(f"Box {emoji} x 9.88 end of line")
        assert "".join(row[6:]) == " x 9.88 end of lin"
        row = drawn("Box __ x 9.88 end of line", f"Box {emoji} x 9.88 end of line", f"Fox {emoji} x 9.88 end of line")
        assert "".join(row[6:]) == " x 9.88 end of lin"
        assert "_" not in row
    assert "".join(drawn(f"{FLAG}{FLAG} 9.88")[4:]) == " 9.88".ljust(WIDTH - 4)


def test_an_emoji_that_could_reach_into_the_next_line_is_a_sign() -> None:
    assert "".join(drawn(f"12345678901234567890{FAMILY}")[20:22]) == "??"
