"""`refund-tui refund` as a process, with a service on loopback: it records nothing before a typed yes."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from refund_tui.core.filters import Filter
from refund_tui.core.money import Money
from refund_tui.core.refunds import Action, Refund, State
from refund_tui.core.trips import Trip
from refund_tui.desk.desk import Desk
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.sandbox import SandboxThread, parse_script
from refund_tui.store.sqlite.history import History
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.trips import Trips
from tests.support.desks import settings
from tests.support.ledgers import sound
from tests.support.program import PATIENCE, environment, limited, run
from tests.support.records import trip

ASKED = ("--amount", "12.50", "--reason", "1")


def service(*steps: dict[str, Any]) -> SandboxThread:
    return SandboxThread(any_trip=True, script=parse_script({"refund": list(steps)}))


@pytest.fixture
def sandbox() -> Iterator[SandboxThread]:
    """A service that accepts whatever is asked for."""
    with service() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that knows a trip of 50.00 EUR of today, and one whose window is closed."""
    today = datetime.now(UTC)
    trips = Trips.open(trips_path(tmp_path))
    trips.put([trip("known", began=today, ended=today), trip("old", began=today - timedelta(30), ended=None)])
    trips.close()
    return tmp_path


def command(folder: Path, url: str, *arguments: str) -> list[str]:
    flags = ("--data-dir", str(folder), "--base-url", url, "--store-id", "STORE-001", "--clerk", "ana")
    return [sys.executable, "-m", "refund_tui", "refund", *flags, *arguments]


def refund(
    folder: Path, url: str, *arguments: str, typed: str = "y\n", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process. `typed` is its input."""
    return subprocess.run(
        command(folder, url, *arguments), env=environment(**variables), input=typed, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip


def recorded(folder: Path) -> list[Refund]:
    """The refunds in the ledger, oldest first."""
    if not ledger_path(folder).exists():
        return []
    history = History.open(ledger_path(folder))
    try:
        return sound(history.rows(Filter(), 0, 100))[::-1]
    finally:
        history.close()


def test_a_yes_refunds_it(folder: Path, sandbox: SandboxThread) -> None:
    ended = refund(folder, sandbox.url, "known", *ASKED, "--note", "broken jar")
    assert ended.returncode == 0
    assert ended.stderr == "Refund it? Type y and Enter; anything else goes back: "
    [taken] = recorded(folder)
    assert (taken.state, taken.intent.amount, taken.intent.note) == (State.ACCEPTED, Money(1250, "EUR"), "broken jar")
    assert sandbox.books.times_executed(taken.key) == 1
    for line in ("Trip         known", "Left         50.00 EUR", "Refund       12.50 EUR", f"Recorded as {taken.key}."):
        assert line in ended.stdout.splitlines()
    assert str(taken.life.reconciliation_id) in ended.stdout


@pytest.mark.parametrize("typed", ["n\n", "\n", "yes\n", "Y\n", "", "\x1b\n", "\xff\n"])
def test_anything_but_y_goes_back_with_nothing_recorded(folder: Path, sandbox: SandboxThread, typed: str) -> None:
    ended = refund(folder, sandbox.url, "known", *ASKED, typed=typed)
    assert ended.returncode == 1
    assert ended.stdout.endswith("Nothing was recorded and nothing was sent.\n")
    assert recorded(folder) == []
    assert sandbox.books.arrivals == ()


@pytest.mark.parametrize("given", [b"\xff\xfe\n", None])
def test_an_input_that_is_no_text_or_closed_goes_back(folder: Path, given: bytes | None) -> None:
    line = command(folder, "http://127.0.0.1:9", "known", *ASKED)
    shell = ["sh", "-c", 'exec "$@" <&-', "sh", *line] if given is None else line
    ended = subprocess.run(
        shell, env=environment(), input=given or b"", capture_output=True, timeout=PATIENCE, check=False
    )
    assert (ended.returncode, ended.stderr.count(b"\n")) == (1, 0)
    assert recorded(folder) == []


SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_at_the_question_ends_it_with_nothing_recorded(
    folder: Path, sandbox: SandboxThread, number: signal.Signals, code: int
) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command(folder, sandbox.url, "known", *ASKED), env=environment(), stdin=pipe, stdout=pipe, stderr=pipe
    ) as program:
        assert program.stderr is not None
        assert program.stderr.read(10) == b"Refund it?"
        program.send_signal(number)
        _out, err = program.communicate(timeout=20)
    assert program.returncode == code
    told = f"refund-tui: ended by {number.name}: nothing was recorded and nothing was sent"
    assert err.decode().splitlines()[-1] == told
    assert recorded(folder) == []


def test_all_that_is_left_and_a_reason_by_its_name(folder: Path, sandbox: SandboxThread) -> None:
    assert refund(folder, sandbox.url, "known", *ASKED).returncode == 0
    left = ("--amount", "left", "--reason", "other")
    assert refund(folder, sandbox.url, "known", *left).returncode == 0
    assert [taken.intent.amount.digits for taken in recorded(folder)] == ["12.50", "37.50"]


def test_the_same_again_is_refunded_only_as_a_different_one(folder: Path, sandbox: SandboxThread) -> None:
    assert refund(folder, sandbox.url, "known", *ASKED).returncode == 0
    [first] = recorded(folder)
    back = refund(folder, sandbox.url, "known", *ASKED, typed="y\ny\n")
    assert back.returncode == 1
    assert f"  12.50 EUR  ACCEPTED  by ana  {first.key}" in back.stdout.splitlines()
    assert recorded(folder) == [first]
    assert refund(folder, sandbox.url, "known", *ASKED, typed="y\ndifferent\n").returncode == 0
    assert [taken.state for taken in recorded(folder)] == [State.ACCEPTED] * 2


def test_a_rate_limit_is_counted_down_in_lines(folder: Path) -> None:
    with service({"status": 429, "retryAfter": "2"}) as limiting:
        ended = refund(folder, limiting.url, "known", *ASKED)
    assert ended.returncode == 0
    lines = ended.stdout.splitlines()
    assert "  waiting, next attempt in 00:02" in lines
    assert "  waiting, next attempt in 00:01" in lines
    assert lines.index("  waiting, next attempt in 00:02") > next(i for i, line in enumerate(lines) if "429" in line)
    first, second = limiting.books.arrivals
    assert first.body == second.body


@pytest.mark.parametrize(
    ("step", "code", "state"),
    [
        ({"status": 400}, 1, State.REJECTED),
        ({"status": 403}, 5, State.BLOCKED),
        ({"status": 429, "retryAfter": "600"}, 4, State.WAITING),
        ({"status": 503, "retryAfter": "600"}, 4, State.WAITING),
    ],
)
def test_the_exit_code_says_what_became_of_it(folder: Path, step: dict[str, Any], code: int, state: State) -> None:
    with service(step) as answering:
        ended = refund(folder, answering.url, "known", *ASKED, "--no-wait")
    assert ended.returncode == code, ended.stdout
    assert [taken.state for taken in recorded(folder)] == [state]
    assert f"{state}: " in ended.stdout
    assert ("the money may have moved" in ended.stdout) == recorded(folder)[0].life.maybe_executed


def test_without_waiting_a_refund_that_the_account_holds_is_recorded_and_left(folder: Path) -> None:
    with service({"status": 429, "retryAfter": "600"}) as limiting:
        assert refund(folder, limiting.url, "known", *ASKED, "--no-wait").returncode == 4
        ended = refund(folder, limiting.url, "another", *ASKED, "--currency", "EUR", "--no-wait")
    assert ended.returncode == 4
    assert [taken.state for taken in recorded(folder)] == [State.WAITING, State.QUEUED]
    assert len(limiting.books.arrivals) == 1
    assert "It waits: next attempt at 20" in ended.stdout
    assert ", in 09:5" in ended.stdout or ", in 10:00" in ended.stdout


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_while_it_waits_ends_it_in_order(folder: Path, number: signal.Signals, code: int) -> None:
    with service({"status": 429, "retryAfter": "600"}) as limiting, at_work(folder, limiting.url) as program:
        assert program.stdout is not None
        assert any("next attempt in 10:00" in line for line in program.stdout)
        program.send_signal(number)
        _out, err = program.communicate(timeout=20)
    assert program.returncode == code
    assert f"refund-tui: ended by {number.name}: what was recorded continues" in err
    assert [(taken.state, taken.life.maybe_executed) for taken in recorded(folder)] == [(State.WAITING, False)]


@contextmanager
def at_work(folder: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    """The running command after its question was answered with yes."""
    pipe = subprocess.PIPE
    line = command(folder, url, "known", *ASKED)
    with (
        subprocess.Popen(line, env=environment(), stdin=pipe, stdout=pipe, stderr=pipe, text=True) as program,
        limited(program),
    ):
        assert program.stdin is not None
        program.stdin.write("y\n")
        program.stdin.flush()
        yield program


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_gives_the_request_on_the_wire_its_grace(folder: Path, number: signal.Signals, code: int) -> None:
    with service({"delay": 1.0}) as slow, at_work(folder, slow.url) as program:
        assert slow.books.wait_until(lambda books: len(books.arrivals) == 1)
        program.send_signal(number)
        out, _err = program.communicate(timeout=20)
    assert program.returncode == code
    assert "ACCEPTED: " in out
    assert [taken.state for taken in recorded(folder)] == [State.ACCEPTED]


def test_a_refund_stopped_on_another_terminal_still_receives_its_acceptance(folder: Path) -> None:
    with service({"delay": 4.0}) as slow, at_work(folder, slow.url) as program:
        assert slow.books.wait_until(lambda books: len(books.arrivals) == 1)
        [taken] = recorded(folder)
        asyncio.run(stopped_elsewhere(folder, slow.url, taken.key))
        out, _err = program.communicate(timeout=30)
    lines = [line.partition(": ")[0].strip() for line in out.splitlines()]
    assert lines[-3:] == ["UNKNOWN", "one of its requests has no answer yet", "ACCEPTED"]
    assert program.returncode == 0
    assert [taken.state for taken in recorded(folder)] == [State.ACCEPTED]


async def stopped_elsewhere(folder: Path, url: str, key: str) -> None:
    """Another clerk's terminal stops the refund."""
    desk = Desk(settings(folder, base_url=url))
    await desk.open()
    await desk.act(key, Action.STOP)
    await desk.close()


@contextmanager
def accepted_while_locked(folder: Path) -> Iterator[tuple[subprocess.Popen[str], sqlite3.Connection, SandboxThread]]:
    """The command after it reported that its answer is not saved, and the connection that locks the ledger."""
    other = sqlite3.connect(ledger_path(folder), isolation_level=None, check_same_thread=False)
    with service({"delay": 0.5}) as answering, closing(other), at_work(folder, answering.url) as program:
        assert program.stdout is not None
        assert any("SENDING" in line for line in program.stdout)
        other.execute("BEGIN EXCLUSIVE")
        said = next(line for line in program.stdout if "not saved" in line)
        assert said.startswith("accepted, not saved: the ledger at ")
        assert "The money is on its way. Writing is tried again" in said
        assert "try again" not in said
        yield program, other, answering


def test_a_yes_that_cannot_be_written_is_told_and_written_once_the_ledger_is_free(folder: Path) -> None:
    Ledger.open(ledger_path(folder)).close()
    with accepted_while_locked(folder) as (program, other, answering):
        other.execute("ROLLBACK")
        out, err = program.communicate(timeout=PATIENCE)
    assert (program.returncode, "Traceback" in err) == (0, False), err
    assert "ACCEPTED: " in out
    assert [taken.state for taken in recorded(folder)] == [State.ACCEPTED]
    assert len(answering.books.executions) == 1


def test_leaving_with_an_unwritten_acceptance_says_truly_what_the_next_start_does(folder: Path) -> None:
    Ledger.open(ledger_path(folder)).close()
    with accepted_while_locked(folder) as (program, other, answering):
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=PATIENCE)
        other.execute("ROLLBACK")
        assert (program.returncode, "Traceback" in err) == (130, False), err
        assert "asked again with the same id, which within 1 d 0 h cannot pay twice: do not refund it again" in out
        assert "try again" not in out + err
        flags = ("--data-dir", str(folder), "--base-url", answering.url, "--store-id", "STORE-001")
        assert run("resume", *flags).returncode == 0
        [taken] = recorded(folder)
        assert (taken.state, answering.books.times_executed(taken.key)) == (State.ACCEPTED, 1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("a b", *ASKED), "trip id"),
        (("", *ASKED), "type the trip id"),
        (("t" * 256, *ASKED), "256 characters"),
        (("known", "--amount", "0", "--reason", "1"), "more than 0"),
        (("known", "--amount=-5", "--reason", "1"), "remove the minus"),
        (("known", "--amount", "12.345", "--reason", "1"), "3 decimals: EUR has 2"),
        (("known", "--amount", "1e3", "--reason", "1"), "only digits"),
        (("known", "--amount", "NaN", "--reason", "1"), "only digits"),
        (("known", "--amount", "१२", "--reason", "1"), "only digits"),
        (("known", "--amount", "", "--reason", "1"), "type the amount"),
        (("known", "--amount", "1,234", "--reason", "1"), "two ways"),
        (("known", "--amount", "50.01", "--reason", "1"), "only 50.00 EUR is left"),
        (("known", "--amount", "12.50", "--reason", "6"), "6 is not a reason"),
        (("known", "--amount", "12.50", "--reason", "9" * 5000), "is not a reason"),
        (("known", "--amount", "12.50", "--reason", ""), "is not a reason"),
        (("known", *ASKED, "--note", "n" * 201), "201 characters"),
        (("known", *ASKED, "--note", "\udcff"), "bytes that are not valid text"),
        (("old", *ASKED), "the refund window closed"),
        (("unheard-of", *ASKED), "give it with --currency"),
        (("unheard-of", "--amount", "left", "--reason", "1", "--currency", "EUR"), "type the amount"),
        (("unheard-of", "--amount", "5.5", "--reason", "1", "--currency", "JPY"), "no decimals"),
        (("known", *ASKED, "--currency", "EURO"), "--currency is not usable: a currency is three capital letters"),
        (("known", *ASKED, "--currency", "XYZ"), "XYZ"),
        (("known", *ASKED, "--store-id", "store 1"), "store"),
        (("known", *ASKED, "--store-id", ""), "store"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_recorded(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    ended = refund(folder, "http://127.0.0.1:9", *arguments)
    assert ended.returncode == 2, ended.stdout
    [line] = ended.stderr.splitlines()
    assert line.startswith("refund-tui: ")
    assert says in line
    assert ended.stdout == ""
    assert recorded(folder) == []


def test_in_production_the_amount_is_typed_again(folder: Path, sandbox: SandboxThread) -> None:
    real = {"REFUND_TUI_ENVIRONMENT": "PRODUCTION", "REFUND_TUI_CONFIRM_ABOVE": "40"}
    wrong = refund(folder, sandbox.url, "known", "--amount", "50", "--reason", "1", typed="y\n50.01\n", **real)
    assert wrong.returncode == 1
    assert "Environment  PRODUCTION" in wrong.stdout
    assert wrong.stderr.endswith("This is real money. Type the amount 50.00 again: ")
    assert recorded(folder) == []
    right = refund(folder, sandbox.url, "known", "--amount", "50", "--reason", "1", typed="y\n50.00\n", **real)
    assert right.returncode == 0


UUID = "ABCDEF01-2345-6789-ABCD-EF0123456789"


@pytest.mark.parametrize("typed", [UUID.lower(), UUID.replace("-", ""), f" '{UUID}' "])
def test_a_trip_id_in_another_spelling_is_taken_for_the_known_one_aloud(
    folder: Path, sandbox: SandboxThread, typed: str
) -> None:
    today = datetime.now(UTC)
    trips = Trips.open(trips_path(folder))
    trips.put([trip(UUID, began=today, ended=today)])
    trips.close()
    assert refund(folder, sandbox.url, UUID, "--amount", "40", "--reason", "1").returncode == 0
    over = refund(folder, sandbox.url, typed, "--amount", "40", "--reason", "1")
    assert over.returncode == 2
    assert "only 10.00 EUR is left" in over.stderr
    assert refund(folder, sandbox.url, typed, "--amount", "10", "--reason", "2").returncode == 0
    assert {taken.intent.trip_id for taken in recorded(folder)} == {UUID}
    assert over.stdout.startswith(f"Trip {typed} of STORE-001 is the same trip as {UUID}") == (
        typed.strip(" '") != UUID
    )


def test_a_captured_amount_that_does_not_count_is_named_and_raised_by_a_persons_word(
    folder: Path, sandbox: SandboxThread
) -> None:
    def ceiling(*arguments: str) -> subprocess.CompletedProcess[str]:
        flags = ("--data-dir", str(folder), "--store-id", "STORE-001", "--clerk", "eve")
        return run("ledger", "ceiling", *arguments, *flags)

    assert refund(folder, sandbox.url, "known", "--amount", "40", "--reason", "1").returncode == 0
    trips = Trips.open(trips_path(folder))
    trips.put([Trip("STORE-001", "known", captured=Money(20_000, "EUR"))])
    trips.close()
    over = refund(folder, sandbox.url, "known", "--amount", "45", "--reason", "1")
    assert (over.returncode, over.stdout) == (2, "")
    for words in ("only 10.00 EUR is left", "50.00 EUR was captured", "200.00 EUR", "refund-tui ledger ceiling"):
        assert words in over.stderr
    assert ceiling("known", "200", "--because", " ").returncode == 2
    assert ceiling("known", "2e2", "--because", "x").returncode == 2
    said = ceiling("KNOWN", "200", "--because", "the till's journal")
    assert (said.returncode, said.stderr) == (0, "")
    assert "Captured     200.00 EUR, said by eve (before: 50.00 EUR, by the ledger)" in said.stdout.splitlines()
    assert "Left         160.00 EUR" in said.stdout.splitlines()
    assert refund(folder, sandbox.url, "known", "--amount", "45", "--reason", "1").returncode == 0


def test_a_ceiling_is_set_only_in_a_ledger_that_is_there(tmp_path: Path) -> None:
    ended = run("ledger", "ceiling", "known", "5", "--because", "x", "--data-dir", str(tmp_path), "--store-id", "S")
    assert (ended.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "there is no ledger" in ended.stderr
