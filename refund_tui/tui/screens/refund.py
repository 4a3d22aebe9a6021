"""Owns the screen of one refund: the form, the question, then the refund's timeline. The desk records and sends."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from refund_tui.core.refunds import Draft, Intent, Refund
from refund_tui.core.rules import NeedsSecondYes, Refused, TripBalance, known_as
from refund_tui.desk.desk import Desk
from refund_tui.errors import RefundTuiError
from refund_tui.tui.background import answered
from refund_tui.tui.commands import REFUND, bindings
from refund_tui.tui.drafts import DraftKeeper
from refund_tui.tui.screens.refund_actions import RefundScreen
from refund_tui.tui.widgets.confirm import ConfirmPanel, Question
from refund_tui.tui.widgets.plain_text import Plain, literal
from refund_tui.tui.widgets.refund_entry import RefundEntry
from refund_tui.tui.wording import notices
from refund_tui.tui.wording.questions import (
    DIFFERENT,
    card_sentence,
    confirmation,
    duplicate_question,
)
from refund_tui.tui.wording.trip_facts import trip_title


class RefundFormScreen(RefundScreen):
    """One refund, from the form to its end; or an earlier refund of the trip, opened from the form.

    It takes the intent that the question showed, never the form read again.
    """

    title = "Refund"

    BINDINGS: ClassVar[list[BindingType]] = bindings(REFUND)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "refund")
        self._offered: Draft | None = None
        self._drafts = DraftKeeper(desk, self.set_timer, self.in_background, self._show_title)
        self._looking_back = False
        """Whether the refund on the screen is an earlier one, opened from the form."""
        self._title_line = Plain("", id="refund-title", classes="title")
        self._step = ContentSwitcher(initial="filling", id="refund-step")
        self._entry = RefundEntry(desk)
        self._confirm = ConfirmPanel(desk.now, id="confirm")

    def compose(self) -> ComposeResult:
        """The trip; then the form, or the question, or a refund."""
        yield self._title_line
        with self._step:
            yield self._entry
            yield self._confirm
            yield self.refund_panel

    # --- what is possible

    @property
    def _filling(self) -> bool:
        return self._step.current == "filling" and bool(self._entry.trip_id)

    @property
    def in_hand(self) -> bool:
        """Whether there is a refund or a draft to return to."""
        return bool(self._entry.trip_id) or self._offered is not None

    def can(self, action: str) -> bool:
        """Whether a command is possible in the form, in the question or on the timeline."""
        if self._step.current == "refund-panel":
            return self._can_with_refund(action)
        if not self._filling:
            return action == "back" and self._step.current != "confirm"
        return action == "back" or self._entry.can(action)

    def _can_with_refund(self, action: str) -> bool:
        if action == "back":
            return self.refund_panel.current != "asking"
        if action.startswith("step"):
            return (
                self._looking_back and len(self._entry.balance.refunds) > 1 and self.refund_panel.current == "timeline"
            )
        return self.refund_panel.can(action)

    def label(self, action: str) -> str:
        """The present label of a key: on the form F9 drops the draft."""
        if self._filling:
            return notices.DROP_DRAFT if action == "stop" else ""
        return self.refund_panel.label(action)

    @property
    def unanswered(self) -> str:
        """What did not happen if the question before a refund, or about one, is still open."""
        if self._step.current == "confirm" and not self.recording:
            return notices.nothing_refunded(self._entry.trip_id)
        asking = self._step.current == "refund-panel" and self.refund_panel.current == "asking"
        return notices.NOT_ANSWERED if asking else ""

    @property
    def recording(self) -> bool:
        """Whether the refund that was confirmed is not on disk yet."""
        return self._step.current == "confirm" and self._confirm.awaited is None

    # --- what is shown

    def enter(self) -> None:
        """Set the focus, and read again: the data may have changed while another screen was shown."""
        self._show_title()  # the day may be another
        self._focus_step()
        self.reload()

    def _focus_step(self) -> None:
        if self._step.current == "refund-panel":
            self.refund_panel.enter()
        elif self._step.current == "confirm":
            self.refund_app.announce("")  # as when it was asked
            self._confirm.focus()
        elif self._entry.trip_id:
            self._entry.form.focus_first()

    def tick(self) -> None:
        """Count down."""
        if self._step.current == "refund-panel":
            self.refund_panel.tick()

    def _go(self, step: str) -> None:
        self._step.current = step
        self._focus_step()
        self.refund_app.refresh_keys()

    def reload(self) -> None:
        """Read again what is shown."""
        if self._step.current == "refund-panel":
            self.in_background(self.refund_panel.read())
        if self._entry.trip_id and (self._looking_back or self._step.current != "refund-panel"):
            self.in_background(self._renew())

    async def _renew(self) -> None:
        store, trip_id = named = self._entry.store_id, self._entry.trip_id
        trip = await self._desk.trips.get(store, trip_id)
        balance = await self._desk.trips.balance(store, trip_id)
        asked = await self._asked_today(balance)
        if named == (self._entry.store_id, self._entry.trip_id):  # else another trip was opened meanwhile
            self._entry.renew(trip, balance, asked)
            self.refund_app.refresh_keys()
            self._renew_question()

    def _renew_question(self) -> None:
        """Ask again if the facts in the question have changed. Its keys are ignored for half a second again."""
        question = self._confirm.awaited if self._step.current == "confirm" else None
        if question is None or question.intent is None or self.refund_app.current_screen is not self:
            return
        intent = question.intent
        alike = self._entry.balance.alike(intent.amount) if question.yes_key == DIFFERENT else ()
        renewed = duplicate_question(self._desk, intent, alike) if alike else self._confirmation(intent)
        if renewed != question:
            self._confirm.ask(renewed)

    async def _asked_today(self, balance: TripBalance) -> int:
        """What counts against this clerk's limit of the day, in minor units of the trip's currency."""
        return await self._desk.asked_today(balance.currency or self._desk.settings.currency or "")

    def _confirmation(self, intent: Intent) -> Question:
        entry = self._entry
        return confirmation(self._desk.settings, intent, entry.trip, entry.balance, entry.above(intent.amount))

    def _show_title(self) -> None:
        """Show the trip, and the time of the draft."""
        if not self.is_attached:
            return
        self._title_line.show(
            literal(*trip_title(self._desk, self._entry.trip_id, self._entry.trip, self._drafts.saved_at))
        )
        self.refund_app.refresh_keys()

    # --- the form

    async def begin(self, store_id: str, trip_id: str) -> None:
        """Start a refund on a trip, with its draft if there is one. Raises StoreError; then nothing changed."""
        self._drafts.save()  # of the trip that was open before
        async with answered():
            trip = await self._desk.trips.get(store_id, trip_id)
            balance = await self._desk.trips.balance(store_id, trip_id)
            draft = await self._drafts.read(store_id, trip_id)
            asked = await self._asked_today(balance)
        store, known = known_as(store_id, trip_id, balance.refunds, trip)
        self._looking_back = False
        self._entry.begin(store, known, trip, balance, draft, asked)
        self._show_title()
        self._go("filling")
        if (store, known) != (store_id, trip_id):  # as the ledger and the trips spell it
            self.refund_app.announce(notices.known_as(trip_id, known if store == store_id else f"{known} of {store}"))

    @on(RefundEntry.Changed)
    def _changed(self) -> None:
        if self._filling:
            self._drafts.keep(self._entry.draft)
            self.refund_app.refresh_keys()

    @on(RefundEntry.Moved)
    def _moved(self) -> None:
        self.refund_app.refresh_keys()

    @on(RefundEntry.Said)
    def _entry_said(self, message: RefundEntry.Said) -> None:
        self.refund_app.announce(message.words)

    def action_articles(self) -> None:
        """Go to the articles."""
        self._entry.articles.focus()

    def action_all_left(self) -> None:
        """Fill in all that is left, and move to the reason."""
        if self._entry.balance.left is not None:
            self._entry.fill(self._entry.balance.left)
            self._entry.form.go_on_to_reason()

    def action_card(self) -> None:
        """Ask the service which card paid."""
        self.refund_app.announce(notices.ASKING_CARD)
        self.in_background(self._card())

    async def _card(self) -> None:
        answer = await self._desk.card_of(self._entry.store_id, self._entry.trip_id)
        self.refund_app.announce(card_sentence(answer))
        await self._renew()

    # --- the draft

    async def offer_draft(self) -> None:
        """Find the last draft of this clerk and announce it."""
        if self._entry.trip_id or self._desk.refusal:
            return
        self._offered = await self._desk.history.last_draft(self._desk.clerk)
        if self._offered is not None:
            self.refund_app.announce(notices.draft_kept(self._desk, self._offered), news=True)

    async def resume(self) -> None:
        """Open the last draft, if no refund is open yet."""
        if not self._entry.trip_id and (draft := self._offered) is not None:
            await self.begin(draft.store_id, draft.trip_id)

    async def keep_draft(self) -> None:
        """Save the draft. Raises StoreError."""
        await self._drafts.write()

    async def action_stop(self) -> None:
        """Drop the draft; or cancel the shown refund, or stop its attempts."""
        if not self._filling:
            await super().action_stop()
            return
        dropped = self._entry.draft
        self._entry.start(None)
        self._drafts.keep(self._entry.draft)
        self._drafts.save()
        self.refund_app.announce(notices.draft_dropped(dropped))

    # --- the refund

    def action_submit(self) -> None:
        """Ask before the refund is made, if nothing is wrong."""
        if self._step.current == "refund-panel":
            self.refund_panel.submit()
            return
        filled = self._entry.form.filled()
        if filled is None:
            self.refund_app.announce(self._entry.form.report_problems())
            return
        self.refund_app.announce("")
        self._drafts.save()  # now, so that it is never written after the refund that deletes it
        self._go("confirm")
        asked = (self._entry.store_id, self._entry.trip_id, filled.amount, filled.reason, filled.note)
        intent = Intent(*asked, articles=self._entry.articles.refunded)
        self._confirm.ask(self._confirmation(intent))

    @on(ConfirmPanel.Answered)
    def _answered(self, message: ConfirmPanel.Answered) -> None:
        question = message.question
        if message.yes and question.intent is not None:
            self.in_background(self._take(question.intent, second_yes=question.yes_key == DIFFERENT))
        else:
            self._go("filling")

    async def _take(self, intent: Intent, *, second_yes: bool) -> None:
        """Record the intent that was shown and confirmed. The form may have changed since."""
        try:
            refund = await self._desk.take(intent, second_yes=second_yes)
        except NeedsSecondYes as alike:
            self._confirm.ask(duplicate_question(self._desk, intent, alike.alike))
        except (Refused, RefundTuiError) as refused:
            self._go("filling")
            self.refund_app.announce(notices.nothing_recorded(refused))
        else:
            self._drafts.forget(intent.store_id, intent.trip_id)
            self._entry.articles.unmark_all()
            self._follow(refund, looking_back=False)

    def _follow(self, refund: Refund, *, looking_back: bool) -> None:
        """Show a refund's timeline."""
        self._looking_back = looking_back
        self.refund_panel.follow(refund.key)
        self._show_title()
        self._go("refund-panel")

    # --- earlier refunds of the trip

    async def show_selected(self) -> None:
        """From the form, show the refund that prevents a new one on this trip."""
        if self._filling and (unknown := self._entry.balance.unknown) is not None:
            self._follow(unknown, looking_back=True)
            await self.refund_panel.read()

    def action_earlier(self) -> None:
        """Show the trip's refunds one by one, beginning with one that needs a person, else with the newest."""
        first = min(self._entry.balance.refunds, key=lambda refund: not refund.state.needs_person)
        self._follow(first, looking_back=True)

    def action_step(self, by: int) -> None:
        """Show the trip's next refund, or the one before."""
        refunds, shown = self._entry.balance.refunds, self.refund_panel.refund
        place = next((at for at, refund in enumerate(refunds) if shown and refund.key == shown.key), 0)
        self._follow(refunds[max(0, min(len(refunds) - 1, place + by))], looking_back=True)

    async def action_back(self) -> None:
        """Go back: to the refund, to the form, or to Lookup. The draft is saved, and a refund under way continues."""
        self.refund_app.leave_announcement()
        if self._step.current == "refund-panel" and self.refund_panel.can("back"):
            self.refund_panel.back()
        elif self._looking_back and self._step.current == "refund-panel":
            self._looking_back = False
            self._go("filling")
            self.reload()
        else:
            self._drafts.save()
            await self.refund_app.go("lookup")
