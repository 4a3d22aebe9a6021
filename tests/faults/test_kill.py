"""A short version of the kill loop; the long one is `python -m tests.faults.kill`."""

from __future__ import annotations

import pytest

from tests.faults.kill import SCRIPTS, every_step


@pytest.mark.parametrize(("script", "offset"), [(script, offset) for offset, script in enumerate(SCRIPTS)])
def test_whatever_step_a_process_dies_at_money_moves_once_and_the_ledger_knows(script: str, offset: int) -> None:
    deaths = list(every_step(script, stride=6, offset=offset))
    assert [death for death in deaths if death.wrong] == []
    assert sum(death.died for death in deaths) >= 5
