"""Owns the fields of the refund form and what is wrong with each. It knows no desk and records nothing."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input

from refund_tui.core.fields import check_note
from refund_tui.core.money import AmountError, Money, check_currency, parse_amount
from refund_tui.core.reasons import REASON_DIGITS, ReasonCode
from refund_tui.core.refunds import Draft
from refund_tui.core.rules import TripBalance, check_left
from refund_tui.tui.widgets.fields import ReasonPicker, field
from refund_tui.tui.widgets.plain_text import Plain


@dataclass(frozen=True, slots=True)
class Filled:
    """The form's content when nothing is wrong with it."""

    amount: Money
    reason: ReasonCode
    note: str


class RefundForm(Vertical):
    """Amount, reason, note, and the currency where the trip has none; under each a line for what is wrong."""

    @dataclass
    class Typed(Message):
        """Something in the form changed."""

    def __init__(self) -> None:
        super().__init__(id="form")
        self._balance = TripBalance(None)
        self._touched: set[str] = set()
        self._amount, self._currency = field("amount"), field("currency", "code")
        self._note, self._reason = field("note", "stays here, is never sent"), ReasonPicker(id="reason")
        self._made = ""
        """The amount that the program put in last, not the clerk."""
        self._left = Plain("", id="amount-left")
        self._currency_part = Vertical(id="currency-part")
        self._problems = {
            name: Plain("", id=f"{name}-wrong", classes="wrong") for name in ("amount", "reason", "currency", "note")
        }

    def compose(self) -> ComposeResult:
        """The fields, in the order of the keys."""
        with Vertical(classes="part"):
            yield Horizontal(Plain("Amount", classes="name"), self._amount, self._left, classes="field")
            yield self._problems["amount"]
        with Vertical(classes="part", id="reason-part"):
            yield Horizontal(Plain("Reason", classes="name"), self._problems["reason"], classes="line")
            yield self._reason
        with self._currency_part:
            yield Horizontal(Plain("Currency", classes="name"), self._currency, classes="field")
            yield self._problems["currency"]
        with Vertical(classes="part"):
            yield Horizontal(Plain("Note", classes="name"), self._note, classes="field")
            yield self._problems["note"]

    def begin(self, balance: TripBalance, currency: str | None, draft: Draft | None) -> None:
        """A new refund: empty fields, or the draft that was typed before."""
        self._balance, self._touched, self._made = balance, set(), ""
        self._currency.fill(balance.currency or (draft and draft.currency) or currency or "")
        self._amount.value = draft.amount if draft else ""
        self._note.value = draft.note if draft else ""
        reason = ReasonCode[draft.reason] if draft and draft.reason in ReasonCode.__members__ else None
        self._reason.choose(reason.digit if reason else None)
        self.renew(balance)
        self.focus_first()

    def renew(self, balance: TripBalance) -> None:
        """Show a changed balance: other refunds may count now, and the currency may have become known."""
        if balance.currency not in (None, self._balance.currency):
            self._currency.fill(balance.currency or "")
        self._currency_part.display = balance.captured is None
        self._balance = balance
        left = balance.left
        self._left.show(f"of {left} left" if left else "ceiling not known")
        self._tell()

    def focus_first(self) -> None:
        """Focus the amount and select it, so that what is typed replaces it."""
        self._amount.focus()
        self._amount.select_all()

    def draft(self, store_id: str, trip_id: str, marks: str) -> Draft:
        """What is typed, as typed, and the articles that are marked."""
        amount, currency, note = map(_typed_in, (self._amount, self._currency, self._note))
        return Draft(store_id, trip_id, amount, currency, str(self._reason.reason or ""), note, marks)

    def fill_amount(self, amount: Money) -> str:
        """Put an amount in. Returns what a clerk had typed there and is replaced, or ""."""
        before, self._made = self._made, amount.digits
        typed = _typed_in(self._amount)
        self._amount.fill(amount.digits)
        return "" if typed in (before, self._made) else typed

    def withdraw_amount(self) -> None:
        """Take out the amount that the program put in; one that a clerk typed stays."""
        if not self.amount_is_typed:
            self._amount.value = self._made = ""

    @property
    def amount(self) -> str:
        """The amount as it stands there."""
        return _typed_in(self._amount)

    @property
    def amount_is_typed(self) -> bool:
        """Whether a clerk typed the amount, rather than the program."""
        return self.amount != self._made

    def wrong(self) -> dict[str, str]:
        """What is wrong, by field, in the form's order."""
        found = {
            "amount": self._amount_problem(), "reason": None if self._reason.reason else f"press {REASON_DIGITS}",
            "currency": check_currency(self._code), "note": check_note(_typed_in(self._note)),
        }  # fmt: skip
        return {name: problem for name, problem in found.items() if problem}

    def filled(self) -> Filled | None:
        """The content, or None while anything is wrong."""
        reason = self._reason.reason
        if self.wrong() or reason is None:
            return None
        return Filled(parse_amount(_typed_in(self._amount), self._code), reason, _typed_in(self._note))

    def report_problems(self) -> str:
        """Show everything that is wrong, focus the first such field, and return its problem."""
        wrong = self.wrong()
        self._touched.update(wrong)
        self._tell()
        name, problem = next(iter(wrong.items()))
        self.query_one(f"#{name}").focus()
        return f"{name}: {problem}"

    @property
    def _code(self) -> str:
        return _typed_in(self._currency).upper()

    def _amount_problem(self) -> str | None:
        """What is wrong with the amount; a wrong currency is reported at the currency only."""
        if check_currency(self._code):
            return None
        try:
            amount = parse_amount(_typed_in(self._amount), self._code)
        except AmountError as error:
            return str(error)
        return check_left(amount, self._balance)

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        if message.value:
            self._touched.add(str(message.input.id))
        self._tell()
        self.post_message(self.Typed())

    @on(Input.Submitted)
    def _go_on(self, message: Input.Submitted) -> None:
        """Enter in the amount goes on to the reason; it never asks and never pays."""
        message.stop()
        if message.input is self._amount:
            self.go_on_to_reason()

    def go_on_to_reason(self) -> None:
        """Focus the reason, for the amount is there."""
        self._reason.focus()

    def on_descendant_blur(self) -> None:
        """Say what is wrong with an amount that looked half typed."""
        self._tell()

    def pick_reason(self, digit: int) -> None:
        """Choose a reason by its digit, from another part of the screen."""
        self._reason.action_pick(digit)

    @on(ReasonPicker.NotOne)
    def _no_reason(self, message: ReasonPicker.NotOne) -> None:
        message.stop()
        self._problems["reason"].show(f"{message.digit} is none: {REASON_DIGITS}")

    @on(ReasonPicker.Picked)
    def _picked(self) -> None:
        self._tell()
        self.post_message(self.Typed())

    def _tell(self) -> None:
        self._amount.hint("amount" if check_currency(self._code) else f"in {self._code}")
        wrong = self.wrong()
        if self._amount.has_focus and self.amount[:-1].isdigit() and self.amount[-1:] in (".", ","):
            wrong.pop("amount", None)  # its decimals are about to be typed
        for name, problem in self._problems.items():
            problem.show(wrong.get(name, "") if name in self._touched else "")


def _typed_in(typed: Input) -> str:
    return typed.value.strip()
