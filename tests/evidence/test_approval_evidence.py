"""A forged approval is named by the events alone, although its hash is right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from refund_tui.core.lifecycle import Decision
from refund_tui.core.refunds import Action, Refund, State
from refund_tui.host.paths import ledger_path
from refund_tui.payments.body import build_body
from refund_tui.store.sqlite.verify import verify
from tests.support.approvals import desks
from tests.support.desks import intent
from tests.support.service import ScriptedService


def problems(folder: Path) -> tuple[str, ...]:
    return verify(ledger_path(folder), build_body, lambda _done, _total: None).problems


async def test_what_another_person_decided_fits(tmp_path: Path) -> None:
    async with desks(tmp_path, ScriptedService(), "ana", "ben") as (ana, ben):
        for number, action in enumerate((Action.APPROVE, Action.DECLINE)):
            refund = await ana.take(intent(20_000, trip=f"trip-{number}"))
            await ben.decide(refund.key, action, "looked at it")
        await ana.act((await ana.take(intent(20_000, trip="trip-9"))).key, Action.CANCEL)
        ben.begin()
        await ben.drain()
    assert problems(tmp_path) == ()


@pytest.mark.parametrize(
    ("kind", "who", "data", "says"),
    [
        ("approved", "ana", {"told_apart_by": "name"}, "is an approval by ana (account"),
        ("approved", "ben", {"told_apart_by": "account"}, "is an approval by ben (account"),
        ("approved", "ben", {}, "is an approval by ben (account"),
        ("went_on", "ben", {"told_apart_by": "name"}, "lets it be sent, and nobody has approved it"),
        ("recorded", "ana", {}, "lets it be sent, and nobody has approved it"),
    ],
)
@pytest.mark.parametrize("state", [State.QUEUED, State.UNKNOWN])
async def test_what_lets_a_refund_be_sent_without_another_person_is_named(
    tmp_path: Path, kind: str, who: str, data: dict[str, str], says: str, state: State
) -> None:
    """`state`: directly, or by way of a state that is not sent."""
    async with desks(tmp_path, ScriptedService(), "ana") as (ana,):
        refund = await ana.take(intent(20_000))

        async def forge(refund: Refund, state: State, kind: str) -> Refund:
            life = replace(refund.life, state=state)
            changed = await ana.files.write(
                lambda ledger: ledger.change(refund, Decision(life, kind, "fine"), who, ana.now(), data)
            )
            assert changed is not None
            return changed

        if state is State.UNKNOWN:
            refund, says = await forge(refund, State.UNKNOWN, "stopped"), "lets it be sent, and nobody has approved it"
        await forge(refund, State.QUEUED, kind)
    [problem] = problems(tmp_path)
    assert problem.startswith(f"refund {refund.key} (row 1): event ")
    assert says in problem
