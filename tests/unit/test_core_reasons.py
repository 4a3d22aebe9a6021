"""The reason codes, in the order of the contract."""

from __future__ import annotations

from refund_tui.core.reasons import ReasonCode


def test_each_digit_picks_the_code_of_its_place() -> None:
    codes = ["DAMAGED_ITEM", "EXPIRED_ITEM", "UNWANTED_ITEM", "JWO_TECH_ERROR", "OTHER"]
    assert [str(ReasonCode.by_digit(digit)) for digit in range(1, 6)] == codes
    assert [code.digit for code in ReasonCode] == [1, 2, 3, 4, 5]


def test_other_digits_pick_nothing() -> None:
    assert ReasonCode.by_digit(0) is None
    assert ReasonCode.by_digit(6) is None
    assert ReasonCode.by_digit(-1) is None


def test_each_reason_has_words_of_its_own() -> None:
    assert [code.words for code in ReasonCode] == [
        "damaged or spoiled",
        "past its date",
        "brought back, not wanted",
        "billed wrongly by the store",
        "something else",
    ]


def test_a_reason_is_typed_as_its_digit_or_its_name() -> None:
    assert ReasonCode.parse("4") is ReasonCode.parse("jwo_tech_error") is ReasonCode.JWO_TECH_ERROR
    assert [ReasonCode.parse(text) for text in ("", "0", "6", "11", "²", "१", "9" * 5000, "words")] == [None] * 8
