"""Owns the entry of one refund: the trip's facts, its articles and the form. It keeps marks and amount in agreement.

It never records a refund and never asks the question.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantBlur, DescendantFocus
from textual.message import Message

from refund_tui.core.money import Money
from refund_tui.core.refunds import Draft
from refund_tui.core.rules import TripBalance, check_trip
from refund_tui.core.trips import Trip
from refund_tui.desk.desk import Desk
from refund_tui.tui.widgets.articles import ArticleList
from refund_tui.tui.widgets.plain_text import Plain, literal
from refund_tui.tui.widgets.refund_form import RefundForm
from refund_tui.tui.widgets.refund_panel import possible_for
from refund_tui.tui.widgets.row_list import RowList
from refund_tui.tui.wording import notices
from refund_tui.tui.wording.questions import trip_notice
from refund_tui.tui.wording.trip_facts import trip_facts, trip_summary


class RefundEntry(Vertical):
    """The trip's facts, its articles, and the form.

    If the amount is not that of the marked articles, the marks are removed.
    """

    @dataclass
    class Changed(Message):
        """The typed text or the marks changed."""

    @dataclass
    class Moved(Message):
        """The cursor is on another article, so other keys are possible."""

    @dataclass
    class Said(Message):
        """A sentence to be announced."""

        words: str

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="filling")
        self._desk = desk
        self.store_id, self.trip_id = "", ""
        """The trip id in the spelling to use; empty before the first trip."""
        self.trip: Trip | None = None
        self.balance = TripBalance(None)
        self._asked_today = 0
        self.form, self.articles = RefundForm(self.above), ArticleList()
        self._stop_line = Plain("", id="refund-stop")
        self._summary, self._facts = Plain("", id="trip-summary"), Plain("", id="facts")
        self._title = Plain("", id="articles-title", classes="columns")

    def compose(self) -> ComposeResult:
        """The trip in short, its articles and the form. If there is room, all facts of the trip beside them."""
        yield self._stop_line
        with Horizontal(classes="panes"):
            with Vertical(classes="left"):
                yield self._summary
                yield self._title
                yield self.articles
                yield self.form
            with Vertical(classes="right"):
                yield self._facts

    @property
    def stopped(self) -> str | None:
        """Why no refund is possible on this trip; None if one is possible."""
        closes = self._desk.window_closes(self.trip, self.balance)
        return self._desk.refusal or check_trip(self.balance, closes, self._desk.now().at)

    def can(self, action: str) -> bool:
        """Whether a command is possible with the present content."""
        left = self.balance.left
        match action:
            case "submit":
                return self.stopped is None
            case "all_left":
                return self.stopped is None and left is not None and left.minor > 0
            case "card":
                return not self._desk.refusal and (self.trip is None or self.trip.card.tail is None)
            case "articles":
                return self.articles.display and not self.articles.has_focus and self.stopped is None
            case "mark":
                return self.articles.has_focus
            case "change(-1)" | "change(1)":
                return self.articles.has_focus and self.articles.counted
            case "stop":
                return not self.draft.empty
            case "earlier":
                return bool(self.balance.refunds)
            case "ask_again" | "settle":
                unknown = self.balance.unknown
                return unknown is not None and possible_for(self._desk, unknown, action, None)
            case _:
                return False

    def above(self, amount: Money) -> str | None:
        """Why a refund of `amount` would need another person's approval, by what was read last; None if not."""
        return self._desk.settings.limits.exceeded(amount, self._asked_today)

    def begin(
        self, store_id: str, trip_id: str, trip: Trip | None, balance: TripBalance, draft: Draft | None, asked: int
    ) -> None:
        """Begin a new refund of this trip, empty or with the draft. `asked`: see `Desk.asked_today`."""
        self._asked_today = asked
        self.store_id, self.trip_id, self.trip, self.balance = store_id, trip_id, trip, balance
        self.start(draft)
        self._show_facts()

    def start(self, draft: Draft | None) -> None:
        """Fill in the draft, or empty the form."""
        articles = self.trip.articles if self.trip else ()
        self.articles.show_articles(articles, self.balance.given_back, draft.marks if draft else "")
        self._title.display = bool(articles)
        self.form.begin(self.balance, self._desk.settings.currency, draft)
        if self.articles.agree_with(self.form.amount):
            self._add_up()  # the amount is that of the marked articles
        self.call_after_refresh(self._show_title)

    def renew(self, trip: Trip | None, balance: TripBalance, asked: int) -> None:
        """Show what has changed meanwhile. If that removes a mark, the amount changes too, with an announcement."""
        self.trip, self.balance, self._asked_today = trip, balance, asked
        self._show_facts()
        self.form.renew(balance)
        marks = self.articles.marks
        self.articles.renew(trip.articles if trip else (), balance.given_back)
        self._title.display = self.articles.display
        if self.articles.marks != marks:
            self._add_up()
            self._changed()
            self.post_message(self.Said(notices.MARK_TAKEN_OFF))

    def _show_facts(self) -> None:
        """Show the facts of the trip, in short and in full, and why no refund is possible on it."""
        told, stops = trip_notice(self._desk, self.stopped, self.balance)
        self._stop_line.display = bool(told)
        self._stop_line.set_class(stops, "-stops")
        self._stop_line.show(told)
        self._summary.show(literal(*trip_summary(self._desk, self.store_id, self.trip, self.balance)))
        self._facts.show(literal(*trip_facts(self._desk, self.store_id, self.trip, self.balance)))

    @property
    def draft(self) -> Draft:
        """The typed text, unchecked, and the marked articles."""
        return self.form.draft(self.store_id, self.trip_id, self.articles.marks)

    def fill(self, amount: Money) -> None:
        """Fill in an amount. Announce it if it replaces a typed amount. Remove marks that have another price."""
        self.articles.agree_with(amount.digits)
        if typed := self.form.fill_amount(amount):
            self.post_message(self.Said(notices.amount_changed(typed, amount)))

    def _add_up(self) -> None:
        """Fill in the price of the marked articles."""
        if (total := self.articles.marked_total) is not None:
            self.fill(total)
            return
        self.form.withdraw_amount()
        if self.articles.marked:
            self.post_message(self.Said(notices.PRICE_NOT_KNOWN))

    def _changed(self) -> None:
        self._show_title()
        self.post_message(self.Changed())

    def on_resize(self) -> None:
        """Lay out the heading of the articles again when they have their new width."""
        self.call_after_refresh(self._show_title)

    def _show_title(self) -> None:
        """Show the number of marked articles, and of the rows above and below."""
        self._title.show(literal(*self.articles.title))

    @on(RefundForm.Typed)
    def _typed(self, message: RefundForm.Typed) -> None:
        message.stop()
        if self.form.amount_is_typed:
            self.articles.agree_with(self.form.amount)
        self._changed()

    @on(ArticleList.Marked)
    def _marked(self) -> None:
        self._add_up()
        self._changed()

    @on(ArticleList.ReasonPressed)
    def _reason_pressed(self, message: ArticleList.ReasonPressed) -> None:
        self.form.pick_reason(message.digit)

    @on(ArticleList.AllGivenBack)
    def _all_given_back(self, message: ArticleList.AllGivenBack) -> None:
        self.post_message(self.Said(notices.given_back(message.article)))

    @on(RowList.Highlighted, "#articles")
    def _at_article(self) -> None:
        self._show_title()
        self.post_message(self.Moved())

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _show_focus(self) -> None:
        """Show in the heading of the articles whether they have the focus."""
        self._show_title()
