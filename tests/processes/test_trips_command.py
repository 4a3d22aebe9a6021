"""`refund-tui trips import`: imported and left out records, with reasons, on the right stream, and exit codes."""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from refund_tui.commands.trips import add_arguments, run
from refund_tui.core.money import Money
from refund_tui.core.refunds import Ceiling, Event
from refund_tui.errors import StoreBusy, StoreUnusable
from refund_tui.host.paths import ledger_path, trips_path
from refund_tui.store.sqlite.connection import Patience
from refund_tui.store.sqlite.ledger import Ledger
from refund_tui.store.sqlite.trips import Trips
from tests.support.desks import settings
from tests.support.ledgers import NOW, all_events, ledger_at, locked, new_refund
from tests.support.program import run as program
from tests.support.records import record_of, trip

HOSTILE = "\x1b]0;owned\x07\u202e[red]"


def imported(tmp_path: Path, *files: str | Path) -> int:
    """Import these files. The exit code."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(["import", *map(str, files)]), settings(tmp_path / "data"))


def stored(tmp_path: Path) -> list[str]:
    trips = Trips.open(trips_path(tmp_path / "data"))
    try:
        return sorted(each.trip_id for each in trips.find("", 0, 5000))
    finally:
        trips.close()


def lines_of(*ids: str) -> str:
    return "".join(json.dumps(record_of(trip(name))) + "\n" for name in ids)


def test_good_records_are_kept_and_bad_ones_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "today.jsonl"
    file.write_text(lines_of("a") + '{"storeId": "S", "card": {"tail": "4111111111111111"}}\n' + lines_of("b", "a"))
    assert imported(tmp_path, file) == 1
    out, err = capsys.readouterr()
    assert out == f"{file}: 2 new, 0 changed, 1 unchanged, 1 left out\n"
    reason = "shoppingTripId: is missing; card.tail: only the last four digits of a card are taken"
    assert err == f"{file}: line 2: left out: {reason}\n"
    assert stored(tmp_path) == ["a", "b"]


def test_importing_again_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "today.jsonl"
    file.write_text(lines_of(*(f"trip-{n}" for n in range(2_500))))
    assert imported(tmp_path, file) == 0
    assert imported(tmp_path, file) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        f"{file}: 2,500 new, 0 changed, 0 unchanged, 0 left out",
        f"{file}: 0 new, 0 changed, 2,500 unchanged, 0 left out",
    ]
    assert err == ""


def test_large_records_are_not_held_together(tmp_path: Path) -> None:
    file = tmp_path / "large.jsonl"
    items = [{"id": f"SKU-{n}", "name": f"{n:x<250}"} for n in range(3_000)]
    with file.open("w") as out:
        for n in range(12):
            print(json.dumps({"storeId": "S", "shoppingTripId": f"trip-{n}", "items": items}), file=out)
    tracemalloc.start()
    try:
        assert imported(tmp_path, file) == 0
        assert tracemalloc.get_traced_memory()[1] < 18_000_000
    finally:
        tracemalloc.stop()
    assert len(stored(tmp_path)) == 12


def test_a_file_that_cannot_be_read_is_left_out_and_the_others_are_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, strange, missing = tmp_path / "good.json", tmp_path / "strange.zip", tmp_path / "missing.json"
    good.write_text(lines_of("a"))
    strange.write_bytes(b"PK\x03\x04")
    assert imported(tmp_path, missing, strange, tmp_path, good) == 2
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "all files: 1 new, 0 changed, 0 unchanged, 0 left out"
    assert [line.partition(" cannot be read: ")[0] for line in err.splitlines()] == list(
        map(str, (missing, strange, tmp_path))
    )
    assert "No such file" in err
    assert stored(tmp_path) == ["a"]


def test_standard_input_is_a_file_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines_of("a").encode())))
    assert imported(tmp_path, "-") == 0
    assert capsys.readouterr().out == "standard input: 1 new, 0 changed, 0 unchanged, 0 left out\n"


def test_nothing_from_a_file_steers_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / f"x{HOSTILE.replace('/', '')}.json"
    record = {**record_of(trip("a")), HOSTILE: 1, "shoppingTripId": f"a{HOSTILE}"}
    file.write_text(
        json.dumps([record, {HOSTILE: 1, "storeId": HOSTILE, "captured": {"amount": HOSTILE, "code": HOSTILE}}])
    )
    assert imported(tmp_path, file) == 1
    out, err = capsys.readouterr()
    assert not any(char in out + err for char in "\x1b\x07\u202e")
    assert "fields that are not kept" in err


IMPORT = """
import argparse, sys
from pathlib import Path
from refund_tui.commands.trips import add_arguments, run
from tests.support.desks import settings
from tests.support.ledgers import NOW, ledger_at, new_refund
parser = argparse.ArgumentParser()
add_arguments(parser)
sys.exit(run(parser.parse_args(["import", sys.argv[2]]), settings(Path(sys.argv[1]))))
"""


def test_interrupted_what_was_taken_stays_and_is_said(tmp_path: Path) -> None:
    fifo = tmp_path / "endless.jsonl"
    os.mkfifo(fifo)
    command = [sys.executable, "-c", IMPORT, str(tmp_path / "data"), str(fifo)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process, fifo.open("w") as pipe:
        pipe.write(lines_of(*(f"trip-{n}" for n in range(1_500))))
        pipe.flush()
        wait_for_trips(tmp_path)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert (out, err) == (
        "",
        "stopped. What was imported so far stays (1,000 new, 0 changed, 0 unchanged, 0 left out); "
        "import again for the rest.\n",
    )
    assert len(stored(tmp_path)) == 1_000


def wait_for_trips(tmp_path: Path, number: int = 1) -> None:
    """Wait, for at most 20 seconds, until another process has stored so many."""
    deadline = time.monotonic() + 20
    while not trips_path(tmp_path / "data").exists() or len(stored(tmp_path)) < number:
        assert time.monotonic() < deadline, "nothing was stored"


def test_on_a_terminal_the_bytes_read_are_shown_and_nothing_is_left_behind(tmp_path: Path) -> None:
    file = tmp_path / "[red]today.jsonl"
    file.write_text(lines_of(*(f"trip-{n}" for n in range(1_500))))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", IMPORT, str(tmp_path / "data"), str(file)]
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
            timeout=30,
        )
        shown = os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0
    assert "1,500 new" in done.stdout.decode()
    assert "[red]today.jsonl" in shown
    assert "/" in shown
    assert "B" in shown


def test_what_the_ledger_recorded_as_captured_is_compared_with_a_new_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def record(minor: int) -> str:
        return json.dumps(record_of(trip("Trip-1", captured=Money(minor, "EUR")))) + "\n"

    with ledger_at(ledger_path(tmp_path / "data")) as ledger:
        ledger.record(new_refund(trip="trip-1", captured=5000), NOW, second_yes=False)
    file = tmp_path / "today.jsonl"
    file.write_text(lines_of("a") + record(5000))
    assert imported(tmp_path, file) == 0
    assert capsys.readouterr().err == ""
    file.write_text(record(20_000))
    assert imported(tmp_path, file) == 0
    out, err = capsys.readouterr()
    assert out == f"{file}: 0 new, 1 changed, 0 unchanged, 0 left out\n"
    assert err.splitlines() == [
        "1 trip has another captured amount than the ledger. The ledger's amount counts; if you know the right "
        "amount, state it with refund-tui ledger ceiling TRIP AMOUNT --because WHY",
        "Trip-1 of STORE-001: 50.00 EUR in the ledger, 200.00 EUR in the file",
    ]
    with ledger_at(ledger_path(tmp_path / "data")) as ledger:
        ledger.set_ceiling(Ceiling("STORE-001", "trip-1", Money(20_000, "EUR"), NOW.at, "eve", "the till"), NOW)
    assert imported(tmp_path, file) == 0
    assert capsys.readouterr().err == ""


def test_what_the_ledger_cannot_record_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    ledger_path(tmp_path / "data").write_bytes(b"no ledger" * 100)
    file = tmp_path / "today.jsonl"
    file.write_text(lines_of("a"))
    with pytest.raises(StoreUnusable, match="nothing was written"):
        imported(tmp_path, file)
    assert stored(tmp_path) == []


def test_a_ledger_that_is_held_lets_nothing_be_imported_unseen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Patience, "USUAL", 1)
    Ledger.open(ledger_path(tmp_path / "data")).close()
    file = tmp_path / "today.jsonl"
    file.write_text(lines_of("a"))
    with locked(tmp_path / "data"), pytest.raises(StoreBusy):
        imported(tmp_path, file)
    assert stored(tmp_path) == []


def captured(*amounts: tuple[str, int | None]) -> str:
    records = (trip(name, captured=None if minor is None else Money(minor, "EUR")) for name, minor in amounts)
    return "".join(json.dumps(record_of(record)) + "\n" for record in records)


def recorded_of(tmp_path: Path) -> list[Event]:
    """The events of the whole ledger, which are all by the clerk and by this account."""
    events = [event for event in all_events(ledger_path(tmp_path / "data")) if event.key is None]
    assert {(event.key, event.who, event.actor.uid) for event in events} == {(None, "ana", str(os.getuid()))}
    return events


def test_each_import_is_recorded_with_its_file_its_hash_and_what_rose(tmp_path: Path) -> None:
    file = tmp_path / "today.jsonl"
    file.write_text(captured(("a", 5000), ("b", 5000), ("c", None), ("d", 700)))
    assert imported(tmp_path, file) == 0
    file.write_text(captured(("a", 90_000), ("b", 4000), ("c", 100), ("d", 700), ("new", 100)) + "{}\n \n")
    assert imported(tmp_path, file) == 1
    first, second = recorded_of(tmp_path)[:2], recorded_of(tmp_path)[2:]
    assert [event.kind for event in first] == ["import_begun", "trips_imported"]
    assert [event.kind for event in second] == ["import_begun", "captured_raised", "trips_imported"]
    assert {event.data["file"] for event in (*first, *second)} == {str(file)}
    assert json.loads(second[1].data["raised"]) == [
        ["STORE-001", "a", "50.00 EUR", "900.00 EUR"],
        ["STORE-001", "c", None, "1.00 EUR"],
    ]
    assert second[2].why == "read to its end"
    assert second[2].data == {
        "file": str(file), "sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "new": "1", "changed": "3",
        "same": "1", "left_out": "1", "raised": "2",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["[{}]  \n\n", "[{}]", "\ufeff[{}]\r\n", "{}\n"])
def test_the_hash_is_that_of_the_whole_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "today.json"
    file.write_text(text.replace("{}", lines_of("a").strip()), encoding="utf-8")
    assert imported(tmp_path, file) == 0
    assert recorded_of(tmp_path)[-1].data["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_an_import_without_any_valid_trip_is_not_recorded(tmp_path: Path) -> None:
    file = tmp_path / "today.jsonl"
    file.write_text("{}\n")
    assert imported(tmp_path, file, tmp_path / "missing.json") == 2
    assert all_events(ledger_path(tmp_path / "data")) == []


def test_another_currency_and_an_amount_after_an_unreadable_one_are_recorded(tmp_path: Path) -> None:
    file = tmp_path / "today.jsonl"
    file.write_text(captured(("a", 5000), ("b", 5000)))
    imported(tmp_path, file)
    with closing(sqlite3.connect(trips_path(tmp_path / "data"))) as connection, connection:
        connection.execute("UPDATE trip SET minor = -5 WHERE trip_id = 'b'")
    file.write_text(json.dumps(record_of(trip("a", captured=Money(50, "JPY")))) + "\n" + captured(("b", 60_00)))
    imported(tmp_path, file)
    [raised] = [event for event in recorded_of(tmp_path) if event.kind == "captured_raised"]
    assert json.loads(raised.data["raised"]) == [
        ["STORE-001", "a", "50.00 EUR", "50 JPY"],
        ["STORE-001", "b", None, "60.00 EUR"],
    ]


def test_an_amount_above_the_ledgers_is_recorded_though_the_trips_were_removed_before(tmp_path: Path) -> None:
    file = tmp_path / "today.jsonl"
    file.write_text(captured(("a", 5000)))
    imported(tmp_path, file)
    with ledger_at(ledger_path(tmp_path / "data")) as ledger:
        ledger.record(new_refund(trip="A", captured=5000), NOW, second_yes=False)
    trips_path(tmp_path / "data").unlink()
    for expected in (1, 1):  # what is imported once more raises nothing
        file.write_text(captured(("a", 90_000)))
        imported(tmp_path, file)
        raised = [event for event in recorded_of(tmp_path) if event.kind == "captured_raised"]
        assert len(raised) == expected
        assert json.loads(raised[0].data["raised"]) == [["STORE-001", "a", "50.00 EUR", "900.00 EUR"]]


def test_an_import_that_is_killed_is_seen_in_the_ledger(tmp_path: Path) -> None:
    file = tmp_path / "today.jsonl"
    file.write_text(captured(("trip-0", 5000)))
    imported(tmp_path, file)
    fifo = tmp_path / "endless.jsonl"
    os.mkfifo(fifo)
    command = [sys.executable, "-c", IMPORT, str(tmp_path / "data"), str(fifo)]
    with subprocess.Popen(command) as process, fifo.open("w") as pipe:
        pipe.write(captured(("trip-0", 90_000)) + lines_of(*(f"trip-{n}" for n in range(1, 1_500))))
        pipe.flush()
        wait_for_trips(tmp_path, 1_000)
        process.kill()
    begun, raised = recorded_of(tmp_path)[2:]
    assert (begun.kind, begun.data) == ("import_begun", {"file": str(fifo)})
    assert json.loads(raised.data["raised"]) == [["STORE-001", "trip-0", "50.00 EUR", "900.00 EUR"]]


def test_an_import_that_is_interrupted_says_so(tmp_path: Path) -> None:
    fifo = tmp_path / "endless.jsonl"
    os.mkfifo(fifo)
    command = [sys.executable, "-c", IMPORT, str(tmp_path / "data"), str(fifo)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process, fifo.open("w") as pipe:
        pipe.write(lines_of(*(f"trip-{n}" for n in range(1_500))))
        pipe.flush()
        wait_for_trips(tmp_path)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
    ended = recorded_of(tmp_path)[-1]
    assert (ended.kind, ended.why, ended.data["new"]) == ("trips_imported", "not read to its end", "1000")


def test_the_events_of_the_whole_ledger_are_printed_with_who_and_what_rose(tmp_path: Path) -> None:
    file = tmp_path / "today.jsonl"
    for minor in (5000, 90_000):
        file.write_text(captured(("a", minor)))
        imported(tmp_path, file)
    told = program("ledger", "events", "--json", "--data-dir", str(tmp_path / "data"))
    assert (told.returncode, told.stderr) == (0, "")
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    kinds = ["import_begun", "trips_imported", "import_begun", "captured_raised", "trips_imported"]
    assert [line["kind"] for line in lines] == kinds
    assert {(line["who"], line["actor"]["uid"]) for line in lines} == {("ana", str(os.getuid()))}
    assert json.loads(lines[3]["data"]["raised"]) == [["STORE-001", "a", "50.00 EUR", "900.00 EUR"]]
    told = program("ledger", "events", "--data-dir", str(tmp_path / "data"))
    assert "  captured raised  by ana\n    an import says that more was captured\n" in told.stdout
    assert '    raised: [["STORE-001", "a", "50.00 EUR", "900.00 EUR"]]\n    process: uid ' in told.stdout
