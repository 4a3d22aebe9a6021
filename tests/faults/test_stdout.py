"""A short version of the run that lets each write fail; the long one is `python -m tests.faults.stdout`."""

from __future__ import annotations

import shutil

import pytest

from tests.faults.stdout import every_write

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed; .ci/run installs it where it can"
)


@pytest.mark.parametrize(
    ("command", "stream", "error", "least"),
    [
        ("refund", "stdout", "EPIPE", 9),
        ("resume", "stdout", "EPIPE", 2),
        ("resume", "stderr", "ENOSPC", 3),
        ("history", "stdout", "ENOSPC", 1),
    ],
)
def test_whichever_write_is_cut_it_ends_in_order_and_the_money_is_right(
    command: str, stream: str, error: str, least: int
) -> None:
    cuts = list(every_write(command, stream, error))
    assert [cut for cut in cuts if cut.wrong] == []
    assert len(cuts) >= least
