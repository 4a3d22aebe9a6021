"""Owns the words of the question whether all blocked refunds go on."""

from __future__ import annotations

from collections.abc import Sequence

from refund_tui.core.refunds import Intent, Refund
from refund_tui.core.text import visible
from refund_tui.tui.widgets.confirm import Question
from refund_tui.tui.widgets.plain_text import Part
from refund_tui.tui.wording.states import STYLES, card_words, short

_MOST_LINES, _LINE = 10, 66
"""Lines for the blocked refunds with their causes, and characters of a line, so that the keys are seen at 80x24."""
_LONGEST_CAUSE = 200
"""Characters of what blocks a refund."""


def all_question(blocked: Sequence[Refund]) -> Question:
    """The question before all blocked refunds go on."""
    listed = _by_cause(blocked)
    more = len(blocked) - sum(map(len, listed.values()))
    about = [
        *(part for why, refunds in listed.items() for part in _blocked_by(why, refunds)),
        *([f"… and {more} more\n"] if more > 0 else []),
        "\nHas what blocked them been repaired? Each goes on with its own id, one after the other.",
    ]  # fmt: skip
    return Question("Go on with every refund that is blocked?", about, "go on with all")


def _by_cause(blocked: Sequence[Refund]) -> dict[str, list[Refund]]:
    """As many of the refunds as there are lines for, by what blocks them."""
    causes, lines = dict[str, list[Refund]](), 0
    for refund in blocked:
        why = visible(refund.life.why, _LONGEST_CAUSE)
        lines += 1 if why in causes else 2 + len(why) // _LINE
        if lines > _MOST_LINES:
            break
        causes.setdefault(why, []).append(refund)
    return causes


def _blocked_by(why: str, refunds: Sequence[Refund]) -> list[Part]:
    """A cause, and a line for each refund that it blocks."""
    lines = [f"{refund.intent.amount!s:>14}  {_known_by(refund.intent)}\n" for refund in refunds]
    return [(f"{why}\n", STYLES["bad"]), *lines]


def _known_by(asked: Intent) -> str:
    """What a clerk knows a refund by: its receipt, else its trip, and the card."""
    return " · ".join(filter(None, (visible(asked.receipt or "", 30) or short(asked.trip_id), card_words(asked.card))))
