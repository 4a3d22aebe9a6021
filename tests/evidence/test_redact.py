"""Personal data of old refunds is really removed, and the evidence still proves everything else."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from refund_tui.core.articles import RefundedArticle
from refund_tui.core.evidence import Verification
from refund_tui.core.outcomes import Answer, Doubt, Uncertain
from refund_tui.core.refunds import Action, State
from refund_tui.core.trips import Article, Card, Trip
from refund_tui.desk.actions import Evidence
from refund_tui.desk.desk import Desk
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.payments.body import build_body
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.trips import Trips
from refund_tui.store.sqlite.verify import verify
from tests.support.clock import FakeClock
from tests.support.damage import damage
from tests.support.desks import STORE, desk_over, intent
from tests.support.ears import Ears
from tests.support.ledgers import NOW, new_refund
from tests.support.program import environment, limited, run
from tests.support.service import ScriptedService, accepted

LONG_AGO, LATELY = datetime(2020, 3, 2, 12, 0, tzinfo=UTC), datetime.now(UTC) - timedelta(days=20)
CUT = Uncertain(Answer(None, "cut off"), Doubt.TIMEOUT)
TAIL = "Zw42"  # in place of four digits, which may be in any hash by chance
SECRETS = ("Mrs Zwetschge", TAIL, "ZWVISA", "R-77", "Quittenbrot", "half-typed Zwirn")
"""Texts of the old closed refunds, their trips and their drafts."""
WHERE = ("--base-url", "http://127.0.0.1:9")
REDACT = ("redact", "--older-than", "400d", "--because", "our retention rule")


def trip(name: str, at: datetime, *, kept: bool = False) -> Trip:
    article = Article("A1", "Bread" if kept else "Quittenbrot", Decimal(1))
    card = Card("KEPT", "7777") if kept else Card("ZWVISA", TAIL)
    return Trip(STORE, name, at, at, card=card, receipt="R-99" if kept else "R-77", articles=(article,))


async def refund(desk: Desk, ears: Ears, of: Trip, note: str, *, end: State) -> str:
    articles = (RefundedArticle("A1", of.articles[0].name, Decimal(1)),)
    taken = await desk.take(replace(intent(trip=of.trip_id, note=note), articles=articles))
    await ears.until_state(taken.key, end)
    return taken.key


async def fill(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    paid, settled = trip("paid", LONG_AGO), trip("settled", LONG_AGO)
    still_open, new = trip("open", LONG_AGO, kept=True), trip("new", LATELY, kept=True)
    with closing(Trips.open(trips_path(folder))) as trips:
        trips.put([paid, settled, trip("no refund", LONG_AGO), still_open, new])
    async with desk_over(folder, ScriptedService(accepted("REC1"), CUT, CUT), clock=FakeClock(LONG_AGO)) as desk:
        ears = Ears(desk)
        desk.begin()
        await refund(desk, ears, paid, "for Mrs Zwetschge", end=State.ACCEPTED)
        key = await refund(desk, ears, settled, "again Mrs Zwetschge", end=State.WAITING)
        await desk.act(key, Action.STOP)
        await desk.act(key, Action.SETTLE, evidence=Evidence(True, "line 7", "the processor", "3 March"))
        await desk.act(await refund(desk, ears, still_open, "kept open", end=State.WAITING), Action.STOP)
    async with desk_over(folder, ScriptedService(accepted("REC2")), clock=FakeClock(LATELY)) as desk:
        ears = Ears(desk)
        desk.begin()
        await refund(desk, ears, new, "kept new", end=State.ACCEPTED)
    with closing(sqlite3.connect(ledger_path(folder))) as connection, connection:
        drafts = [
            ("paid", "half-typed Zwirn", "2020-03-02T12:00:00.000Z"),
            ("new", "kept draft", "2099-03-02T12:00:00.000Z"),
        ]
        sql = "INSERT INTO draft (clerk, store_id, trip_id, amount, currency, reason, note, saved_at)"
        connection.executemany(f"{sql} VALUES ('ana', 'STORE-001', ?, '', '', '', ?, ?)", drafts)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Old refunds (accepted, settled, UNKNOWN), a new one, their trips, an old trip without refund, two drafts."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    asyncio.run(fill(folder))
    return folder


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    """A copy, to be redacted."""
    return Path(shutil.copytree(filled, tmp_path / "data"))


def redact(data: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return run(*REDACT, *flags, "--data-dir", str(data), *WHERE)


def checked(data: Path) -> Verification:
    return verify(ledger_path(data), build_body, lambda _done, _total: None)


def texts_in(data: Path) -> set[str]:
    """The secrets that are anywhere in the bytes of the data folder."""
    content = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file()).lower()
    return {secret for secret in SECRETS if secret.lower().encode() in content}


def rows(data: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(ledger_path(data))) as connection:
        return connection.execute(sql).fetchall()


def test_no_byte_of_the_texts_is_left_and_the_evidence_is_whole(data: Path) -> None:
    assert texts_in(data) == set(SECRETS)
    ended = redact(data)
    assert ended.returncode == 0, ended.stderr
    assert "Redacted and recorded: refunds 2 · drafts 1 · trips 3." in ended.stdout
    assert texts_in(data) == set()
    verified = run("verify", "--data-dir", str(data), *WHERE)
    assert verified.returncode == 0, verified.stderr
    assert "redacted  refunds 2: note, articles, card and receipt were removed, as events say" in verified.stdout


def test_open_and_new_refunds_and_what_they_need_keep_everything(data: Path) -> None:
    before = rows(data, "SELECT * FROM refund WHERE trip_id IN ('open', 'new') ORDER BY id")
    assert redact(data).returncode == 0
    assert rows(data, "SELECT * FROM refund WHERE trip_id IN ('open', 'new') ORDER BY id") == before
    assert rows(data, "SELECT note FROM draft") == [("kept draft",)]
    with closing(Trips.read(trips_path(data))) as trips:
        assert [one.trip_id for one in trips.find("", 0, 10)] == ["new", "open"]
        assert trips.find(TAIL, 0, 10) == []


def test_events_say_who_redacted_what_and_why(data: Path) -> None:
    redact(data, "--clerk", "olga")
    told = rows(data, "SELECT kind, who, why, data FROM event WHERE kind LIKE 'redact%' ORDER BY seq")
    assert [row[0] for row in told] == ["redaction_begun", "redacted", "redaction_completed"]
    assert {(row[1], row[2]) for row in told} == {("olga", "our retention rule")}
    [_, batch, end] = [json.loads(str(row[3])) for row in told]
    assert (batch["refunds"], end["refunds"], end["drafts"], end["trips"]) == ("2", "2", "1", "3")
    assert batch["older_than"][:4].isdigit()


def test_a_dry_run_counts_and_changes_nothing(data: Path) -> None:
    before = ledger_path(data).read_bytes(), trips_path(data).read_bytes()
    ended = redact(data, "--dry-run")
    assert ended.returncode == 0, ended.stderr
    assert "refunds     2 lose note, articles, card and receipt" in ended.stdout
    assert "trips       3 are deleted" in ended.stdout
    assert (ledger_path(data).read_bytes(), trips_path(data).read_bytes()) == before


def test_a_second_redaction_finds_nothing_and_writes_nothing(data: Path) -> None:
    redact(data)
    before = ledger_path(data).read_bytes()
    ended = redact(data)
    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "Nothing was changed.")
    assert ledger_path(data).read_bytes() == before


@pytest.mark.parametrize("age", ["7d", "2099-01", "a year", ""])
def test_an_age_at_which_refunds_may_still_be_needed_is_refused(data: Path, age: str) -> None:
    ended = run("redact", "--older-than", age, "--because", "why", "--data-dir", str(data), *WHERE)
    assert ended.returncode == 2, ended.stderr
    assert rows(data, "SELECT count(*) FROM event WHERE kind LIKE 'redact%'") == [(0,)]


def test_history_exports_and_search_say_that_it_was_redacted(data: Path) -> None:
    began = datetime.now(UTC)
    redact(data)
    shown = run("history", "--json", "--data-dir", str(data), *WHERE)
    told = {one["shopping_trip_id"]: one for one in map(json.loads, shown.stdout.splitlines())}
    assert (told["paid"]["note"], told["paid"]["card_last_four"], told["paid"]["articles"]) == ("", None, [])
    assert datetime.fromisoformat(told["paid"]["redacted_at"]) > began - timedelta(seconds=1)
    assert (told["new"]["note"], told["new"]["redacted_at"]) == ("kept new", None)
    assert "redacted_at" in run("history", "--csv", "--data-dir", str(data), *WHERE).stdout.splitlines()[0]
    for word in ("zwetschge", TAIL, "R-77"):
        found = run("history", word, "--json", "--data-dir", str(data), *WHERE)
        assert found.stderr == ""
        assert '"paid"' not in found.stdout


OF_PAID = "UPDATE refund SET {} WHERE trip_id = 'paid'"
OF_NEW = "UPDATE refund SET {} WHERE trip_id = 'new'"
EMPTIED = "note = '', articles = '[]', brand = NULL, tail = NULL, receipt = NULL, salt = NULL"
BY_EVENT = "(redaction, redacted_at) = (SELECT seq, at FROM event WHERE kind = 'redacted')"
ALTERATIONS = {
    OF_PAID.format("note = 'a kind word'"): "it was redacted, and there is text again",
    OF_PAID.format("tail = '1111'"): "it was redacted, and there is text again",
    OF_PAID.format("redaction = NULL, redacted_at = NULL"): "was altered or removed",
    OF_PAID.format("redacted_at = '2021-01-01T00:00:00.000Z'"): "no event says that it was redacted",
    OF_PAID.format("minor = 1"): "minor says 1, and its events say 1250",
    OF_NEW.format("note = 'another'"): "was altered or removed",
    OF_NEW.format("note = '', salt = NULL"): "was altered or removed",
    OF_NEW.format(f"{EMPTIED}, {BY_EVENT}"): "no event says that it was redacted",
    "UPDATE event SET record = NULL WHERE kind = 'redacted'": "does not follow",
    "DELETE FROM event WHERE kind = 'redacted'": "does not follow",
}


@pytest.fixture(scope="module")
def redacted(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(filled, tmp_path_factory.mktemp("redacted") / "data"))
    assert redact(folder).returncode == 0
    return folder


@pytest.mark.parametrize("sql", ALTERATIONS)
def test_what_was_altered_beside_a_redaction_is_named(redacted: Path, tmp_path: Path, sql: str) -> None:
    folder = Path(shutil.copytree(redacted, tmp_path / "data"))
    assert damage(ledger_path(folder), sql) == 1
    problems = checked(folder).problems
    assert any(ALTERATIONS[sql] in problem for problem in problems), problems


def test_a_text_that_was_put_back_from_a_copy_is_named(filled: Path, redacted: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(redacted, tmp_path / "data"))
    names = ("note", "articles", "brand", "tail", "receipt", "salt")
    [old] = rows(filled, f"SELECT {', '.join(names)} FROM refund WHERE trip_id = 'paid'")
    back = ", ".join(f"{name} = ?" for name in names)
    damage(
        ledger_path(folder),
        f"{OF_PAID.format(back)}".replace(" WHERE", ", redaction = NULL, redacted_at = NULL WHERE"),
        *old,
    )
    [problem] = checked(folder).problems
    assert "redacted it, and it is not redacted" in problem


@pytest.mark.parametrize("trip_id", ["new", "open"])
def test_a_redaction_of_a_new_or_open_refund_is_refused_by_the_tables_and_named(data: Path, trip_id: str) -> None:
    event = (
        "INSERT INTO event (seq, key, at, who, kind, why, data, record, hash) SELECT max(seq) + 1, NULL, ?, 'eve',"
        " 'redacted', '', ?, (SELECT '[[\"personal\",[\"' || key || '\"],null]]' FROM refund WHERE trip_id = ?), hash"
        " FROM event"
    )
    at, limit = "2026-03-02T12:00:00.000Z", '{"older_than": "2025-01-01T00:00:00.000Z"}'
    update = f"UPDATE refund SET {EMPTIED}, redaction = (SELECT max(seq) FROM event), redacted_at = ? WHERE trip_id = ?"
    with closing(sqlite3.connect(ledger_path(data))) as connection, connection:
        connection.execute(event, (at, limit, trip_id))
        with pytest.raises(sqlite3.IntegrityError, match="only redacted"):
            connection.execute(update, (at, trip_id))
    damage(ledger_path(data), update, at, trip_id)
    assert any("before it was old enough" in problem for problem in checked(data).problems)


KILLED = """
import os, shutil, signal, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from refund_tui.core.redaction import RedactionOrder
from refund_tui.host.clock import SystemClock
from refund_tui.store.sqlite import database, redact
from refund_tui.store.sqlite.maintenance import SqliteMaintenance
from refund_tui.store.sqlite.storage import SqliteStorage

redact.PAGE = 1
source, target, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
now = SystemClock().now()
order = RedactionOrder(now.at - timedelta(days=400), "ana", "why")
real = database.connect

def run(folder, left):
    def connect(path, mode):
        connection = real(path, mode)
        def traced(_sql):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        connection.set_trace_callback(traced)
        return connection
    database.connect = connect
    SqliteMaintenance(SqliteStorage(folder)).redact(order, now)

number = 1
while True:
    folder = target / str(number)
    shutil.copytree(source, folder)
    child = os.fork()
    if child == 0:
        run(folder, number)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status):
        sys.exit(os.WEXITSTATUS(status))
    number += step
"""


def test_a_redaction_that_was_killed_anywhere_is_ended_by_the_next_one(filled: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(filled), str(tmp_path), "23"]
    with subprocess.Popen(command, env=environment()) as program, limited(program):
        assert program.wait() == 0
    folders = sorted(tmp_path.iterdir(), key=lambda folder: int(folder.name))
    assert len(folders) > 10
    for folder in folders:
        Ledger.open(ledger_path(folder)).close()  # rolls back what the dead process left
        found = checked(folder)
        assert found.problems == ()
        for text, gone in rows(folder, "SELECT note || articles, redaction IS NOT NULL FROM refund WHERE id <= 2"):
            assert (text == "[]") == gone
    for folder in folders[::8]:
        ended = redact(folder)
        assert ended.returncode == 0, ended.stderr
        assert (texts_in(folder), checked(folder).problems, checked(folder).redacted) == (set(), (), 2)


@pytest.mark.parametrize(("typed", "code", "gone"), [("redact", 0, True), ("y", 1, False), ("", 1, False)])
def test_a_person_at_a_terminal_is_asked(data: Path, typed: str, code: int, gone: bool) -> None:
    ours, theirs = os.openpty()
    os.write(ours, f"{typed}\n".encode())
    command = [sys.executable, "-m", "refund_tui", *REDACT, "--data-dir", str(data), *WHERE]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(), stdin=theirs, stdout=pipe, stderr=pipe, text=True) as program:
        os.close(theirs)
        with limited(program):
            stdout, stderr = program.communicate()
    os.close(ours)
    assert (program.returncode, "Nothing was changed" in stdout) == (code, not gone)
    assert "The texts cannot be brought back." in stderr
    assert (texts_in(data) == set()) == gone


MORE = 40


def test_refunds_are_recorded_while_another_process_redacts(data: Path) -> None:
    command = [sys.executable, "-m", "refund_tui", *REDACT, "--data-dir", str(data), *WHERE]
    with (
        closing(Ledger.open(ledger_path(data))) as ledger,
        subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL) as program,
        limited(program),
    ):
        for number in range(MORE):
            more = replace(new_refund(trip=f"more-{number}"), endpoint="127.0.0.1:9")
            ledger.record(replace(more, body=build_body(more.key, more.intent)), NOW, second_yes=False)
        assert program.wait() == 0
    found = checked(data)
    assert (found.problems, found.redacted, found.refunds) == ((), 2, 4 + MORE)
    assert texts_in(data) == set()
