"""Owns the words for the facts of a trip: card, charge, what is left, window, refunds. Never guesses a fact."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from refund_tui.core.articles import RefundedArticle, all_of, quantities_left, worth
from refund_tui.core.damage import DAMAGED
from refund_tui.core.money import Money
from refund_tui.core.rules import TripBalance
from refund_tui.core.text import visible
from refund_tui.core.times import SKEW, last_day, span
from refund_tui.core.trips import Article, Trip
from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.columns import Cell, fit
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.states import SIGNS, STYLES, TONES, ago, card_words, moment

MOST, MOST_IN_SUMMARY = 6, 2
"""The most refunds of a trip that are listed."""

SOON = 24 * 3600
"""Seconds before the end of the refund window from which it is shown as a warning."""

NAME = 10
"""Columns for the name of a fact."""

WIDEST = 48
"""Columns for an article and its price. With more columns the two are hard to read together."""

LEAST_LINES = 4
"""The fewest lines for the articles: a heading, two articles, and the number of the others."""


UNKNOWN_HERE = "This trip is not known here: only the service knows it."
"""The first line about such a trip; it fits on a terminal of 60."""

NO_TIME = "time not known"

TITLE = 78
"""Columns of a trip's title: it fits on a terminal of 80."""


def trip_title(desk: Desk, trip_id: str, trip: Trip | None, saved_at: datetime | None) -> list[Part]:
    """The title of a trip. `saved_at` is when its draft was last saved (UTC), None if it has no draft."""
    title = f"Trip {visible(trip_id, 50)}"
    draft = f" · {draft_words(desk, saved_at)}" if saved_at else ""
    room = max(8, min(20, TITLE - len(title) - len(draft) - 3))
    receipt = f" · {visible(trip.receipt, room)}" if trip and trip.receipt else ""
    return [(title, "bold"), (receipt + draft, STYLES["dim"])]


def draft_words(desk: Desk, saved_at: datetime) -> str:
    """`Draft of 14:02`, with the day if it is not today."""
    zone = desk.settings.zone
    local, today = saved_at.astimezone(zone), desk.now().at.astimezone(zone).date()
    return f"Draft of {local:%H:%M}" if local.date() == today else f"Draft of {local:%d %b %H:%M}"


def trip_facts(desk: Desk, store_id: str, trip: Trip | None, balance: TripBalance) -> list[Part]:
    """A trip as lines of name and value, and the refunds on it."""
    parts: list[Part] = []
    for name, value in (("Store", visible(store_id, 40)), *_known(desk, trip, balance)):
        parts += [(f"{name:{NAME}}", STYLES["dim"]), value, "\n"]
    if trip is None and balance.captured is None:
        parts += ["\nThis trip is not known here:\nhow much was charged, and when,\nonly the service knows.\n"]
    return [*parts, "\n", *_refunds(desk, balance)]


def trip_articles(trip: Trip, balance: TripBalance, width: int, lines: int) -> list[Part]:
    """The articles of a trip with what was given back, in a limited number of lines; empty if there is no room."""
    if not trip.articles or lines < LEAST_LINES:
        return []
    shown = len(trip.articles) if len(trip.articles) < lines else lines - 2
    left = quantities_left(trip.articles, balance.given_back)
    told = [_article(article, of, width) for article, of in zip(trip.articles[:shown], left, strict=False)]
    more = len(trip.articles) - shown
    return [("Articles", STYLES["dim"]), *told, *([f"\n… and {more} more"] if more else [])]


def _article(article: Article, left: Decimal, width: int) -> Part:
    quantity, price = all_of(article), worth(article)
    of = RefundedArticle(article.id, article.name, quantity, article.unit).words
    told = price.digits if price else "?"
    if not left:
        told = "back"
    elif left < quantity:
        told = f"{left.normalize():f} left"
    line = f"{fit(visible(of), min(width, WIDEST) - len(told) - 1)} {told}"
    return f"\n{line}", STYLES["" if left else "dim"]


def trip_in_two_lines(desk: Desk, trip: Trip, balance: TripBalance) -> list[Part]:
    """A known trip in two lines, if there is no room for all its facts."""
    left, refunded = balance.left, len([r for r in balance.refunds if r.state.counts])
    imported = f" · the trips file says {balance.known}" if balance.disagreement else ""
    told: Part = (f"{left} left", "bold") if left else "what is left is not known"
    of = f" of {balance.captured}" if balance.captured else ""
    many = f"{refunded} refund{'s' if refunded > 1 else ''}" if refunded else "no refund yet"
    closing = _window(desk, trip, balance)
    return [visible(trip.trip_id, 76 - len(imported)), imported, "\n", told, f"{of} · {many} · window ", closing]


def trip_summary(desk: Desk, store_id: str, trip: Trip | None, balance: TripBalance) -> list[Part]:
    """The facts of a trip in two lines, and its newest refunds. The articles and the form get the rest of the room."""
    left = balance.left
    told: Part = (f"{left} left", "bold") if left else ("what is left is not known", "bold")
    facts = _card_and_times(desk, trip, balance)
    of = f" of {balance.captured_words}" if balance.captured else ""
    facts += ["\n", told, f"{of} · store {visible(store_id, 20)}"]
    if not balance.refunds and not balance.damaged:
        return [*facts, " · no refund yet"]
    return [*facts, *_refunds(desk, balance, MOST_IN_SUMMARY)[1:]]


def _card_and_times(desk: Desk, trip: Trip | None, balance: TripBalance) -> list[Part]:
    """The first line about a trip. Without its record, the ledger may still know the end of its window."""
    if trip is None and desk.window_closes(trip, balance) is None:
        return [UNKNOWN_HERE]
    card, when = (card_words(trip.card), _when(desk, trip, NO_TIME)) if trip else ("", NO_TIME)
    return [f"{card or 'card not known'} · {when} · window ", _window(desk, trip, balance)]


def left_and_back(balance: TripBalance) -> tuple[Cell, Cell]:
    """What is left of a trip, and the sum of its refunds with the sign of the most important one.


    Such as `7.39` and `◐ 5.00 back`, or `7.39` and `? unknown`.
    """
    left: Cell = (balance.left.digits, "strong" if balance.left.minor else "dim") if balance.left else "?"
    counted = [refund for refund in balance.refunds if refund.state.counts]
    if balance.damaged:
        return left, (f"! {DAMAGED.lower()}", "bad")
    if not counted:
        return left, ""
    first = min(counted, key=lambda refund: (not refund.state.needs_person, not refund.state.goes_on))
    back = f"{Money(balance.refunded, first.intent.amount.currency).digits} back"
    told = first.state.lower() if first.state.needs_person else back
    return left, (f"{SIGNS[first.state]} {told}", TONES[first.state])


def _known(desk: Desk, trip: Trip | None, balance: TripBalance) -> list[tuple[str, Part]]:
    left = balance.left
    told: list[tuple[str, Part]] = []
    if trip is not None:
        told += [("Card", card_words(trip.card) or "not known"), ("Receipt", visible(trip.receipt or "not known", 40))]
        told += [("When", _when(desk, trip, "not known"))]
    told.append(("Charged", balance.captured_words))
    if balance.disagreement:
        told.append(("Imported", str(balance.known)))
    told.append(("Left", (str(left), "bold") if left else "not known here"))
    told.append(("Window", _window(desk, trip, balance)))
    return told


def _window(desk: Desk, trip: Trip | None, balance: TripBalance) -> Part:
    """How long the refund window stays open, in words; with a warning near its end.

    It is read at its most generous (contract page: the window), so in its last hours the service may say no already.
    """
    closes, now, zone = desk.window_closes(trip, balance), desk.now().at, desk.settings.zone
    if closes is None:
        return "not known here"
    left = (closes - now).total_seconds()
    if left <= 0:
        return f"CLOSED {moment(closes, zone, now)}", STYLES["bad"]
    dated, days = trip.dated if trip else None, desk.settings.refund_window_days
    told = f"closes in {span(left)}"
    if dated and (now - dated).total_seconds() >= days * 86_400:
        told = "last day, may already be closed"
    elif dated and now.astimezone(zone).date() == last_day(dated, days, zone):
        told = f"last day, {told}"
    return told, STYLES["warn"] if left < SOON else ""


def _when(desk: Desk, trip: Trip, unknown: str) -> str:
    """The time of a trip, with a remark if it is in the future: the trip's record or this host's clock is wrong."""
    if trip.dated is None:
        return unknown
    now = desk.now().at
    told = f"{moment(trip.dated, desk.settings.zone, now)}, {ago(trip.dated, now)}"
    return f"{told}: IN THE FUTURE" if (trip.dated - now).total_seconds() > SKEW else told


def _refunds(desk: Desk, balance: TripBalance, most: int = MOST) -> list[Part]:
    if not balance.refunds and not balance.damaged:
        return [("No refund on this trip yet.", STYLES["dim"])]
    now = desk.now().at
    parts: list[Part] = [("Refunds on this trip", STYLES["dim"])]
    parts += [(f"\n{DAMAGED}: its amount is not known", STYLES["bad"]) for _ in balance.damaged]
    for refund in balance.refunds[:most]:
        told = f"{SIGNS[refund.state]} {refund.state}"
        parts += [f"\n{refund.intent.amount!s:>13} ", (told, STYLES[TONES[refund.state]])]
        parts += [(f" {ago(refund.created_at, now)}", STYLES["dim"])]
    more = len(balance.refunds) - most
    return [*parts, *([f"\n… and {more} more"] if more > 0 else [])]
