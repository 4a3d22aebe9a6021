"""The wait that the service asks for, in every valid form, and invalid forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_tui.payments.retry_after import LONGEST, parse_http_date, retry_after

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
IN_A_MINUTE = "Mon, 02 Mar 2026 12:01:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], None),
        ([""], None),
        (["0"], 0),
        (["600"], 600),
        (["  007 "], 7),
        (["3", "120", "60"], 120),
        (["3, 120"], 120),
        (["3", "soon"], 3),
        (["-5"], None),
        (["+5"], None),
        (["2.5"], 3),
        (["2.0"], 2),
        (["0.001"], 1),
        (["1.5.2"], None),
        ([".5"], None),
        (["1e3"], None),
        (["1_000"], None),
        (["120s"], 120),
        (["8 seconds"], 8),
        (["8.5 Sec"], 9),
        (["8 minutes"], None),
        (["8, 9.5s"], 10),
        (["١٢٠"], None),
        (["１２０"], None),
        (["120\u00a0"], None),
        (["9" * 9], 999_999_999),
        (["9" * 5_000], LONGEST),
        (["0" * 5_000], 0),
        ([IN_A_MINUTE], 60),
        (["Monday, 02-Mar-26 12:01:00 GMT"], 60),
        (["Mon Mar  2 12:01:00 2026"], 60),
        (["Mon, 02 Mar 2026 11:00:00 GMT"], 0),
        ([IN_A_MINUTE, "90"], 90),
        (["Mon, 02 Mar 2026 12:01:00 CET"], None),
        (["Mon, 30 Feb 2026 12:01:00 GMT"], None),
        (["Mon, 02 März 2026 12:01:00 GMT"], None),
        (["Fri, 31 Dec 9999 23:59:59 GMT"], LONGEST),
    ],
)
def test_headers(headers: list[str], seconds: float | None) -> None:
    assert retry_after(headers, None, NOW) == seconds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120), (120, 120), (120.5, 121), ("8.5", 9), ("8s", 8), ("8 seconds", 8),
        (1e300, LONGEST), (0, 0), (IN_A_MINUTE, 60), (10**400, LONGEST),
        ("", None), ("soon", None), (-1, None), (True, None), (float("nan"), None), (float("inf"), None),
        ([120], None), ({"seconds": 120}, None), (None, None),
    ],
)  # fmt: skip
def test_the_body(said: object, seconds: float | None) -> None:
    assert retry_after([], said, NOW) == seconds


def test_header_and_body_may_contradict_and_the_longer_counts() -> None:
    assert retry_after(["5"], "120", NOW) == 120
    assert retry_after(["120"], 5, NOW) == 120
    assert retry_after(["nonsense"], "5", NOW) == 5


@given(st.lists(st.text()), st.text() | st.integers() | st.floats() | st.none())
def test_nothing_that_can_be_sent_raises_or_asks_for_a_negative_wait(headers: list[str], said: object) -> None:
    assert (wait := retry_after(headers, said, NOW)) is None or 0 <= wait <= LONGEST


def test_two_digits_of_a_year_mean_the_century_that_rfc_9110_says() -> None:
    assert parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", NOW) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert parse_http_date("Friday, 06-Nov-76 08:49:37 GMT", NOW) == datetime(2076, 11, 6, 8, 49, 37, tzinfo=UTC)
    assert parse_http_date("Saturday, 06-Nov-77 08:49:37 GMT", NOW) == datetime(1977, 11, 6, 8, 49, 37, tzinfo=UTC)


def test_a_leap_second_is_read() -> None:
    assert parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", NOW) == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@given(st.datetimes(datetime(1970, 1, 1), datetime(2075, 12, 31)))  # noqa: DTZ001 hypothesis wants them naive
def test_every_form_names_the_same_instant(naive: datetime) -> None:
    instant = naive.replace(microsecond=0, tzinfo=UTC)
    for form in ("%a, %d %b %Y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"):
        assert parse_http_date(instant.strftime(form), NOW) == instant
    if instant > NOW - timedelta(days=40 * 365):
        assert parse_http_date(instant.strftime("%A, %d-%b-%y %H:%M:%S GMT"), NOW) == instant
