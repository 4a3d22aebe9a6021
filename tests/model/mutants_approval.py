"""Owns the mutants around the approval by another person."""

from __future__ import annotations

from dataclasses import replace

from refund_tui.core import lifecycle, refunds
from refund_tui.core.lifecycle import Decision
from refund_tui.core.refunds import Action, Life, State, StateFacts
from tests.model import steps
from tests.model.mutant import AWAITING, MUTANTS, Mutant, breaks

_possible, _approve = lifecycle.possible, lifecycle.approve

MUTANTS.append(
    Mutant(
        "what awaits an approval is sent by itself",
        frozenset({"approved_first"}),
        refunds,
        "STATE_FACTS",
        {**refunds.STATE_FACTS, State.AWAITING_APPROVAL: StateFacts(counts=True, goes_on=True, sendable=True)},
        start=AWAITING,
    )
)


@breaks(
    "a raised limit sends what awaits an approval", "approved_first", module=steps, name="limit_changed", start=AWAITING
)
def _sent_by_limit(life: Life) -> Life:
    return replace(life, state=State.QUEUED) if life.state is State.AWAITING_APPROVAL else life


@breaks("a declined refund goes on", "approved_first", name="decline", start=AWAITING)
def _goes_on(life: Life, who: str, word: str) -> Decision:
    return Decision(replace(life, state=State.QUEUED), "declined", "")


@breaks("what was declined or cancelled can still be approved", "end_is_final", name="possible", start=AWAITING)
def _approved_later(life: Life, *, under_way: bool = False) -> frozenset[Action]:
    late = {Action.APPROVE} if life.state is State.CANCELLED else set()
    return _possible(life, under_way=under_way) | late


@breaks("an approval lets it be sent after its window closed", "in_its_window", name="approve", start=AWAITING)
def _also_late(life: Life, who: str, word: str) -> Decision:
    decision = _approve(life, who, word)
    return replace(decision, life=replace(decision.life, asked=True))


@breaks("an approval is decided without asking anybody", "approved_first", name="possible", start=AWAITING)
def _tried_now(life: Life, *, under_way: bool = False) -> frozenset[Action]:
    return _possible(life, under_way=under_way) | ({Action.TRY_NOW, Action.GO_ON} if life.state.needs_person else set())
