"""The helpers that start programs: each has a time limit, however the tests were started."""

from __future__ import annotations

import signal
import subprocess
import sys

from tests.support.program import default_signals, limited, python

IGNORED_BY = "import signal, sys; sys.stdout.write(str(signal.getsignal(signal.SIGINT) is signal.SIG_IGN))"
AS_A_BACKGROUND_JOB = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "from tests.support.program import default_signals, python\n"
    f"print(python('-c', {IGNORED_BY!r}).stdout)\n"
    "default_signals()\n"
    f"print(python('-c', {IGNORED_BY!r}).stdout)\n"
)


def test_what_a_background_job_starts_hears_ctrl_c_once_the_defaults_are_set() -> None:
    assert python("-c", AS_A_BACKGROUND_JOB).stdout.split() == ["True", "False"]


def test_a_signal_that_was_set_on_purpose_is_kept() -> None:
    before = signal.getsignal(signal.SIGINT)
    default_signals()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_program_that_never_ends_is_killed_and_told() -> None:
    forever = [sys.executable, "-c", "import signal; print('here', flush=True); signal.pause()"]
    with (
        subprocess.Popen(forever, stdout=subprocess.PIPE, text=True) as program,
        limited(program, seconds=1.0) as killed,
    ):
        assert program.communicate()[0] == "here\n"
    assert killed.is_set()
