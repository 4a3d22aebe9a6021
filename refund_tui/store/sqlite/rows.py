"""Owns how refunds, attempts, events and waits become rows of the ledger, and how rows are read. Runs no SQL.

A row that cannot be read becomes a `Damaged`. The caller decides what follows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from decimal import Decimal

from refund_tui.core.actor import Actor, actor_of
from refund_tui.core.articles import RefundedArticle
from refund_tui.core.damage import Damaged
from refund_tui.core.fields import check_key, check_store_id, check_trip_id
from refund_tui.core.money import MOST_DIGITS, Money, check_currency
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Attempt, Ceiling, Draft, Event, Holder, Intent, Life, Refund, State
from refund_tui.core.times import Instant, Wait, stamp
from refund_tui.core.trips import Card
from refund_tui.store.sqlite.personal import new_salt
from refund_tui.store.sqlite.row_values import Cells, UnreadableRow

LIFE = (
    "state", "maybe_executed", "wait_at", "wait_boot", "wait_ticks", "wait_seconds", "not_before",
    "sent_at", "sent_boot", "sent_ticks", "tries", "doubts", "asked", "alarm", "reconciliation_id", "why",
)  # fmt: skip
"""The columns of a refund that change, in the order of `life_values`."""

INTENT = (
    "key", "endpoint", "store_id", "trip_id", "minor", "currency", "reason", "note", "captured", "window_closes",
    "clerk", "body", "created_at", "articles", "brand", "tail", "receipt", "updated_at", "salt",
)  # fmt: skip
"""The columns that are written once, in the order of `intent_values`."""

WAIT = ("wait_at", "wait_boot", "wait_ticks", "wait_seconds", "not_before")
"""The columns of a wait, in the order of `wait_values`."""

DRAFT = ("store_id", "trip_id", "amount", "currency", "reason", "note", "marks")
"""The columns of what a clerk typed, in the order of a draft's fields."""

DRAFT_ROW = ("clerk", *DRAFT, "saved_at")
"""The columns of a draft that are written."""

GATE = "SELECT * FROM gate WHERE endpoint = ?"
OF_TRIP = (
    "SELECT * FROM refund WHERE id IN (SELECT id FROM refund WHERE folded_trip = ?"
    " UNION SELECT id FROM refund WHERE +store_id = ? COLLATE NOCASE AND trip_id = ? COLLATE NOCASE) ORDER BY id DESC"
)
"""The refunds of a trip, by its folded id and by store and id.

Two indexes are used, so that a damaged one hides nothing.
"""

MOST = 10**MOST_DIGITS
"""The largest amount, in minor units."""

ROUNDED = 0.002
"""The most seconds by which a written time may differ from the computed one: times are written in milliseconds."""


def states_sql(states: AbstractSet[State]) -> str:
    """States for SQL's IN, in the order of `State`."""
    return "(" + ", ".join(f"'{state}'" for state in State if state in states) + ")"


def intent_values(refund: Refund) -> tuple[object, ...]:
    """The values of INTENT. The salt is a new one each time."""
    asked = refund.intent
    return (
        refund.key, refund.endpoint, asked.store_id, asked.trip_id, asked.amount.minor, asked.amount.currency,
        str(asked.reason), asked.note, asked.captured.minor if asked.captured else None,
        _stamp(asked.window_closes), refund.clerk, refund.body, stamp(refund.created_at), articles_text(asked.articles),
        asked.card.brand, asked.card.tail, asked.receipt, stamp(refund.updated_at), new_salt(),
    )  # fmt: skip


def life_values(life: Life) -> tuple[object, ...]:
    """The values of LIFE."""
    return (
        str(life.state), int(life.maybe_executed), *wait_values(life.wait), *_mark_values(life.first_sent),
        life.tries, life.doubts, int(life.asked), int(life.alarm), life.reconciliation_id, life.why,
    )  # fmt: skip


def wait_values(wait: Wait | None) -> tuple[object, ...]:
    """A wait as five values: its start by both clocks, its seconds, and the wall time of its end."""
    if wait is None:
        return (None,) * 5
    return (*_mark_values(wait.start), wait.seconds, stamp(wait.not_before))


def _mark_values(mark: Instant | None) -> tuple[object, ...]:
    return (None,) * 3 if mark is None else (stamp(mark.at), mark.boot, mark.ticks)


def refund_of(row: sqlite3.Row) -> Refund | Damaged:
    """The refund in a row, or a Damaged with what can be read of it."""
    try:
        return _refund(Cells(row))
    except UnreadableRow as error:
        return damaged("refund", row["id"], row, error)


def _refund(cells: Cells) -> Refund:
    currency = cells.text("currency", check_currency)
    captured = cells.whole_or_none("captured", 0, MOST)
    intent = Intent(
        cells.text("store_id", check_store_id), cells.text("trip_id", check_trip_id),
        Money(cells.whole("minor", 1, MOST), currency), cells.one_of("reason", ReasonCode), cells.text("note"),
        None if captured is None else Money(captured, currency), cells.instant_or_none("window_closes"),
        _articles(cells), Card(cells.text_or_none("brand"), cells.text_or_none("tail")), cells.text_or_none("receipt"),
    )  # fmt: skip
    return Refund(
        cells.text("key", check_key), cells.text("endpoint"), intent, cells.text("clerk"), cells.blob("body"),
        cells.instant("created_at"), cells.instant("updated_at"), _life(cells), cells.whole("version"),
        cells.instant_or_none("redacted_at"),
    )  # fmt: skip


def articles_text(articles: Iterable[RefundedArticle]) -> str:
    """The articles of a refund as JSON: one list of values for each."""
    return json.dumps([_told(article) for article in articles], ensure_ascii=False, separators=(",", ":"))


def _told(article: RefundedArticle) -> list[str | int | None]:
    worth = article.amount
    money = (worth.minor, worth.currency) if worth else (None, None)
    return [article.id, article.name, str(article.quantity), article.unit, *money, article.line_item_id]


def _articles(cells: Cells) -> tuple[RefundedArticle, ...]:
    text = cells.text("articles")
    if text == "[]":  # no article was marked
        return ()
    try:
        return tuple(_article(*values) for values in json.loads(text))
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise cells.refuse("articles") from error


def _article(
    id: str, name: str | None, quantity: str, unit: str | None, minor: int | None, currency: str | None,
    line_item_id: str | None,
) -> RefundedArticle:  # fmt: skip
    texts = (id, name or "", quantity, unit or "", currency or "", line_item_id or "")
    if not all(isinstance(text, str) for text in texts) or not isinstance(minor or 0, int):
        raise ValueError("not an article")
    exact, amount = Decimal(quantity), None if minor is None or currency is None else Money(minor, currency)
    if not exact.is_finite() or exact <= 0:
        raise ValueError("not a quantity")
    return RefundedArticle(id, name, exact, unit, amount, line_item_id)


def _life(cells: Cells) -> Life:
    life = Life(
        cells.one_of("state", State), cells.flag("maybe_executed"), _wait(cells), cells.mark_or_none("sent"),
        cells.whole("tries"), cells.whole("doubts"), cells.flag("asked"), cells.text_or_none("reconciliation_id"),
        cells.flag("alarm"), cells.text("why"),
    )  # fmt: skip
    if life.first_sent and not life.maybe_executed and not life.state.terminal:
        raise UnreadableRow("it was sent at sent_at, and maybe_executed says that it cannot have been executed")
    return life


def wait_of(row: sqlite3.Row) -> Wait | None:
    """The wait in a row; None if there is none, or if it cannot be read."""
    try:
        return _wait(Cells(row))
    except UnreadableRow:
        return None


def _wait(cells: Cells) -> Wait | None:
    """The wait, if its five columns agree; None if all of them are NULL."""
    if cells.all_empty(WAIT):
        return None
    wait = Wait(cells.mark("wait"), cells.seconds("wait_seconds"))
    try:
        off = (wait.not_before - cells.instant("not_before")).total_seconds()
    except OverflowError as error:
        raise cells.refuse("wait_seconds") from error
    if abs(off) > ROUNDED:
        raise UnreadableRow("wait_at, wait_seconds and not_before contradict each other")
    return wait


def attempt_of(row: sqlite3.Row) -> Attempt | Damaged:
    """The attempt in a row, or a Damaged with what can be read of it."""
    try:
        return _attempt(Cells(row))
    except UnreadableRow as error:
        return damaged("attempt", row["number"], row, error)


def _attempt(cells: Cells) -> Attempt:
    holder = Holder(
        cells.text("host"), cells.text("boot"), cells.whole("pid"), cells.text("started"), cells.text("namespace")
    )
    attempt = Attempt(
        cells.text("key", check_key), cells.whole("number", 1), cells.mark("started"), holder,
        cells.instant_or_none("ended_at"), cells.text_or_none("outcome"), cells.whole_or_none("http_status"),
        cells.text("detail"), cells.text("raw"), _actor(cells),
    )  # fmt: skip
    if (attempt.ended_at is None) != (attempt.outcome is None):
        raise UnreadableRow("ended_at and outcome contradict each other")
    return attempt


def ceiling_of(row: sqlite3.Row) -> Ceiling | Damaged:
    """The stated captured amount in a row, or a Damaged with what can be read of it."""
    cells = Cells(row)
    try:
        amount = Money(cells.whole("minor", 0, MOST), cells.text("currency", check_currency))
        ids = (cells.text("store_id", check_store_id), cells.text("trip_id", check_trip_id))
        return Ceiling(*ids, amount, cells.instant("at"), cells.text("who"), cells.text("why"))
    except UnreadableRow as error:
        return damaged("ceiling", row["id"], row, error)


def money_of(row: sqlite3.Row) -> Money | None:
    """The amount in a row, None if it cannot be read."""
    cells = Cells(row)
    try:
        return Money(cells.whole("minor", 0, MOST), cells.text("currency", check_currency))
    except UnreadableRow:
        return None


def event_of(row: sqlite3.Row) -> Event | Damaged:
    """The event in a row, or a Damaged with what can be read of it."""
    try:
        return _event(Cells(row))
    except UnreadableRow as error:
        return damaged("event", row["seq"], row, error)


def _event(cells: Cells) -> Event:
    return Event(
        cells.whole("seq"), cells.text_or_none("key"), cells.instant("at"), cells.text("who"), cells.text("kind"),
        _state(cells, "before"), _state(cells, "after"), cells.text("why"), _data(cells), _actor(cells),
    )  # fmt: skip


def asker_of(row: sqlite3.Row) -> Actor:
    """The process in a row; without facts if they cannot be read."""
    try:
        return _actor(Cells(row))
    except UnreadableRow:
        return Actor()


def _actor(cells: Cells) -> Actor:
    try:
        return actor_of(cells.text("actor"))
    except ValueError as error:
        raise cells.refuse("actor") from error


def _data(cells: Cells) -> dict[str, str]:
    try:
        data = json.loads(cells.text("data"))
    except (ValueError, RecursionError) as error:
        raise cells.refuse("data") from error
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise cells.refuse("data")
    return data


def draft_of(row: sqlite3.Row) -> Draft | None:
    """The draft in a row, None if it cannot be read. Its texts are not checked: a clerk may have typed anything."""
    cells = Cells(row)
    try:
        typed = {name: cells.text(name) for name in DRAFT}
        return Draft(**typed, saved_at=cells.instant("saved_at"))
    except UnreadableRow:
        return None


def damaged(table: str, name: object, row: sqlite3.Row, why: object) -> Damaged:
    """A Damaged with the row's values as text, without bytes."""
    columns = {column: str(row[column]) for column in row.keys() if isinstance(row[column], str | int | float)}  # noqa: SIM118
    return Damaged(table, str(name), str(why), columns)


def _state(cells: Cells, name: str) -> State | None:
    return None if cells.empty(name) else cells.one_of(name, State)


def _stamp(instant: datetime | None) -> str | None:
    return stamp(instant) if instant else None
