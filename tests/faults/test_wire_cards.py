"""What is kept, and what is never kept, when the service is asked whose card paid for a trip."""

from __future__ import annotations

import json

import pytest

from refund_tui.core.trips import Card
from refund_tui.payments.client import CardAnswer, CardFound, CardNotFound, CardNotLearnt
from tests.support.raw import YES, Script, answer, raw_server, talking_to


async def asked(script: Script | bytes) -> CardAnswer:
    async with raw_server(script) as server, talking_to(server.url) as client:
        return await client.transactional_data("S-1", "T-1")


CARD = (
    '{"brand":"VISA","tail":"1234","currency":"EUR","posEntryMode":"EMV_9F39_07","terminalId":"T9",'
    '"cryptogramInformationData":"SECRETCRYPTOGRAM","expirationDate":{"expirationYear":"2031"}}'
)


async def test_of_a_card_only_brand_tail_and_currency_are_kept() -> None:
    found = await asked(answer("200", CARD))
    assert found == CardFound(Card("VISA", "1234"), "EUR")


@pytest.mark.parametrize(
    "brand",
    [
        "4111111111111111",
        "VISA 4111 1111 1111 1111",
        "4-1-1-1-1-1",
        "٤١١١١١١١",
        "x" * 40 + "4111111111111111",
        "★",
        "7",
    ],
)
async def test_a_number_that_comes_as_the_brand_is_not_kept(brand: str) -> None:
    body = json.dumps({"brand": brand, "tail": "1111", "currency": "EUR"})
    assert await asked(answer("200", body)) == CardFound(Card(None, "1111"), "EUR")


async def test_of_a_card_number_in_an_error_only_the_last_four_stay() -> None:
    answered = await asked(answer("500", '{"errorMsg":"no terminal for 4111 1111 1111 1111"}'))
    assert isinstance(answered, CardNotLearnt)
    assert "**** **** **** 1111" in answered.answer.detail


@pytest.mark.parametrize(
    "body",
    ["{}", '{"brand":7,"tail":"4111111111111234","currency":"euro"}', '{"brand":"\\u001b[2J","tail":"12a4"}'],
)
async def test_odd_fields_of_a_card_are_not_known(body: str) -> None:
    assert await asked(answer("200", body)) == CardFound(Card())


async def test_a_trip_that_the_service_does_not_know_has_no_card() -> None:
    assert await asked(answer("400", '{"errorMsg":"UnknownShoppingTrip"}')) == CardNotFound()


@pytest.mark.parametrize(
    "script",
    [answer("200", CARD)[:-9], answer("200", "[" + CARD + "]"), answer("503", CARD), answer("403", CARD), YES[:20]],
)
async def test_a_failed_question_keeps_nothing_of_the_card_and_speaks_of_no_refund(script: bytes) -> None:
    answered = await asked(script)
    assert isinstance(answered, CardNotLearnt)
    assert answered.answer.detail
    assert "SECRETCRYPTOGRAM" not in repr(answered)
    assert "executed" not in answered.answer.detail
