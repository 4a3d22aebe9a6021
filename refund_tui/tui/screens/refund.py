"""Owns the screen of one refund: the form, the question before it, then the refund's timeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantBlur, DescendantFocus
from textual.timer import Timer
from textual.widgets import ContentSwitcher

from refund_tui.core.money import Money
from refund_tui.core.refunds import Draft, Intent, Refund
from refund_tui.core.rules import NeedsSecondYes, Refused, TripBalance, check_trip, known_as
from refund_tui.core.text import visible
from refund_tui.core.trips import Article, Trip
from refund_tui.desk.desk import Desk
from refund_tui.errors import RefundTuiError
from refund_tui.tui.commands import REFUND, bindings, key_of
from refund_tui.tui.screens.refund_actions import RefundScreen
from refund_tui.tui.widgets.articles import ArticleList
from refund_tui.tui.widgets.confirm import ConfirmPanel, Question
from refund_tui.tui.widgets.plain_text import Plain, literal
from refund_tui.tui.widgets.refund_form import RefundForm
from refund_tui.tui.widgets.row_list import RowList
from refund_tui.tui.wording import notices
from refund_tui.tui.wording.questions import (
    DIFFERENT,
    card_sentence,
    confirmation,
    duplicate_question,
    trip_notice,
)
from refund_tui.tui.wording.states import STYLES
from refund_tui.tui.wording.trip_facts import trip_facts, trip_summary

SAVE_AFTER = 0.5
"""Seconds without a key after which a draft is saved."""


class RefundFormScreen(RefundScreen):
    """One refund, from the form to its end."""

    title = "Refund"

    BINDINGS: ClassVar[list[BindingType]] = bindings(REFUND)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "refund")
        self._store, self._trip_id = "", ""
        self._trip: Trip | None = None
        self._draft: Draft | None = None
        self._balance = TripBalance(None)
        self._saving: Timer | None = None
        self._typed_draft: Draft | None = None
        self._title_line = Plain("", id="refund-title", classes="title")
        self._stop_line = Plain("", id="refund-stop")
        self._step = ContentSwitcher(initial="filling", id="refund-step")
        self._form = RefundForm()
        self._facts_text = Plain("", id="facts")
        self._articles = ArticleList()
        self._articles_title = Plain("", id="articles-title", classes="columns")
        self._summary = Plain("", id="trip-summary")
        self._confirm = ConfirmPanel(desk.now, id="confirm")

    def compose(self) -> ComposeResult:
        """What trip it is; then its facts, its articles and the form, or the question, or the timeline."""
        yield self._title_line
        yield self._stop_line
        with self._step:
            with Horizontal(id="filling", classes="panes"):
                with Vertical(classes="left"):
                    yield self._summary
                    yield self._articles_title
                    yield self._articles
                    yield self._form
                with Vertical(classes="right"):
                    yield self._facts_text
            yield self._confirm
            yield self.refund_panel

    @property
    def _stopped(self) -> str | None:
        """Why no refund is possible on this trip, whatever is typed; None if one is."""
        closes = self._desk.window_closes(self._trip, self._balance)
        return self._desk.refusal or check_trip(self._balance, closes, self._desk.now().at)

    @property
    def in_hand(self) -> bool:
        """Whether there is a refund or a draft to go back to."""
        return bool(self._trip_id) or self._draft is not None

    async def offer_draft(self) -> None:
        """Find the last draft of this clerk and announce it."""
        clerk = self._desk.clerk
        if self._trip_id or self._desk.refusal:
            return
        self._draft = await self._desk.history.last_draft(clerk)
        if self._draft is not None:
            key = key_of("refund", self._desk.settings.keys)
            self.refund_app.announce(notices.draft_kept(self._draft, key), news=True)

    async def resume(self) -> None:
        """Open the last draft, if no refund is open yet."""
        if not self._trip_id and (draft := self._draft) is not None:
            await self.begin(draft.store_id, draft.trip_id)

    async def keep_draft(self) -> None:
        """Save what was typed since the last save. Raises StoreError."""
        typed = self._typed_draft
        if typed is not None:
            await self._desk.save_draft(typed)
            if self._typed_draft is typed:
                self._typed_draft = None

    def can(self, action: str) -> bool:
        """What is possible in the form, in the question or on the timeline."""
        filling = self._step.current == "filling" and bool(self._trip_id)
        if self._step.current == "refund-panel":
            return self.refund_panel.current != "asking" if action == "back" else self.refund_panel.can(action)
        match action:
            case "submit":
                return filling and self._stopped is None
            case "all_left":
                left = self._balance.left
                return filling and self._stopped is None and left is not None and left.minor > 0
            case "card":
                return filling and not self._desk.refusal and (self._trip is None or self._trip.card.tail is None)
            case "articles":
                return filling and self._articles.display
            case "mark":
                return filling and self._articles.has_focus
            case "change(-1)" | "change(1)":
                return filling and self._articles.has_focus and self._articles.counted
            case _:
                return action == "back" and self._step.current != "confirm"

    @property
    def unanswered(self) -> str:
        """That the question before a refund, or about one, is still open."""
        if self._step.current == "confirm":
            key = key_of("refund", self._desk.settings.keys)
            return notices.nothing_refunded(self._trip_id, key)
        asking = self._step.current == "refund-panel" and self.refund_panel.current == "asking"
        return self._not_done() if asking else ""

    def enter(self) -> None:
        """Set the focus, and read again what may have changed while another screen was shown."""
        self._focus_step()
        self.reload()

    def _focus_step(self) -> None:
        if self._step.current == "refund-panel":
            self.refund_panel.enter()
        elif self._step.current == "confirm":
            self.refund_app.announce("")  # as when it was asked
            self._confirm.focus()
        elif self._trip_id:
            self._form.focus_first()

    def tick(self) -> None:
        """Count down."""
        if self._step.current == "refund-panel":
            self.refund_panel.tick()

    async def begin(self, store_id: str, trip_id: str) -> None:
        """Start a refund on a trip, with what was typed for it before. Raises StoreError, with nothing changed."""
        await self.keep_draft()  # of the trip that was open before
        trip = await self._desk.trips.get(store_id, trip_id)
        balance = await self._desk.trips.balance(store_id, trip_id)
        clerk = self._desk.clerk
        draft = await self._desk.history.draft(clerk, store_id, trip_id)
        self._trip, self._balance = trip, balance
        self._use_known_ids(store_id, trip_id)
        articles = trip.articles if trip else ()
        self._articles.show_articles(articles, balance.given_back, draft.marks if draft else "")
        self._articles_title.display = bool(articles)
        self._form.begin(balance, self._desk.settings.currency, draft)
        if self._articles.agree_with(self._form.amount):
            self._add_up()  # the amount is that of the marked articles
        self._go("filling")
        self.call_after_refresh(self._show_title)
        self._facts()

    def _use_known_ids(self, store_id: str, trip_id: str) -> None:
        """Use the ids as the ledger and the trips spell them; announce it where they were typed otherwise."""
        self._store, self._trip_id = known_as(store_id, trip_id, self._balance.refunds, self._trip)
        self._title(self._trip_id, self._trip)
        if (self._store, self._trip_id) != (store_id, trip_id):
            known = self._trip_id if self._store == store_id else f"{self._trip_id} of {self._store}"
            self.refund_app.announce(notices.known_as(trip_id, known))

    def _title(self, trip_id: str, trip: Trip | None) -> None:
        receipt = f" · {visible(trip.receipt, 30)}" if trip and trip.receipt else ""
        self._title_line.show(literal((f"Trip {visible(trip_id, 50)}", "bold"), (receipt, STYLES["dim"])))

    def _go(self, step: str) -> None:
        self._step.current = step
        self._focus_step()
        self.refund_app.refresh_keys()

    def follow(self, refund: Refund) -> None:
        """Show a refund's timeline."""
        self._store, self._trip_id = refund.intent.store_id, refund.intent.trip_id
        self._title(self._trip_id, self._trip if self._trip and self._trip.trip_id == self._trip_id else None)
        self.refund_panel.follow(refund.key)
        self._stop_line.display = False
        self._go("refund-panel")

    def reload(self) -> None:
        """Read again what is shown."""
        if self._step.current == "refund-panel":
            self.in_background(self.refund_panel.read())
        elif self._trip_id:
            self.in_background(self._renew())

    async def _renew(self) -> None:
        store, trip_id = self._store, self._trip_id
        trip = await self._desk.trips.get(store, trip_id)
        balance = await self._desk.trips.balance(store, trip_id)
        if (store, trip_id) != (self._store, self._trip_id):
            return  # another trip has been opened
        self._trip, self._balance = trip, balance
        self._form.renew(self._balance)
        self._renew_articles(trip.articles if trip else ())
        self._facts()
        self._renew_question()

    def _renew_articles(self, articles: Sequence[Article]) -> None:
        """Show what was given back meanwhile; where that takes a mark off, the amount follows, aloud."""
        marks = self._articles.marks
        self._articles.renew(articles, self._balance.given_back)
        self._articles_title.display = self._articles.display
        if self._articles.marks != marks:
            self._add_up()
            self._keep()
            self.refund_app.announce(notices.MARK_TAKEN_OFF)

    def _renew_question(self) -> None:
        """Ask anew if what the question says has changed; its keys are ignored for a while again."""
        question = self._confirm.awaited if self._step.current == "confirm" else None
        if question is None or question.intent is None or self.refund_app.current_screen is not self:
            return
        intent = question.intent
        alike = self._balance.alike(intent.amount) if question.yes_key == DIFFERENT else ()
        renewed = duplicate_question(self._desk, intent, alike) if alike else self._confirmation(intent)
        if renewed != question:
            self._confirm.ask(renewed)

    def _confirmation(self, intent: Intent) -> Question:
        return confirmation(self._desk.settings, intent, self._trip, self._balance)

    def _facts(self) -> None:
        told, stops = trip_notice(self._stopped, self._balance) if self._step.current == "filling" else ("", False)
        self._stop_line.display = bool(told)
        self._stop_line.set_class(stops, "-stops")
        self._stop_line.show(told)
        self.refund_app.refresh_keys()
        facts = trip_facts(self._desk, self._store, self._trip, self._balance)
        self._facts_text.show(literal(*facts))
        if self._trip is not None:
            facts = trip_summary(self._desk, self._store, self._trip, self._balance)
        self._summary.show(literal(*facts))

    @on(RefundForm.Typed)
    def _typed(self) -> None:
        if not self._trip_id or self._step.current != "filling":
            return
        if self._form.amount_is_typed:
            self._articles.agree_with(self._form.amount)
        self._keep()

    def _keep(self) -> None:
        """Keep what is typed and marked as a draft, once no key has come for a while."""
        self._show_title()
        self._typed_draft = self._form.draft(self._store, self._trip_id, self._articles.marks)
        if self._saving is not None:
            self._saving.stop()
        self._saving = self.set_timer(SAVE_AFTER, self._save_draft)

    def _save_draft(self) -> None:
        if self._saving is not None:
            self._saving.stop()
        self.in_background(self.keep_draft())

    @on(RowList.Highlighted, "#articles")
    def _at_article(self) -> None:
        self._show_title()
        self.refund_app.refresh_keys()

    def _show_title(self) -> None:
        """Show how many articles are marked, and where there are more."""
        self._articles_title.show(self._articles.title)

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _show_focus(self) -> None:
        """Show at the heading of the articles that they have the focus."""
        self._articles_title.set_class(self._articles.has_focus, "-focused")

    def action_articles(self) -> None:
        """Go to the articles."""
        self._articles.focus()

    @on(ArticleList.ReasonPressed)
    def _reason_pressed(self, message: ArticleList.ReasonPressed) -> None:
        self._form.pick_reason(message.digit)

    @on(ArticleList.AllGivenBack)
    def _all_given_back(self, message: ArticleList.AllGivenBack) -> None:
        self.refund_app.announce(notices.given_back(message.article))

    @on(ArticleList.Marked)
    def _marked(self) -> None:
        self._add_up()
        self._keep()

    def _add_up(self) -> None:
        """Fill in what the marked articles come to."""
        if (total := self._articles.marked_total) is not None:
            self._fill(total)
            return
        self._form.withdraw_amount()
        if self._articles.marked:
            self.refund_app.announce(notices.PRICE_NOT_KNOWN)

    def action_submit(self) -> None:
        """Ask before the refund is made, if nothing is wrong."""
        if self._step.current == "refund-panel":
            self.refund_panel.submit()
            return
        filled = self._form.filled()
        if filled is None:
            self.refund_app.announce(self._form.report_problems())
            return
        self.refund_app.announce("")
        self._save_draft()  # now, so that it is never written after the refund that ends it
        self._go("confirm")
        asked = (self._store, self._trip_id, filled.amount, filled.reason, filled.note)
        intent = Intent(*asked, articles=self._articles.refunded)
        self._confirm.ask(self._confirmation(intent))

    @on(ConfirmPanel.Answered)
    def _answered(self, message: ConfirmPanel.Answered) -> None:
        question = message.question
        if message.yes and question.intent is not None:
            self.in_background(self._take(question.intent, second_yes=question.yes_key == DIFFERENT))
        else:
            self._go("filling")

    async def _take(self, intent: Intent, *, second_yes: bool) -> None:
        """Record the refund that was shown and confirmed, whatever the form holds by now."""
        try:
            refund = await self._desk.take(intent, second_yes=second_yes)
        except NeedsSecondYes as alike:
            self._confirm.ask(duplicate_question(self._desk, intent, alike.alike))
        except (Refused, RefundTuiError) as refused:
            self._go("filling")
            self.refund_app.announce(notices.nothing_recorded(refused))
        else:
            self._typed_draft = None
            self._articles.unmark_all()
            self.follow(refund)

    def action_all_left(self) -> None:
        """Fill in all that is left, and go on to the reason."""
        if self._balance.left is not None:
            self._fill(self._balance.left)
            self._form.go_on_to_reason()

    def _fill(self, amount: Money) -> None:
        """Fill in an amount. Announce it where it replaces a typed one; remove marks of another amount."""
        self._articles.agree_with(amount.digits)
        if typed := self._form.fill_amount(amount):
            self.refund_app.announce(notices.amount_changed(typed, amount))

    async def action_back(self) -> None:
        """Go back to the search; the draft is saved, and a refund under way goes on."""
        self.refund_app.leave_announcement()
        if self._step.current == "refund-panel" and self.refund_panel.can("back"):
            self.refund_panel.back()
            return
        self._save_draft()
        await self.refund_app.go("lookup")

    def action_card(self) -> None:
        """Ask the service which card paid."""
        self.refund_app.announce(notices.ASKING_CARD)
        self.in_background(self._card())

    async def _card(self) -> None:
        answer = await self._desk.card_of(self._store, self._trip_id)
        self.refund_app.announce(card_sentence(answer))
        await self._renew()
