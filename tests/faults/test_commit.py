"""A short version of the run that lets each write and sync fail; the long one is `python -m tests.faults.commit`."""

from __future__ import annotations

import shutil

import pytest

from tests.faults.commit import every_call

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not installed; .ci/run installs it where it can"
)


@pytest.mark.parametrize(
    ("call", "lasting", "offset", "stride", "least"),
    [
        ("fdatasync", False, 1, 2, 6),  # the second and the last of the four syncs of each COMMIT
        ("fdatasync", True, 3, 4, 3),
        ("ftruncate", False, 0, 1, 3),
        ("ftruncate", True, 0, 1, 3),
        ("pwrite64", False, 0, 40, 2),
        ("pwrite64", True, 20, 40, 2),
    ],
)
def test_whichever_call_of_a_commit_fails_what_was_said_and_paid_and_written_agree(
    call: str, lasting: bool, offset: int, stride: int, least: int
) -> None:
    cuts = list(every_call(call, lasting=lasting, stride=stride, offset=offset))
    assert [cut for cut in cuts if cut.wrong] == []
    assert len(cuts) >= least
