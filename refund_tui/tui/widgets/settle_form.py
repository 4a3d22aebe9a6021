"""Owns the form with which a person closes an UNKNOWN refund: whether it was paid, the reference, who said so, when."""

from __future__ import annotations

from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from refund_tui.desk.actions import Evidence
from refund_tui.tui.widgets.fields import Choice, Field, field
from refund_tui.tui.widgets.plain_text import Plain
from refund_tui.tui.wording.notices import NEEDED, not_past

PAID = 1

LABELS = {"paid": "The money", "reference": "Reference", "said_by": "Who said", "when": "When"}
"""The name of each field, by its id."""


class SettleForm(Vertical):
    """Four fields, each with a line for its problem. The lines are empty until the first try to submit."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._checked, self._now = False, ""

    def compose(self) -> ComposeResult:
        """The fields in the order of the keys."""
        yield Plain("", id="settle-title", classes="about")
        with Horizontal(classes="field pair"):
            yield Plain(LABELS["paid"], classes="name")
            yield Choice(["was paid to the shopper", "was not paid"], id="paid")
        yield Plain("", id="paid-wrong", classes="wrong")
        for name, hint in (
            ("reference", "such as a case or statement number"), ("said_by", "such as payment support"), ("when", ""),
        ):  # fmt: skip
            with Horizontal(classes="field"):
                yield Plain(LABELS[name], classes="name")
                yield field(name, hint)
            yield Plain("", id=f"{name}-wrong", classes="wrong")

    def begin(self, title: str, now: str) -> None:
        """Empty the fields, and fill in `now` as the time."""
        self._checked, self._now = False, now
        self.query_one("#settle-title", Plain).show(title)
        self.query_one(Choice).choose(None)
        for name in NEEDED:
            self.query_one(f"#{name}", Field).fill(now if name == "when" else "")
        self._tell()
        self.query_one(Choice).focus()

    def evidence(self) -> Evidence | None:
        """The typed evidence, or None if anything is missing."""
        if self._wrong():
            return None
        reference, said_by, when = (self._value(name) for name in NEEDED)
        return Evidence(self.query_one(Choice).picked == PAID, reference, said_by, when)

    def report_problems(self) -> str:
        """Show what is missing, focus the first field with a problem, and return its name and problem."""
        self._checked = True
        self._tell()
        name, problem = next(iter(self._wrong().items()))
        self.query_one(f"#{name}").focus()
        return f"{LABELS[name]}: {problem}"

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _wrong(self) -> dict[str, str]:
        missing = {name: words for name, words in NEEDED.items() if not self._value(name)}
        if not missing.get("when") and not _is_past(self._value("when"), self._now):
            missing["when"] = not_past(self._now)
        return missing if self.query_one(Choice).picked else {"paid": "press 1 or 2", **missing}

    @on(Input.Changed)
    @on(Choice.Picked)
    def _tell(self) -> None:
        wrong = self._wrong() if self._checked else {}
        for name in ("paid", *NEEDED):
            self.query_one(f"#{name}-wrong", Plain).show(wrong.get(name, ""))


def _is_past(when: str, now: str) -> bool:
    """Whether `when` is a day, or a day and a time, of the store that is not after `now`."""
    try:
        return datetime.fromisoformat(when).replace(tzinfo=None) <= datetime.fromisoformat(now)
    except ValueError:
        return False
