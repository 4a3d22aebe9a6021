"""The rules for single fields of a request are those of the service."""

from __future__ import annotations

import re

import pytest

from refund_tui.core.fields import check_key, check_note, check_store_id, check_trip_id, new_key


@pytest.mark.parametrize("good", ["a", "STORE-001", "a_b-C9", "11111111-2222-3333-4444-555555555555", "x" * 255])
def test_an_id_of_the_service_is_taken(good: str) -> None:
    assert check_store_id(good) is None
    assert check_trip_id(good) is None


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("", "type the {}"),
        ("x" * 256, "256 characters: a {} has at most 255"),
        ("a.b", "'.' cannot be in a {}: only A-Z a-z 0-9 _ -"),
        ("é", "'é' cannot be in a {}: only A-Z a-z 0-9 _ -"),
        ("a٣", "'٣' cannot be in a {}: only A-Z a-z 0-9 _ -"),
        ("a\n", "a space or control character (U+000A) cannot be in a {}: only A-Z a-z 0-9 _ -"),
        ("a b", "a space or control character (U+0020) cannot be in a {}: only A-Z a-z 0-9 _ -"),
    ],
)
def test_what_is_wrong_with_an_id_is_said(bad: str, message: str) -> None:
    assert check_store_id(bad) == message.format("store id")
    assert check_trip_id(bad) == message.format("trip id")


def test_a_note_has_a_length_and_is_text() -> None:
    assert check_note("") is None
    assert check_note("ü" * 200) is None
    assert check_note("x" * 201) == "201 characters: a note has at most 200"
    assert check_note("caf\udce9") == "the note holds bytes that are not valid text: type it again"
    assert check_note("\ud800") == check_note("\udfff") == check_note("caf\udce9")
    assert check_note("\ud7ff\ue000") is None


KEY = "550e8400-e29b-41d4-a716-446655440000"


@pytest.mark.parametrize("good", [KEY, KEY.replace("-41d4", "-01d4"), KEY.replace("-a716", "-0716")])
def test_a_key_as_the_contract_has_it(good: str) -> None:
    assert check_key(good) is None


@pytest.mark.parametrize(
    "bad", ["", KEY.upper(), KEY + "\n", KEY.replace("-41d4", "-71d4"), KEY.replace("-a716", "-c716"), KEY[:-1]]
)
def test_any_other_key_is_refused(bad: str) -> None:
    assert check_key(bad) == "not a lower-case UUID of version 0 to 5"


def test_new_keys_fit_the_contract_and_differ() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert {check_key(key) for key in keys} == {None}
    assert all(re.fullmatch(r".{14}4.{21}", key) for key in keys)
