"""Two containers on one ledger, as real processes: a living sender is not disturbed, a late one does no harm."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from refund_tui.core.refunds import Refund, State
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread, parse_script
from refund_tui.store.sqlite.history import History
from tests.faults.kill import all_refunds, worker
from tests.support.containers import contained, first_process, need_containers
from tests.support.ledgers import sound

SLOW = parse_script({"refund": [{"delay": 3}]})


@contextmanager
def sender_in_a_container(folder: Path, service: SandboxThread) -> Iterator[subprocess.Popen[str]]:
    """A clerk's process in another container. Its request was executed, and not answered yet."""
    need_containers()
    command = ["-m", "tests.faults.worker", "--data-dir", str(folder), "--base-url", service.url, "--take", "1"]
    with contained([sys.executable, *command]) as container:
        try:
            assert service.books.wait_until(lambda books: bool(books.executions), timeout=30)
            yield container
        finally:
            container.kill()


def record(folder: Path) -> tuple[Refund, list[str | None], list[str]]:
    """The only refund, the outcomes of its attempts, and the kinds of its events."""
    [refund] = all_refunds(ledger_path(folder))
    history = History.open(ledger_path(folder))
    try:
        attempts = [attempt.outcome for attempt in sound(history.attempts(refund.key))]
        return refund, attempts, [event.kind for event in sound(history.events(refund.key))]
    finally:
        history.close()


def test_a_living_sender_in_another_container_is_not_taken_for_dead(tmp_path: Path) -> None:
    with SandboxThread(any_trip=True, script=SLOW) as service:
        with sender_in_a_container(tmp_path, service) as container:
            assert worker(tmp_path, service.url).returncode == 0, "it waits for the other's answer"
            assert container.wait(timeout=30) == 0
        refund, attempts, kinds = record(tmp_path)
        assert (refund.state, attempts) == (State.ACCEPTED, ["accepted"])
        assert kinds == ["recorded", "attempt_started", "accepted"]
        assert len(service.books.arrivals) == 1, "one request, and no doubt"


def test_a_process_that_was_suspended_longer_than_an_attempt_can_last_does_no_harm(tmp_path: Path) -> None:
    with SandboxThread(any_trip=True, script=SLOW) as service:
        with sender_in_a_container(tmp_path, service) as container:
            sleeper = first_process(container)
            os.kill(sleeper, signal.SIGSTOP)
            assert worker(tmp_path, service.url, "--longest-attempt", "0.5").returncode == 0
            taken, attempts, _kinds = record(tmp_path)
            assert (taken.state, attempts) == (State.ACCEPTED, ["process_died", "accepted"])
            os.kill(sleeper, signal.SIGCONT)
            assert container.wait(timeout=60) == 0
        refund, attempts, kinds = record(tmp_path)
        assert (refund.state, attempts) == (State.ACCEPTED, ["process_died", "accepted"])
        assert not refund.life.alarm
        assert kinds[-2] == "accepted"
        assert kinds[-1] in ("accepted_again", "late_answer"), "what it heard in its grace is kept, and changes nothing"
        assert service.books.times_executed(refund.key) == 1


def test_one_that_died_in_another_container_is_taken_over_when_its_attempt_is_too_old(tmp_path: Path) -> None:
    with SandboxThread(any_trip=True, script=SLOW) as service:
        with sender_in_a_container(tmp_path, service) as container:
            os.kill(first_process(container), signal.SIGKILL)
            container.wait(timeout=30)
            assert worker(tmp_path, service.url, "--longest-attempt", "0.5").returncode == 0
        refund, attempts, _kinds = record(tmp_path)
        assert (refund.state, attempts) == (State.ACCEPTED, ["process_died", "accepted"])
        assert service.books.times_executed(refund.key) == 1
