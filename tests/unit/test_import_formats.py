"""All formats of a retailer's export give the same trips, and a bad record does not affect the others."""

from __future__ import annotations

import csv
import io
import json
import time
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.core.money import DIGITS, Money
from refund_tui.core.trips import Article, Card, Trip
from refund_tui.errors import UsageError
from refund_tui.store.imports import LeftOut, TripReader
from tests.support.records import record_of, trip

A, B = trip("trip-a"), trip("trip-b", receipt="R-1002", captured=None, articles=())


def read(content: str | bytes) -> list[Trip | LeftOut]:
    """Everything that is read from a file with this content."""
    return list(TripReader(io.BytesIO(content.encode() if isinstance(content, str) else content)))


def taken(content: str | bytes) -> list[str]:
    """The ids of the imported trips."""
    return [each.trip_id for each in read(content) if isinstance(each, Trip)]


def reasons(content: str | bytes) -> list[str]:
    """What was left out: place and reason."""
    return [f"{each.where}: {each.reason}" for each in read(content) if isinstance(each, LeftOut)]


def as_csv(trips: list[Trip], delimiter: str = ",") -> str:
    names = "storeId shoppingTripId startTime endTime captured.amount captured.code card.brand card.tail receipt items"
    out = io.StringIO()
    writer = csv.DictWriter(out, names.split(), delimiter=delimiter)
    writer.writeheader()
    for each in trips:
        flat = {
            (f"{name}.{inner}" if inner else name): cell
            for name, value in record_of(each).items()
            for inner, cell in (value.items() if isinstance(value, dict) else [("", value)])
            if value is not None
        }
        writer.writerow({**flat, "items": json.dumps(flat["items"])})
    return out.getvalue()


RECORDS = [record_of(A), record_of(B)]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(RECORDS),
        json.dumps(RECORDS, indent=2),
        "\n".join(map(json.dumps, RECORDS)),
        "\r\n".join(map(json.dumps, RECORDS)) + "\r\n",
        "\n\n".join(json.dumps(each, indent=4) for each in RECORDS),
        "[\n" + ",\n".join(map(json.dumps, RECORDS)) + "\n]\n",
        "\ufeff" + json.dumps(RECORDS),
        as_csv([A, B]),
        "\ufeff" + as_csv([A, B]),
        as_csv([A, B], ";"),
        as_csv([A, B], "\t"),
        as_csv([A, B]).replace("\r\n", "\n"),
    ],
    ids=["array", "pretty", "lines", "crlf", "objects", "rows", "bom", "csv", "csv-bom", "csv-;", "csv-tab", "csv-lf"],
)
def test_every_format_tells_the_same_trips(content: str) -> None:
    assert read(content) == [A, B]


def test_one_object_alone_is_a_file_of_one_trip() -> None:
    assert read(json.dumps(record_of(A), indent=2)) == [A]


PURCHASE = {
    "requestId": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    "idempotentShoppingTripId": "trip-p",
    "storeId": "STORE-001",
    "shoppingTrip": {
        "startTime": "2024-03-22T17:00:00Z",
        "endTime": "2024-03-22T17:09:39Z",
        "authEvents": [{"id": "x", "scanResult": {"id": "secret", "type": "SHOPPER"}}],
    },
    "cartItems": [{"id": "SKU-001", "type": "SKU", "quantity": {"value": "1.0", "unit": "unit"}, "lineItemId": "l-1"}],
}


def test_a_create_purchases_body_tells_the_cart_and_nothing_that_it_does_not_know() -> None:
    reader = TripReader(io.BytesIO(json.dumps([record_of(A), PURCHASE]).encode()))
    began = datetime(2024, 3, 22, 17, 0, tzinfo=UTC)
    cart = (Article("SKU-001", None, Decimal("1.0"), "unit", None, "l-1"),)
    assert list(reader) == [
        A,
        Trip("STORE-001", "trip-p", began, began + timedelta(minutes=9, seconds=39), articles=cart),
    ]
    assert not reader.dropped


def with_amount(amount: str, currency: str = "EUR") -> str:
    return f'{{"storeId":"S","shoppingTripId":"t","captured":{{"amount":{amount},"code":"{currency}"}}}}'


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("50", "EUR", 5000),
        ("0.1", "EUR", 10),
        ('"1.500000"', "EUR", 150),
        ("500", "JPY", 500),
        ('"1.234"', "KWD", 1234),
    ],
)
def test_amounts_are_exact(amount: str, currency: str, minor: int) -> None:
    [told] = read(with_amount(amount, currency))
    assert isinstance(told, Trip)
    assert told.captured == Money(minor, currency)


@pytest.mark.parametrize(
    "amount",
    [
        *(
            "NaN",
            "Infinity",
            '"NaN"',
            "1e3",
            '"1e3"',
            '"1_000"',
            '"٥"',
            '"５"',
            '"12,50"',
            '" 5"',
            '"+5"',
            "-1",
            "true",
        ),
        *("[]", "5.123", '"1."', '".5"', "9" * 400, '"' + "9" * 13 + '"'),
    ],
)
def test_what_is_not_plainly_an_amount_is_refused(amount: str) -> None:
    [told] = reasons(with_amount(amount))
    assert told.startswith("line 1: captured.amount: ")
    assert len(told) < 150


def test_a_fraction_of_a_yen_is_refused() -> None:
    assert reasons(with_amount("0.5", "JPY")) == ["line 1: captured.amount: 0.5 has more decimals than JPY (0)"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("tail", tail) for tail in ("4111111111111111", "41111", "411", "٤١١١", 4111111111111111)),
        *(("brand", brand) for brand in ("VISA 4111 1111 1111 1111", "4.1.1.1.1", "٤١١١١١", "٤١١١-١١١١")),
    ],
)
def test_more_of_a_card_than_brand_and_last_four_is_refused_and_not_repeated(field: str, value: object) -> None:
    record = json.dumps({"storeId": "S", "shoppingTripId": "t", "card": {field: value}})
    [told] = reasons(record)
    assert f"card.{field}" in told
    assert "411" not in told


def test_fields_that_are_not_ours_are_dropped_and_named() -> None:
    record = {**record_of(B), "pan": "4111111111111111", "card": {"tail": "1234", "expiry": "11/29"}}
    reader = TripReader(io.BytesIO(json.dumps([record, record]).encode()))
    assert all(isinstance(each, Trip) and each.card == Card(None, "1234") for each in reader)
    assert dict(reader.dropped) == {"pan": 2, "card.expiry": 2}


@pytest.mark.parametrize("unknown", [None, "", {}])
def test_an_empty_field_is_an_unknown_one(unknown: object) -> None:
    names = ("startTime", "endTime", "captured", "card", "receipt", "items")
    record = {"storeId": "S", "shoppingTripId": "t", **dict.fromkeys(names, unknown)}
    assert read(json.dumps(record)) == [Trip("S", "t")]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"storeId": None}, "storeId: is missing"),
        ({"storeId": 7}, "storeId: must be text, in quotes"),
        ({"shoppingTripId": "trip 1"}, "shoppingTripId: a space or control character"),
        ({"shoppingTripId": "x\n"}, "shoppingTripId: a space or control character"),
        ({"startTime": "2026-11-23"}, "startTime: must be a time with its zone"),
        ({"startTime": "0001-01-01T00:00:00+23:59"}, "startTime: must be a time with its zone"),
        ({"startTime": "2026-11-24T00:00:00Z"}, "endTime: is before startTime"),
        ({"captured": {"amount": "5.00", "code": "EURO"}}, "captured.code: a currency is three capital letters"),
        ({"captured": {"amount": "5.00", "code": "XXX"}}, "captured.code: XXX is not a currency"),
        ({"captured": "5.00"}, "captured: must be an object"),
        ({"items": {"id": "x"}}, "items: must be a list"),
        ({"items": [{"id": "x", "unitPrice": "a lot"}]}, "items.0.unitPrice: must be digits"),
        ({"items": [{"name": "x"}]}, "items.0.id: is missing"),
        ({"receipt": "x" * 300}, "receipt: 300 characters: at most 255"),
        ({"receipt": "\ud800"}, "receipt: contains characters that are not text"),
        ({"receipt": "a\0b"}, "receipt: contains characters that are not text"),
    ],
)  # fmt: skip
def test_a_reason_names_the_field_in_one_line(changes: dict[str, object], told: str) -> None:
    lines = json.dumps({**record_of(A), **changes}) + "\n" + json.dumps(record_of(B))
    [reason] = reasons(lines)
    assert reason.startswith("line 1: " + told)
    assert "\n" not in reason
    assert taken(lines) == ["trip-b"]


GOOD = json.dumps(record_of(A))


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ("nonsense", "not JSON"),
        ('{"storeId": "S", bad}', "not JSON"),
        ('{"storeId": "S", "shoppingTripId": "cut', "not JSON"),
        ('{"items": [{"id": "cut"}', "not JSON"),
        ('{"storeId": "S", "storeId": "T"}', "storeId is given twice"),
        ('{"captured": {"amount": "5.00", "amount": "500.00", "code": "EUR"}}', "amount is given twice"),
        ('{"a": 1, "a": ' + "9" * 5_000 + "}", "a is given twice"),
        ('{"items": [' + '{"id": "x"},' * 88_000 + '{"id": "x"}]}', "is longer than 1024 kB"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"receipt": "' + "x" * 3_000_000 + '"}', "is longer than 1024 kB"),
        ("x" * 3_000_000, "is longer than 1024 kB"),
        ('{"receipt": "\0"}', "not JSON: Invalid control character"),
        ('{"receipt": "M\xfcsli"}'.encode("latin-1"), "is not UTF-8"),
        ("7", "is not a record"),
        ('"text"', "is not a record"),
    ],
    ids=range(16),
)
def test_a_bad_line_is_left_out_and_the_others_are_imported(bad: str | bytes, told: str) -> None:
    content = b"\n".join([GOOD.encode(), bad if isinstance(bad, bytes) else bad.encode(), GOOD.encode()])
    assert taken(content) == ["trip-a", "trip-a"]
    [reason] = reasons(content)
    assert reason.startswith(f"line 2: {told}")


@pytest.mark.parametrize("bad", ['{"storeId" "S"}', '{"storeId": "S', "garbage", '{"a": [{"b": 1}'])
def test_a_damaged_element_of_an_array_is_left_out_if_each_element_has_its_own_line(bad: str) -> None:
    content = f"[\n  {GOOD},\n  {bad},\n  {GOOD}\n]"
    assert taken(content) == ["trip-a", "trip-a"]
    [reason] = reasons(content)
    assert reason.startswith("element 2 (line 3): not JSON")
    assert reason.endswith("reading continued at line 4")


def test_what_is_cut_off_is_said() -> None:
    assert reasons(f"[{GOOD},")[-1].startswith("line 1: the array ends without its closing ]")
    assert reasons(f'[{GOOD},{{"storeId"')[-1].endswith("no further record was found after it")
    assert reasons(f"[{GOOD}]{GOOD}") == ["line 1: there is more text after the array: it was not read"]


def test_bad_rows_of_a_csv_are_left_out_and_the_others_are_imported() -> None:
    rows = [
        "storeId,shoppingTripId,receipt,card.tail,loyalty",
        "S,a,R-1,1234,7",
        "S,b",
        'S,c,"open,1234,',
        "S,d,nul\0,1234,",
        "S,e," + "x" * 2_000_000 + ",1234,",
        "S,f,R-6,41111,",
        "",
        'S,g,"two\nlines",1234,',
    ]
    content = "\n".join(rows)
    assert taken(content) == ["a", "g"]
    assert reasons(content) == [
        "line 3: has 2 cells where the heading has 5",
        "line 4: a quoted cell does not end",
        "line 5: contains a NUL byte",
        "line 6: is longer than 1024 kB",
        "line 7: card.tail: only the last four digits of a card are taken",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "it is empty"),
        (b" \n ", "it is empty"),
        (b"\xff\xfe[\0]\0", "it is UTF-16"),
        (b"hello", "neither JSON nor a CSV"),
        (b"PK\x03\x04zip", "neither JSON nor a CSV"),
        (b"storeId,amount\nS,5\n", "neither JSON nor a CSV"),
        (b"storeId,shoppingTripId,captured.amount,captured.amount\n", "captured.amount is there twice"),
        (b"storeId;shoppingTripId;storeId;receipt\n", "storeId is there twice"),
        (b"\x00" * 5_000_000, "neither JSON nor a CSV"),
    ],
)
def test_a_file_that_is_none_of_the_formats_is_refused_as_a_whole(content: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read(content)


def test_columns_without_a_name_may_be_many() -> None:
    assert taken("storeId,shoppingTripId,,\nS,a,,\nS,b,x,y\n") == ["a", "b"]


def names(last: str) -> str:
    return '{"storeId":"S","shoppingTripId":"a",' + "".join(f'"{n}":1,' for n in range(60_000)) + f'"{last}":1}}\n'


@pytest.mark.parametrize(
    "content",
    [names("last"), names("59999"), '{"a" 1}\n' * 100_000],
    ids=["names", "a name twice", "damaged"],
)
def test_no_file_costs_more_than_its_length(content: str) -> None:
    began = time.process_time()
    assert read(content)
    assert time.process_time() - began < 8


class _Made(io.RawIOBase):
    """A file made as it is read: `start`, then `count` times `piece`."""

    def __init__(self, start: bytes, piece: bytes, count: int) -> None:
        self._pieces = iter([start, *[piece] * count])
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._rest or next(self._pieces, b"")
        size = min(len(piece), len(buffer))
        buffer[:size], self._rest = piece[:size], piece[size:]
        return size


def _line(receipt: str) -> str:
    return json.dumps({"storeId": "S", "shoppingTripId": "t", "receipt": receipt}) + ",\n"


@pytest.mark.parametrize("start", [" ", "[", "storeId,shoppingTripId,receipt\n"])
def test_memory_does_not_grow_with_the_file(start: str) -> None:
    receipt = "x" * 250
    line = f"S,trip,{receipt}\n" if start.endswith("\n") else _line(receipt)
    piece = (line * (60_000 // len(line))).encode()
    tracemalloc.start()
    try:
        stream = io.BufferedReader(_Made(start.encode(), piece, 60))
        count = sum(1 for _ in TripReader(stream))
        assert count >= 60 * (60_000 // len(line))
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
ids = st.text("abcXYZ019_-", min_size=1, max_size=40)
moneys = st.builds(Money, st.integers(0, 10**9), st.sampled_from(sorted(DIGITS)))
instants = st.integers(0, 4_000_000_000_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)
quantities = st.decimals(0, 10_000, places=3)
articles = st.builds(
    Article, texts, st.none() | texts, st.none() | quantities, st.none() | texts, st.none() | moneys, st.none() | texts
)
cards = st.builds(Card, st.sampled_from([None, "VISA", "Mastercard"]), st.sampled_from([None, "0000", "1234"]))
trips = st.builds(
    Trip, ids, ids, began=st.none() | instants, captured=st.none() | moneys, card=cards, receipt=st.none() | texts,
    articles=st.lists(articles, max_size=3).map(tuple),
)  # fmt: skip


@given(st.lists(trips, min_size=1, max_size=4))
def test_what_was_written_as_records_is_read_the_same(told: list[Trip]) -> None:
    records = [record_of(each) for each in told]
    for content in (json.dumps(records), "\n".join(map(json.dumps, records)), json.dumps(records, indent=1)):
        assert read(content) == told


@given(st.binary(max_size=300))
def test_any_bytes_as_input_end_with_a_message_not_with_a_traceback(content: bytes) -> None:
    for start in (b"", b"[", b"{", b'{"storeId":', b"storeId,shoppingTripId\n"):
        with suppress(UsageError):
            assert all(isinstance(each, Trip) or "\n" not in each.reason for each in read(start + content))
