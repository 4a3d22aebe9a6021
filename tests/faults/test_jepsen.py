"""A short version of the concurrent histories; the long one is `python -m tests.faults.jepsen`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.jepsen import run


@pytest.mark.parametrize("seed", [101, 102, 103])
def test_concurrent_clerks_faults_and_deaths_never_pay_twice_or_too_much(tmp_path: Path, seed: int) -> None:
    verdict = run(tmp_path / "data", seed, trips=4)
    assert verdict.wrong == ()
    assert verdict.executions >= 4
