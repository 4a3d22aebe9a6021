"""Text from outside: no control character, no hidden character, and a limited length."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refund_tui.core.emoji import is_picture_in_parts
from refund_tui.core.text import LONGEST, MOST_MARKS, clusters, uncut, visible

ACUTE = "\u0301"
EMOJI = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f468\U0001f3fd",
    "\u2764\ufe0f", "\U0001f44d\U0001f3fd", "\U0001f1e9\U0001f1ea", "1\ufe0f\u20e3",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)  # fmt: skip
"""A family, a couple with skin tones, a heart, a thumb, a flag, a keycap, the flag of England."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Müsli 2 × 250 g", "Müsli 2 × 250 g"),
        ("寿司 שלום مرحبا", "寿司 שלום مرحبا"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("a\nb\tc\rd", "a␊b␉c␍d"),
        ("\x00\x1f\x7f", "␀␟␡"),
        ("\x1b]52;c;eA\x07", "␛]52;c;eA␇"),
        ("\x80\x9b31m\x9f", "‹0080›‹009B›31m‹009F›"),
        ("a\u202eb\u2066c\u200fd\u061ce", "a‹202E›b‹2066›c‹200F›d‹061C›e"),
        ("a\u200bb\u2060c\ufeffd", "a‹200B›b‹2060›c‹FEFF›d"),
        ("soft\u00adhyphen", "soft‹00AD›hyphen"),
        ("line\u2028para\u2029end", "line‹2028›para‹2029›end"),
        *((emoji, emoji) for emoji in EMOJI),
        ("a\u200db \U0001f468\u200d \u200d\U0001f468", "a‹200D›b \U0001f468‹200D› ‹200D›\U0001f468"),
        ("\U0001f468\u200d\u200d\U0001f469", "\U0001f468‹200D›‹200D›\U0001f469"),
        ("\u200d".join("\U0001f468" * 5), "\u200d".join("\U0001f468" * 4) + "‹200D›\U0001f468"),
        ("x\ufe0f1\ufe0f", "x‹FE0F›1‹FE0F›"),
        ("\U0001f3f4\U000e0078\U000e007f", "\U0001f3f4‹E0078›‹E007F›"),
        ("a\ufe00b\U000e0100c\U000e01efd", "a‹FE00›b‹E0100›c‹E01EF›d"),
        ("x\U000e0041y", "x‹E0041›y"),
        ("\u115f\u1160\u3164\uffa0\u2800", "‹115F›‹1160›‹3164›‹FFA0›‹2800›"),
        ("a\u034f\u17b4\u17b5\u180b\u180fb", "a‹034F›‹17B4›‹17B5›‹180B›‹180F›b"),
        ("\ud800 \ue000 \uffff \U000e0fff", "‹D800› ‹E000› ‹FFFF› ‹E0FFF›"),
        ("a\u00a0b\u3000c\u2003d", "a b c d"),
    ],
)
def test_hidden_and_control_characters_become_visible_marks(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_at_most_two_combining_marks_are_kept_on_a_character_and_the_rest_is_shown_as_one_sign() -> None:
    assert visible("e" + ACUTE) == "e" + ACUTE
    assert visible("e" + ACUTE * 2 + "f") == "e" + ACUTE * 2 + "f"
    assert visible("e" + ACUTE * 9 + "f" + ACUTE) == "e" + ACUTE * 2 + "¨f" + ACUTE
    assert visible("寿" + ACUTE * 3) == "寿" + ACUTE * 2 + "¨"
    assert visible("\u200b" + ACUTE * 3) == "‹200B›" + ACUTE * 2 + "¨"
    assert visible("e" + "\u20dd" * 3) == "e" + "\u20dd" * 2 + "¨"


def test_a_combining_mark_without_a_base_does_not_change_the_character_before_the_text() -> None:
    assert visible(ACUTE * 3 + "5") == "¨5"


def test_hangul_that_a_terminal_draws_into_one_cell_is_capped_too() -> None:
    assert visible("\u1112\u1161\u11ab") == "\u1112\u1161\u11ab"
    assert visible("\u1112" + "\u1161" * 5) == "\u1112" + "\u1161" * 2 + "¨"
    assert visible("\u1112" + "\ud7b0" * 2 + "\ud7fb") == "\u1112" + "\ud7b0" * 2 + "¨"
    assert visible("\u1112\u11ff\u11ff\u11ff\u1200\uac00") == "\u1112\u11ff\u11ff¨\u1200\uac00"


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("0123456789", 10, "0123456789"),
        ("0123456789", 9, "01234567…"),
        ("0123456789", 1, "…"),
        ("\u202e\u202e", 12, "‹202E›‹202E›"),
        ("\u202e\u202e", 11, "‹202E›…"),
        ("\u202e\u202e", 7, "‹202E›…"),
        ("\u202e\u202e", 6, "…"),
        ("e" + ACUTE * 8, 3, "e" + ACUTE + "…"),
        ("e" + ACUTE * 8, 4, "e" + ACUTE * 2 + "¨"),
        ("e" + ACUTE * 20, 4, "e" + ACUTE * 2 + "…"),
        ("e" + ACUTE * 14, 5, "e" + ACUTE * 2 + "¨"),
        ("e" + ACUTE * 15, 5, "e" + ACUTE * 2 + "¨…"),
        ("x" * 500, 500, "x" * 500),
    ],
)
def test_a_long_text_is_cut_between_whole_signs(text: str, limit: int, shown: str) -> None:
    assert visible(text, limit) == shown


def test_five_hundred_characters_are_shown_unless_said_otherwise() -> None:
    assert visible("x" * 501) == "x" * 499 + "…"


@given(text=st.text(st.characters(codec=None)), limit=st.integers(1, 60))
def test_no_hidden_control_or_overlong_text_is_shown(text: str, limit: int) -> None:
    shown = visible(text, limit)
    assert len(shown) <= limit
    assert "".join(clusters(shown)) == shown
    shown = "".join("x" if is_picture_in_parts(part) else part for part in clusters(shown))
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    shown.encode()
    run = 0
    for char in "\u0301\u0301" + shown:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        assert run <= MOST_MARKS


@example(text=f"\u2764\ufe0f{ACUTE}", limit=3)
@given(text=st.text(st.sampled_from([*"".join(EMOJI), ACUTE, "a", "\u202e"])), limit=st.integers(1, 30))
def test_a_sequence_is_shown_whole_or_not_at_all(text: str, limit: int) -> None:
    shown = visible(text, limit)
    assert len(shown) <= limit
    assert visible(shown, limit) == shown
    for part in clusters(shown):
        assert is_picture_in_parts(part) or not set("\u200d\ufe0f\U000e0067\U000e007f") & set(part)


@given(text=st.text(st.characters(codec=None)))
def test_what_was_shown_once_is_shown_alike_again(text: str) -> None:
    once = visible(text)
    assert visible(once) == once


def test_an_id_of_any_length_is_shown_whole() -> None:
    assert uncut("R" * (3 * LONGEST)) == "R" * (3 * LONGEST)
    assert uncut("R\x1b") == visible("R\x1b")
