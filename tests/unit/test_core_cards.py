"""Of a card number only the last four digits are kept, and ids are never masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.core.cards import check_brand, check_tail, masked

NUMBER = "4111111111111111"


@pytest.mark.parametrize(
    "brand",
    [
        "VISA",
        "V PAY",
        "Mastercard",
        "MASTERCARD (DEBIT)",
        "Carte Bancaire",
        "銀聯",
        "Visa Électron",
        "Visa E\u0301lectron",
        "ரூபே",
        "Cabal 2424",
    ],
)
def test_a_brand_is_a_word(brand: str) -> None:
    assert check_brand(brand) is None


@pytest.mark.parametrize(
    "brand",
    [
        NUMBER, "VISA " + NUMBER, "VISA 4111 1111 1111 1111", "VISA4-1-1-1-1", "41.11.11", "4a1b1c1d1", "٤١١١١",
        "VISA ４１１１１", "①①①①①", "", " ", "-", "1234", "VISA\n", "VISA\x1b[2J", "VISA\u200b", "VISA <4>",
    ],
)  # fmt: skip
def test_what_might_be_a_card_number_is_no_brand_and_is_not_repeated(brand: str) -> None:
    told = check_brand(brand)
    assert told in ("contains a number: a brand is a word such as VISA", "must be a word such as VISA")
    assert told.startswith("must") == (sum(char.isnumeric() for char in brand) <= 4)


@pytest.mark.parametrize("tail", ["411", "41111", NUMBER, "٤١١١", "１２３４", "12 4", "1234\n", "", "12a4"])
def test_a_tail_is_exactly_four_digits(tail: str) -> None:
    assert check_tail(tail) == "only the last four digits of a card are taken"
    assert check_tail("0000") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"card {NUMBER} is not known", "card ************1111 is not known"),
        ("4111 1111-1111 1111", "**** ****-**** 1111"),
        ("4111 1111 1111 1111 12/29", "**** **** **** 1111 12/29"),
        ("7 4111 1111 1111 1111 202", "7 **** **** **** 1111 202"),
        (f'{{"pan":"{NUMBER}","n":378282246310005}}', '{"pan":"************1111","n":***********0005}'),
        ("2221000000000009", "************0009"),
        ("４１１１１１１１１１１１１１１１", "************１１１１"),
        (f";{NUMBER}=29121015", ";************1111=29121015"),
    ],
)
def test_of_a_card_number_in_a_text_only_the_last_four_stay(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        f'{{"reconciliationId":"{NUMBER}"}}', f'{{"reconciliationId" : "{NUMBER}"}}',
        "44111111-1111-4111-8111-411111111111", "550e8400-e29b-41d4-a716-446655440000",
        f"RECON{NUMBER}", f"trip-{NUMBER}", f"{NUMBER}-trip", "4111111111111112", "1764032831000", "4006381333931",
        "4222222222222", "0000000000000000",
        "9" * 64, "UnknownShoppingTrip", "25.99",
    ],
)  # fmt: skip
def test_ids_and_other_numbers_stay_whole(text: str) -> None:
    assert masked(text) == text


@given(st.uuids().map(str), st.text("0123456789abcdefXYZ", max_size=64))
def test_no_id_is_ever_harmed(uuid: str, found: str) -> None:
    text = f'{{"reconciliationId":"{found}","refundRequestId":"{uuid}"}}'
    assert masked(text) == text


@given(st.text("0123456789 -x", max_size=80))
def test_masking_keeps_the_length_and_every_last_four(text: str) -> None:
    assert len(masked(text)) == len(text)
    assert masked(masked(text)) == masked(text)


def test_masking_a_long_answer_costs_no_more_than_its_length() -> None:
    assert len(masked("4 " * 30_000)) == 60_000
    assert len(masked("4" * 60_000)) == 60_000
