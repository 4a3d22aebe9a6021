"""Owns the fields of the refund form and the problem of each. It never uses the desk and records nothing."""

from __future__ import annotations

from collections.abc import Callable
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
from refund_tui.tui.widgets.plain_text import Plain, literal
from refund_tui.tui.wording.approvals import needs_approval
from refund_tui.tui.wording.states import STYLES


@dataclass(frozen=True, slots=True)
class Filled:
    """The content of a form without problems."""

    amount: Money
    reason: ReasonCode
    note: str


class RefundForm(Vertical):
    """Amount, reason, note, and the currency if the trip has none. Under each field is a line for its problem.

    `above` returns why an amount needs another person's approval, or None. The line under the amount says so.
    """

    @dataclass
    class Typed(Message):
        """Something in the form changed."""

    def __init__(self, above: Callable[[Money], str | None]) -> None:
        super().__init__(id="form")
        self._above = above
        self._balance = TripBalance(None)
        self._touched: set[str] = set()
        self._amount, self._currency = field("amount"), field("currency", "code")
        self._note, self._reason = field("note", "stays here, is never sent"), ReasonPicker(id="reason")
        self._made = ""
        """The last amount that the program filled in, not the clerk."""
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
            yield Horizontal(Plain("Reason", classes="name"), self._problems["reason"], classes="field")
            yield self._reason
        with self._currency_part:
            yield Horizontal(Plain("Currency", classes="name"), self._currency, classes="field")
            yield self._problems["currency"]
        with Vertical(classes="part"):
            yield Horizontal(Plain("Note", classes="name"), self._note, classes="field")
            yield self._problems["note"]

    def begin(self, balance: TripBalance, currency: str | None, draft: Draft | None) -> None:
        """Begin a new refund, with empty fields or a draft."""
        self._balance, self._touched, self._made = balance, set(), ""
        self._currency.fill(balance.currency or (draft and draft.currency) or currency or "")
        self._amount.value = draft.amount if draft else ""
        self._note.value = draft.note if draft else ""
        reason = ReasonCode[draft.reason] if draft and draft.reason in ReasonCode.__members__ else None
        self._reason.choose(reason.digit if reason else None)
        self.renew(balance)
        self.focus_first()

    def renew(self, balance: TripBalance) -> None:
        """Show a changed balance. Other refunds may count now, and the currency may be known now."""
        if balance.currency not in (None, self._balance.currency):
            self._currency.fill(balance.currency or "")
        self._currency_part.display = balance.captured is None
        self._balance = balance
        left = balance.left
        self._left.show(f"of {left} left" if left else "left: not known")
        self._tell()

    def focus_first(self) -> None:
        """Focus the amount and select it, so that the next key replaces it."""
        self._amount.focus()
        self._amount.select_all()

    def draft(self, store_id: str, trip_id: str, marks: str) -> Draft:
        """The typed text, unchecked, and the marked articles."""
        amount, currency, note = map(_typed_in, (self._amount, self._currency, self._note))
        return Draft(store_id, trip_id, amount, currency, str(self._reason.reason or ""), note, marks)

    def fill_amount(self, amount: Money) -> str:
        """Fill in an amount. The text of a clerk that it replaces, or ""."""
        before, self._made = self._made, amount.digits
        typed = _typed_in(self._amount)
        self._amount.fill(amount.digits)
        return "" if typed in (before, self._made) else typed

    def withdraw_amount(self) -> None:
        """Remove an amount that the program filled in. An amount that a clerk typed stays."""
        if not self.amount_is_typed:
            self._amount.value = self._made = ""

    @property
    def amount(self) -> str:
        """The amount as text."""
        return _typed_in(self._amount)

    @property
    def amount_is_typed(self) -> bool:
        """Whether a clerk typed the amount, rather than the program."""
        return self.amount != self._made

    def wrong(self) -> dict[str, str]:
        """The problem of each field, in the order of the form."""
        found = {
            "amount": self._amount_problem(), "reason": None if self._reason.reason else f"press {REASON_DIGITS}",
            "currency": check_currency(self._code), "note": check_note(_typed_in(self._note)),
        }  # fmt: skip
        return {name: problem for name, problem in found.items() if problem}

    def filled(self) -> Filled | None:
        """The content, or None if there is a problem."""
        reason = self._reason.reason
        if self.wrong() or reason is None:
            return None
        return Filled(parse_amount(_typed_in(self._amount), self._code), reason, _typed_in(self._note))

    def report_problems(self) -> str:
        """Show all problems, focus the first field with one, and return its problem."""
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
        """The problem of the amount. A wrong currency is reported only at the currency."""
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
        """Move to the reason after Enter in the amount. Enter never asks and never pays."""
        message.stop()
        if message.input is self._amount:
            self.go_on_to_reason()

    def go_on_to_reason(self) -> None:
        """Focus the reason."""
        self._reason.focus()

    def on_descendant_blur(self) -> None:
        """Show the problem of an amount that was left half typed."""
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
        wrong, notice = self.wrong(), self._notice()
        if self._amount.has_focus and self.amount[:-1].isdigit() and self.amount[-1:] in (".", ","):
            wrong.pop("amount", None)  # its decimals are about to be typed
        for name, problem in self._problems.items():
            problem.show(wrong.get(name, "") if name in self._touched else "")
        if notice and "amount" not in wrong:
            self._problems["amount"].show(literal((notice, STYLES["warn"])))

    def _notice(self) -> str:
        """For an amount without a problem that another person must approve."""
        if check_currency(self._code) or self._amount_problem():
            return ""
        why = self._above(parse_amount(self.amount, self._code))
        return needs_approval(why) if why else ""


def _typed_in(typed: Input) -> str:
    return typed.value.strip()
