"""Owns the refund form's fields and what is wrong with each while it is typed. Knows no desk and records nothing."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from refund_tui.core.fields import check_note
from refund_tui.core.money import AmountError, Money, check_currency, parse_amount
from refund_tui.core.reasons import ReasonCode
from refund_tui.core.refunds import Draft
from refund_tui.core.rules import Standing, check_left
from refund_tui.tui.fields import field
from refund_tui.tui.line.plain import Plain
from refund_tui.tui.widgets.reason import ReasonPicker


@dataclass(frozen=True, slots=True)
class Filled:
    """The form's content when nothing is wrong with it."""

    amount: Money
    reason: ReasonCode
    note: str


class RefundForm(Vertical):
    """Amount, reason, currency where the trip does not say it, note; under each fixed lines for what is wrong."""

    @dataclass
    class Typed(Message):
        """Something in the form changed."""

    def __init__(self) -> None:
        super().__init__(id="form")
        self._standing = Standing(None)
        self._touched: set[str] = set()

    def compose(self) -> ComposeResult:
        """The fields, in the order of the keys."""
        with Horizontal(classes="field"):
            yield Plain("Amount", classes="name")
            yield field("amount", "12.50")
            yield Plain("", id="amount-left")
        yield Plain("", id="amount-wrong", classes="wrong")
        with Horizontal(classes="field tall"):
            yield Plain("Reason", classes="name")
            yield ReasonPicker(id="reason")
        yield Plain("", id="reason-wrong", classes="wrong")
        with Vertical(id="currency-part"):
            with Horizontal(classes="field"):
                yield Plain("Currency", classes="name")
                yield field("currency", "EUR")
            yield Plain("", id="currency-wrong", classes="wrong")
        with Horizontal(classes="field"):
            yield Plain("Note", classes="name")
            yield field("note", "stays here, is never sent")
        yield Plain("", id="note-wrong", classes="wrong")

    def begin(self, standing: Standing, currency: str | None, draft: Draft | None) -> None:
        """A new refund: empty fields, or the draft that was typed before."""
        self._standing, self._touched = standing, set()
        known = standing.captured.currency if standing.captured else None
        self.query_one("#currency", Input).value = known or (draft and draft.currency) or currency or ""
        self.query_one("#currency-part").display = known is None
        self.query_one("#amount", Input).value = draft.amount if draft else ""
        self.query_one("#note", Input).value = draft.note if draft else ""
        reason = ReasonCode[draft.reason] if draft and draft.reason in ReasonCode.__members__ else None
        self.query_one(ReasonPicker).choose(reason.digit if reason else None)
        self.renew(standing)
        amount = self.query_one("#amount", Input)
        amount.focus()
        amount.select_all()  # what is typed replaces a draft's amount

    def renew(self, standing: Standing) -> None:
        """The trip's refunds changed: what is left may have."""
        self._standing = standing
        left = standing.left
        self.query_one("#amount-left", Plain).show(f"of {left} left" if left else "ceiling not known")
        self._tell()

    def focus_first(self) -> None:
        """The cursor into the amount."""
        self.query_one("#amount").focus()

    def draft(self, store_id: str, trip_id: str) -> Draft:
        """What is typed, as typed."""
        reason = self.query_one(ReasonPicker).reason
        return Draft(
            store_id, trip_id, self._value("amount"), self._value("currency"), str(reason or ""), self._value("note")
        )

    def fill_amount(self, amount: Money) -> None:
        """Put an amount in, as if typed."""
        self.query_one("#amount", Input).value = amount.digits

    def wrong(self) -> dict[str, str]:
        """What is wrong, by field, in the form's order."""
        found = {
            "amount": self._amount_problem(), "reason": self._reason_problem(),
            "currency": check_currency(self._currency), "note": check_note(self._value("note")),
        }  # fmt: skip
        return {name: problem for name, problem in found.items() if problem}

    def filled(self) -> Filled | None:
        """The content, or None while anything is wrong."""
        reason = self.query_one(ReasonPicker).reason
        if self.wrong() or reason is None:
            return None
        amount = parse_amount(self._value("amount"), self._currency)
        return Filled(amount, reason, self._value("note"))

    def scold(self) -> str:
        """Show everything that is wrong, put the cursor to the first, and say it."""
        wrong = self.wrong()
        self._touched.update(wrong)
        self._tell()
        name, problem = next(iter(wrong.items()))
        self.query_one(f"#{name}").focus()
        return f"{name}: {problem}"

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    @property
    def _currency(self) -> str:
        return self._value("currency").upper()

    def _amount_problem(self) -> str | None:
        """What is wrong with the amount; where the currency is, that is said at the currency."""
        if check_currency(self._currency):
            return None
        try:
            amount = parse_amount(self._value("amount"), self._currency)
        except AmountError as error:
            return str(error)
        return check_left(amount, self._standing)

    def _reason_problem(self) -> str | None:
        return None if self.query_one(ReasonPicker).reason else "press 1 to 5"

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        if message.value:
            self._touched.add(str(message.input.id))
        self._tell()
        self.post_message(self.Typed())

    @on(ReasonPicker.Picked)
    def _picked(self) -> None:
        self._tell()
        self.post_message(self.Typed())

    def _tell(self) -> None:
        wrong = self.wrong()
        for name in ("amount", "reason", "currency", "note"):
            words = wrong.get(name, "") if name in self._touched else ""
            self.query_one(f"#{name}-wrong", Plain).show(words)
