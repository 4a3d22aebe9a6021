"""Reading the ledger: every field is read back, and every filter finds exactly the right refunds, page by page."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refund_tui.core.filters import Filter, Order, Part, Query, TripWord
from refund_tui.core.lifecycle import Decision
from refund_tui.core.money import DIGITS, Money
from refund_tui.core.outcomes import Accepted, Answer, RateLimited
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Attempt, Event, Holder, Intent, Life, Refund, State
from refund_tui.core.times import Instant, Wait
from refund_tui.core.trips import Card, folded_trip
from refund_tui.desk.ports import HistoryPort
from refund_tui.host.actor import this_actor
from tests.ledger.implementations import IMPLEMENTATIONS, Implementation, Kept
from tests.support.ledgers import (
    ANOTHER,
    ENDPOINT,
    NOW,
    STORE,
    answered,
    later,
    new_refund,
    sending,
    sound,
)

MANY = 10_000
NOTES = ("", "broken jar", "Broken lid", "50% off_shelf", "back\\slash", "ünbezahlt", "a\tb")


def written(number: int, dice: random.Random) -> Refund:
    """Refund `number` of many, one minute after the previous one."""
    at = NOW.at + timedelta(minutes=number)
    intent = Intent(
        STORE, f"trip_{number % 977}-{number}", Money(dice.randint(1, 9_999), "EUR"), dice.choice(list(ReasonCode)),
        dice.choice(NOTES),
    )  # fmt: skip
    state = dice.choice(list(State))
    life = Life(state, reconciliation_id=f"REC{number}" if state is State.ACCEPTED else None)
    key = f"{number:08x}-0000-4000-8000-000000000000"
    clerk, endpoint = dice.choice(("ana", "ben", "eva%")), dice.choice((ENDPOINT, ENDPOINT, ANOTHER))
    return Refund(key, endpoint, intent, clerk, b"{}", at, at, life)


@pytest.fixture(scope="module", params=list(IMPLEMENTATIONS))
def books(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[HistoryPort, list[Refund]]]:
    """A history of many refunds, and the same refunds, newest first."""
    kept, dice = Kept(str(request.param), tmp_path_factory.mktemp("many")), random.Random(7)
    refunds = [written(number, dice) for number in range(MANY)]
    with kept.ledger():
        kept.around.insert(refunds)
    with kept.history() as history:
        yield history, refunds[::-1]


def holds(word: str) -> Callable[[Refund], bool]:
    """Whether a word finds a refund: a prefix of an id, or a part of the note."""

    def found(refund: Refund) -> bool:
        ids = (refund.intent.trip_id, refund.key, refund.life.reconciliation_id or "")
        spelled = (word, word.upper(), word.lower())
        begins = any(text.startswith(spelled) for text in ids) or ids[0].lower().startswith(word.lower())
        return begins or word.lower() in refund.intent.note.lower()

    return found


CARD = TripWord("2142", Part.CARD)
EVENING = NOW.at + timedelta(hours=50)
FILTERS: list[tuple[Filter, Callable[[Refund], bool]]] = [
    (Filter(), lambda _: True),
    (Filter(text="trip_12-"), holds("trip_12-")),
    (Filter(text="00000a"), holds("00000a")),
    (Filter(text="REC99"), holds("REC99")),
    (Filter(text="trip_"), holds("trip_")),  # so common that the rows are read in order
    (Filter(text="TRIP_ jar"), lambda r: r.intent.note == "broken jar"),
    (Filter(text="0", states=frozenset({State.UNKNOWN})), lambda r: r.state is State.UNKNOWN),
    (Filter(text="R", clerk="ana"), lambda r: r.clerk == "ana" and holds("R")(r)),
    (Filter(text="000003e7-0000-4000-8000-000000000000"), lambda r: r.key.startswith("000003e7")),
    (Filter(clerk="ana", since=NOW.at, until=EVENING), lambda r: r.clerk == "ana" and r.created_at < EVENING),
    (Filter(clerk="ben", least=777, most=777), lambda r: r.clerk == "ben" and r.intent.amount.minor == 777),
    (Filter(text="broken"), holds("broken")),
    (Filter(text="  lid   BROKEN "), lambda r: r.intent.note == "Broken lid"),
    (Filter(text="50%"), holds("50%")),
    (Filter(text="%"), holds("%")),
    (Filter(text="_"), holds("_")),
    (Filter(text="f_s"), holds("f_s")),
    (Filter(text="\\"), holds("\\")),
    (Filter(text="' OR 1 --"), lambda _: False),
    (Filter(text="bezahlt"), holds("bezahlt")),
    (Filter(text="\udcff"), lambda _: False),
    (Filter(states=frozenset({State.UNKNOWN, State.BLOCKED})), lambda r: r.state in (State.UNKNOWN, State.BLOCKED)),
    (Filter(clerk="ana"), lambda r: r.clerk == "ana"),
    (Filter(clerk="ANA"), lambda r: r.clerk == "ana"),
    (Filter(clerk="eva"), lambda _: False),
    (Filter(text="rec99"), holds("REC99")),
    (Filter(text="12.50"), lambda r: r.intent.amount.minor == 1250),
    (Filter(text="12,5EUR"), lambda r: r.intent.amount.minor == 1250),
    (Filter(text="12.50USD"), lambda _: False),
    (
        Filter(text="no", trips={TripWord("no"): (folded_trip(STORE, "trip_1-1"),)}),
        lambda r: r.intent.trip_id == "trip_1-1",
    ),
    (
        Filter(of_trip=(CARD,), trips={CARD: (folded_trip(STORE, "TRIP_1-1"), folded_trip(STORE, "none"))}),
        lambda r: r.intent.trip_id == "trip_1-1",
    ),
    (Filter(of_trip=(CARD,)), lambda _: False),
    (Filter(reason=ReasonCode.OTHER), lambda r: r.intent.reason is ReasonCode.OTHER),
    (Filter(since=EVENING), lambda r: r.created_at >= EVENING),
    (Filter(until=EVENING), lambda r: r.created_at < EVENING),
    (Filter(least=5_000, most=5_100), lambda r: 5_000 <= r.intent.amount.minor <= 5_100),
    (Filter(least=10**30), lambda _: False),
    (Filter(endpoint=ENDPOINT), lambda r: r.endpoint == ENDPOINT),
    (
        Filter("jar", frozenset({State.ACCEPTED}), "ben", ReasonCode.DAMAGED_ITEM, NOW.at, EVENING, 1, 5_000, ENDPOINT),
        lambda r: (
            (r.intent.note, r.state, r.clerk, r.intent.reason, r.endpoint)
            == ("broken jar", State.ACCEPTED, "ben", ReasonCode.DAMAGED_ITEM, ENDPOINT)
            and NOW.at <= r.created_at < EVENING
            and r.intent.amount.minor <= 5_000
        ),
    ),
]


@pytest.mark.parametrize(("wanted", "fits"), FILTERS)
def test_a_filter_finds_exactly_what_it_says_newest_first(
    books: tuple[HistoryPort, list[Refund]], wanted: Filter, fits: Callable[[Refund], bool]
) -> None:
    history, everything = books
    expected = [refund for refund in everything if fits(refund)]
    assert history.count(wanted) == len(expected)
    assert history.rows(wanted, 0, MANY) == expected
    middle = len(expected) // 2
    assert history.rows(wanted, middle, 7) == expected[middle : middle + 7]
    backwards = expected[::-1]
    assert history.rows(wanted, middle, 7, Order.OLDEST) == backwards[middle : middle + 7]
    largest = sorted(expected, key=lambda refund: refund.intent.amount.minor, reverse=True)
    assert history.rows(wanted, middle, 7, Order.LARGEST) == largest[middle : middle + 7]
    assert history.rows(wanted, len(expected), 7) == []


def test_a_refund_is_found_by_the_card_and_the_receipt_that_were_recorded_with_it(kept: Kept) -> None:
    with kept.ledger() as ledger, kept.history() as history:
        refund = new_refund()
        told = replace(refund.intent, card=Card("VISA", "2142"), receipt="R-1001")
        refund = ledger.record(replace(refund, intent=told), NOW, second_yes=False)
        ledger.record(new_refund(trip="other"), NOW, second_yes=False)
        for line in ("2142", "21", "r-1001", "card:2142", "card:2", "receipt:R-1", "2142 R-1001"):
            wanted = Query(UTC, NOW.at.date(), "EUR").read(line)
            assert (line, history.rows(wanted, 0, 9), history.count(wanted)) == (line, [refund], 1)
        for line in ("card:VISA", "card:2143", "receipt:2142", "article:milk", "card:r-1"):
            assert history.count(Query(UTC, NOW.at.date(), "EUR").read(line)) == 0


def test_sums_are_of_one_currency_each_and_of_few_refunds(kept: Kept) -> None:
    with kept.ledger() as ledger, kept.history() as history:
        for number, currency in enumerate(("EUR", "EUR", "JPY")):
            refund = new_refund(500, f"trip-{number}")
            intent = replace(refund.intent, amount=Money(500, currency))
            ledger.record(replace(refund, intent=intent), NOW, second_yes=False)
        sums = {"EUR": Money(1000, "EUR"), "JPY": Money(500, "JPY")}
        assert history.sums(Filter(), 3) == history.sums(Filter(clerk="ana"), 3) == sums
        assert history.sums(Filter(), 2) == {}
        assert history.sums(Filter(clerk="ben"), 2) == {}
        assert history.clerks() == ("ana",)


def test_a_filtered_count_stops_at_its_cap(books: tuple[HistoryPort, list[Refund]]) -> None:
    history, _ = books
    assert history.count(Filter(endpoint=ENDPOINT), cap=100) == 100


@pytest.mark.parametrize(("wanted", "fits"), [FILTERS[0], FILTERS[3], FILTERS[14], FILTERS[-1]])
def test_pages_by_key_are_the_list_cut_in_pieces(
    books: tuple[HistoryPort, list[Refund]], wanted: Filter, fits: Callable[[Refund], bool]
) -> None:
    history, everything = books
    found: list[Refund] = []
    below: int | None = None
    while rows := history.page(wanted, below, 333):
        found.extend(sound(refund for _, refund in rows))
        below = rows[-1][0]
    assert found == [refund for refund in everything if fits(refund)]


def test_what_is_recorded_meanwhile_does_not_come_into_an_export(kept: Kept) -> None:
    with kept.ledger() as ledger:
        for number in range(5):
            ledger.record(new_refund(trip=f"trip-{number}"), NOW, second_yes=False)
        with kept.history() as history:
            first = history.page(Filter(), None, 2)
            ledger.record(new_refund(trip="trip-late"), NOW, second_yes=False)
            rest = history.page(Filter(), first[-1][0], 10)
            assert [r.intent.trip_id for r in sound(r for _, r in first + rest)] == [
                f"trip-{number}" for number in (4, 3, 2, 1, 0)
            ]


def test_the_summary_tells_what_is_open_in_one_account_and_its_shortest_waits(kept: Kept) -> None:
    with kept.ledger() as ledger, kept.history() as history:
        before = history.changes_seen()
        flights = [
            sending(ledger, ledger.record(new_refund(trip=f"trip-{number}"), NOW, second_yes=False))
            for number in range(2)
        ]
        ledger.record(new_refund(trip="queued"), NOW, second_yes=False)
        ledger.record(new_refund(trip="elsewhere", endpoint=ANOTHER), NOW, second_yes=False)
        answered(ledger, ledger.record(new_refund(trip="paid"), NOW, second_yes=False), Accepted(Answer(200), "REC1"))
        answered(
            ledger, ledger.record(new_refund(trip="limited"), NOW, second_yes=False), RateLimited(Answer(429), 60.0)
        )
        assert history.changes_seen() != before
        summary = history.summary(ENDPOINT)
        assert (summary[State.QUEUED], summary[State.SENDING], summary[State.WAITING]) == (1, len(flights), 1)
        assert (summary[State.BLOCKED], summary[State.UNKNOWN], summary.alarms) == (0, 0, 0)
        assert summary.gate == Wait(NOW, 60.0)
        assert summary.waits == (Wait(NOW, 60.0),)
        assert history.summary(ANOTHER)[State.QUEUED] == 1
        assert history.summary("a third").gate is None


# Every field comes back

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
instants = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - Hypothesis adds it
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
seconds = st.floats(0, 1e6)
marks = st.builds(Instant, instants, texts, st.floats(0, 1e12))
counts = st.integers(0, 2**31)
lives = st.builds(
    Life,
    st.sampled_from(State),
    st.booleans(),
    st.none() | st.builds(Wait, marks, seconds),
    st.none() | marks,
    counts,
    counts,
    st.booleans(),
    st.none() | texts,
    st.booleans(),
    texts,
).map(lambda life: replace(life, first_sent=life.first_sent if life.maybe_executed or life.state.terminal else None))
ids = st.from_regex(r"[0-9a-zA-Z_-]{1,20}", fullmatch=True)


@st.composite
def refunds(draw: st.DrawFn) -> Refund:
    """Any refund that could have been recorded."""
    currency = draw(st.sampled_from(sorted(DIGITS)))
    minor = st.integers(1, 10**12).map(lambda found: Money(found, currency))
    intent = Intent(
        draw(ids), draw(ids), draw(minor), draw(st.sampled_from(ReasonCode)), draw(texts),
        draw(st.none() | minor), draw(st.none() | instants),
    )  # fmt: skip
    key, body = str(draw(st.uuids(version=4))), draw(st.binary(min_size=1, max_size=50))
    return Refund(key, draw(texts), intent, draw(texts), body, draw(instants), draw(instants), draw(lives))


@pytest.fixture(scope="module", params=list(IMPLEMENTATIONS))
def keeper(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Implementation, HistoryPort]]:
    """A ledger to write refunds into, and its history."""
    kept = Kept(str(request.param), tmp_path_factory.mktemp("fields"))
    with kept.ledger(), kept.history() as history:
        yield kept.around, history


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(refund=refunds())
def test_every_field_of_a_refund_comes_back(keeper: tuple[Implementation, HistoryPort], refund: Refund) -> None:
    around, history = keeper
    if history.get(refund.key) is None:
        around.name(refund.endpoint)
        around.insert([refund])
        assert history.get(refund.key) == refund
        [(_, newest)] = history.page(Filter(), None, 1)
        assert newest == refund


holders = st.builds(Holder, texts, texts, counts, texts)
answers = st.builds(Answer, st.none() | st.integers(100, 999), texts, texts)


@pytest.mark.parametrize("kind", IMPLEMENTATIONS)
@settings(max_examples=100, deadline=None)
@given(holder=holders, started=marks, answer=answers)
def test_every_field_of_an_attempt_comes_back(
    kind: str, tmp_path_factory: pytest.TempPathFactory, holder: Holder, started: Instant, answer: Answer
) -> None:
    kept = Kept(kind, tmp_path_factory.mktemp("attempt"))
    with kept.ledger() as ledger, kept.history() as history:
        refund = ledger.record(new_refund(), NOW, second_yes=False)
        begun = ledger.begin(refund, holder, started)
        expected = Attempt(refund.key, 1, started, holder, actor=this_actor())
        assert history.attempts(refund.key) == (begun,) == (expected,)
        current = ledger.get(refund.key)
        assert begun is not None
        assert current is not None
        decision = Decision(replace(current.life, state=State.ACCEPTED), "accepted", "")
        ledger.finish(current, begun, Accepted(answer, "REC1"), decision, "ana", NOW)
        told = (NOW.at, "accepted", answer.status, answer.detail, answer.raw)
        assert history.attempts(refund.key) == (Attempt(refund.key, 1, started, holder, *told, this_actor()),)


@pytest.mark.parametrize("kind", IMPLEMENTATIONS)
@given(data=st.dictionaries(texts, texts, max_size=3), who=texts, why=texts)
@settings(max_examples=100, deadline=None)
def test_every_field_of_an_event_comes_back(
    kind: str, tmp_path_factory: pytest.TempPathFactory, data: dict[str, str], who: str, why: str
) -> None:
    kept = Kept(kind, tmp_path_factory.mktemp("event"))
    with kept.ledger() as ledger, kept.history() as history:
        refund = ledger.record(new_refund(), NOW, second_yes=False)
        decision = Decision(replace(refund.life, state=State.CANCELLED, why=why), "cancelled", why)
        assert ledger.change(refund, decision, who, later(1), data) is not None
        assert history.events(refund.key)[-1] == Event(
            2, refund.key, later(1).at, who, "cancelled", State.QUEUED, State.CANCELLED, why, data, this_actor()
        )


def test_an_amount_is_found_in_its_own_currency_alone(kept: Kept) -> None:
    with kept.ledger() as ledger:
        euros = ledger.record(new_refund(860, "euros"), NOW, second_yes=False)
        yen = new_refund(860, "yen")
        intent = replace(yen.intent, amount=Money(860, "JPY"))
        yen = ledger.record(replace(yen, intent=intent), NOW, second_yes=False)
    with kept.history() as history:
        for line, found in (("amount:5-20", euros), ("amount:8.60", euros), ("amount:860JPY", yen)):
            wanted = Query(UTC, NOW.at.date(), "EUR").read(line)
            assert history.rows(wanted, 0, 9) == [found]
            assert history.count(wanted) == 1
