"""The raw view of a refund names the process that wrote each event, once for those of one process."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from refund_tui.core.actor import Actor
from refund_tui.core.refunds import Action
from refund_tui.desk.actions import Evidence
from tests.flows.stage import LOST, MALFORMED, Stage, program, refunds, unknown

TILL = Actor("1001", "store", "1002", "ana", "/dev/pts/3", "192.0.2.7 51234 192.0.2.1 22", "till-4", "4711")
OTHER = Actor("1003", "ben", "", "", "/dev/pts/9", "", "till-5", "4712")


def by(actor: Actor) -> mock._patch[mock.MagicMock]:
    return mock.patch("refund_tui.host.actor._actor", return_value=actor)


async def _raw(stage: Stage, state: str = "UNKNOWN") -> None:
    await stage.press("f4")
    await stage.until(state)
    await stage.press("enter")
    await stage.until("Attempts")
    await stage.press("ctrl+o")
    await stage.until("Answers as they came")


@pytest.mark.parametrize("size", [(80, 50), (120, 50), (200, 50)])
async def test_the_raw_view_names_each_process_where_it_begins(tmp_path: Path, size: tuple[int, int]) -> None:
    async with program(tmp_path, LOST, MALFORMED, size=size) as stage:
        with by(TILL):
            await unknown(stage)
            [refund] = await refunds(stage)
        with by(OTHER):
            evidence = Evidence(True, "line 7", "the processor", "2 Mar")
            await stage.desk.act(refund.key, Action.SETTLE, evidence=evidence)
        await _raw(stage, "SETTLED_PAID")
        shown = " ".join(stage.text.split())
        for actor in (TILL, OTHER):
            assert all(f"{name.replace('_', ' ')} {value}" in shown for name, value in actor.facts.items())
        assert shown.count("process: uid 1001") == shown.count("process: uid 1003") == 1
        assert all(len(line.rstrip()) < size[0] for line in stage.text.splitlines()[1:-1])


@pytest.mark.parametrize("size", [(120, 50), (140, 50), (200, 50)])
async def test_no_line_beside_the_answers_is_wrapped_twice(tmp_path: Path, size: tuple[int, int]) -> None:
    async with program(tmp_path, LOST, MALFORMED, size=size) as stage:
        with by(TILL):
            await unknown(stage)
        await _raw(stage)
        column = next(line.index("Events") for line in stage.text.splitlines() if "Events" in line)
        lines = [line[column:].rstrip() for line in stage.text.splitlines()[6:-2]]
        assert [line for line in lines if line and not line.startswith(("Events", "    ")) and line[2] != ":"] == []
