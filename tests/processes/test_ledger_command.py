"""`refund-tui ledger` as an operator runs it."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from refund_tui.core.approval import NO_LIMITS, Limits
from refund_tui.core.filters import Filter
from refund_tui.core.lifecycle import Decision
from refund_tui.core.money import Money
from refund_tui.core.refunds import Refund, State
from refund_tui.core.waits import Policy, horizon_left
from refund_tui.errors import StoreChanged
from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread, parse_script
from refund_tui.store.sqlite.high_water_mark import HighWaterMarks
from refund_tui.store.sqlite.ledger import Ledger
from tests.support.ledgers import (
    ENDPOINT,
    NOW,
    all_events,
    history_at,
    ledger_at,
    named,
    new_refund,
    sending,
    sound,
)
from tests.support.program import run


def test_what_the_ledger_says_of_itself_is_printed(tmp_path: Path) -> None:
    with ledger_at(ledger_path(tmp_path)) as ledger:
        ledger.record(new_refund(), NOW, second_yes=False)
    told = run("ledger", "show", "--data-dir", str(tmp_path))
    assert (told.returncode, told.stderr) == (0, "")
    shown = {line[:14].strip(): line[14:] for line in told.stdout.splitlines()}
    assert shown["ledger"] == str(ledger_path(tmp_path))
    assert len(shown["id"]) == 32
    assert shown["newest event"] == "1"


def test_without_a_ledger_there_is_nothing_to_say(tmp_path: Path) -> None:
    told = run("ledger", "show", "--data-dir", str(tmp_path))
    assert told.returncode == 3
    assert "there is no ledger" in told.stderr


def restored(folder: Path) -> str:
    """A ledger that lacks its second refund, which the marks have seen. The key of the first refund."""
    ledger, backup = ledger_path(folder), folder / "backup"
    with ledger_at(ledger) as opened:
        key = opened.record(new_refund(), NOW, second_yes=False).key
        shutil.copyfile(ledger, backup)
        opened.record(new_refund(700), NOW, second_yes=True)
    backup.replace(ledger)
    return key


def test_an_older_copy_is_accepted_by_a_recorded_word_and_what_is_open_in_it_carries_the_doubt(tmp_path: Path) -> None:
    key = restored(tmp_path)
    with pytest.raises(StoreChanged), ledger_at(ledger_path(tmp_path)):
        pass
    told = run("ledger", "accept-older", "--because", "disk died, books compared", "--data-dir", str(tmp_path))
    assert (told.returncode, told.stderr) == (0, "")
    assert "nobody knows what became of them: 1" in told.stdout
    with ledger_at(ledger_path(tmp_path)) as ledger:
        refund = ledger.get(key)
        assert refund is not None
        assert (refund.state, refund.life.maybe_executed) == (State.UNKNOWN, True)
        assert "sent, cancelled or settled meanwhile" in refund.life.why
        assert horizon_left(refund.life, NOW, Policy()) == 0  # asking again may pay what another refund has paid
        ledger.record(new_refund(900, "trip-2"), NOW, second_yes=False)
    with history_at(ledger_path(tmp_path)):
        word, doubt, _ = all_events(ledger_path(tmp_path), 1)
        assert (word.kind, word.why, word.key) == ("older_copy_accepted", "disk died, books compared", None)
        assert word.seq == 3, "above every number that was seen"
        assert (doubt.kind, doubt.key, doubt.after) == ("older_copy", key, State.UNKNOWN)


@pytest.mark.parametrize("state", [state for state in State if not state.terminal])
def test_nothing_that_is_open_in_an_accepted_older_copy_is_sent(tmp_path: Path, state: State) -> None:
    ledger = ledger_path(tmp_path)
    with ledger_at(ledger) as opened:
        key = in_state(opened, state).key
        shutil.copyfile(ledger, tmp_path / "backup")
        opened.note("later", "", "eva", NOW)
    (tmp_path / "backup").replace(ledger)
    told = run("ledger", "accept-older", "--because", "disk died, books compared", "--data-dir", str(tmp_path))
    assert told.returncode == 0, told.stderr
    with ledger_at(ledger) as opened:
        assert opened.sendable(ENDPOINT) == []
        refund = opened.get(key)
        assert refund is not None
        assert (refund.state, refund.life.maybe_executed) == (State.UNKNOWN, True)
        assert opened.contradiction(refund) is None


def in_state(ledger: Ledger, state: State) -> Refund:
    """A refund in one of the states that are not final."""
    limits = Limits(each={"EUR": Money(1, "EUR")}) if state is State.AWAITING_APPROVAL else NO_LIMITS
    refund = ledger.record(new_refund(), NOW, second_yes=False, limits=limits)
    if refund.state is state:
        return refund
    if state is State.SENDING:
        return sending(ledger, refund)[0]
    life = replace(refund.life, state=state, maybe_executed=state is State.UNKNOWN)
    written = ledger.change(refund, Decision(life, "made", ""), "eva", NOW)
    assert written is not None
    return written


def test_an_older_copy_put_back_after_one_was_accepted_is_refused_again(tmp_path: Path) -> None:
    restored(tmp_path)
    copy = tmp_path / "copy"
    shutil.copyfile(ledger_path(tmp_path), copy)
    assert run("ledger", "accept-older", "--because", "why", "--data-dir", str(tmp_path)).returncode == 0
    copy.replace(ledger_path(tmp_path))
    with pytest.raises(StoreChanged), ledger_at(ledger_path(tmp_path)):
        pass


def test_a_mark_of_another_account_is_content_with_what_a_person_accepted(tmp_path: Path) -> None:
    restored(tmp_path)
    other = tmp_path / "other.mark"
    shutil.copyfile(ledger_path(tmp_path).with_suffix(".mark"), other)
    assert run("ledger", "accept-older", "--because", "why", "--data-dir", str(tmp_path)).returncode == 0
    marks = HighWaterMarks(ledger_path(tmp_path), [(other, True)])
    Ledger.open(ledger_path(tmp_path), marks=marks).close()
    assert other.read_text() == ledger_path(tmp_path).with_suffix(".mark").read_text()


@pytest.mark.parametrize("emptied", [True, False])
def test_a_lost_ledger_is_begun_anew_only_by_a_recorded_word(tmp_path: Path, *, emptied: bool) -> None:
    with ledger_at(ledger_path(tmp_path)) as ledger:
        ledger.record(new_refund(), NOW, second_yes=False)
    if emptied:
        ledger_path(tmp_path).write_bytes(b"")
    else:
        ledger_path(tmp_path).unlink()
    with pytest.raises(StoreChanged, match="missing or empty"), ledger_at(ledger_path(tmp_path)):
        pass
    assert emptied == ledger_path(tmp_path).exists()
    assert run("ledger", "accept-older", "--because", "no copy left", "--data-dir", str(tmp_path)).returncode == 0
    with ledger_at(ledger_path(tmp_path)):
        [word] = all_events(ledger_path(tmp_path))
        assert (word.seq, word.kind, word.data["seen"]) == (2, "older_copy_accepted", "1")


def test_an_unreadable_mark_is_written_anew_by_a_recorded_word(tmp_path: Path) -> None:
    with ledger_at(ledger_path(tmp_path)) as ledger:
        ledger.record(new_refund(), NOW, second_yes=False)
    ledger_path(tmp_path).with_suffix(".mark").write_bytes(b"?")
    assert run("ledger", "accept-older", "--because", "why", "--data-dir", str(tmp_path)).returncode == 0
    with ledger_at(ledger_path(tmp_path)):
        pass


def test_where_nothing_is_missing_there_is_nothing_to_accept(tmp_path: Path) -> None:
    with ledger_at(ledger_path(tmp_path)):
        pass
    told = run("ledger", "accept-older", "--because", "why", "--data-dir", str(tmp_path))
    assert (told.returncode, "nothing to accept" in told.stderr) == (2, True)
    assert run("ledger", "accept-older", "--because", " ", "--data-dir", str(tmp_path)).returncode == 2


def ledger(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("ledger", *arguments, "--data-dir", str(folder), "--base-url", url, "--clerk", "eva")


def test_a_person_ends_the_accounts_wait_with_a_word_that_is_recorded(tmp_path: Path) -> None:
    script = parse_script({"refund": [{"status": 429, "retryAfter": "172800"}]})
    with SandboxThread(any_trip=True, script=script) as sandbox:
        refund = ("refund", "trip-1", "--amount", "1.00", "--reason", "1", "--currency", "EUR", "--no-wait")
        settings = ("--data-dir", str(tmp_path), "--base-url", sandbox.url, "--store-id", "S")
        assert run(*refund, *settings, typed="y\n").returncode == 4
        assert "gate          closed by the service: next attempt at 20" in ledger(tmp_path, sandbox.url, "show").stdout
        told = ledger(tmp_path, sandbox.url, "open-gate", "--because", "support corrected the header")
        assert (told.returncode, told.stderr) == (0, "")
        assert "wait was ended" in told.stdout
        assert "gate          open" in ledger(tmp_path, sandbox.url, "show").stdout
        assert run("resume", "--no-wait", "--data-dir", str(tmp_path), "--base-url", sandbox.url).returncode == 0
        assert len(sandbox.books.executions) == 1
    with history_at(ledger_path(tmp_path)) as history:
        assert [refund.state for refund in sound(history.rows(Filter(), 0, 9))] == [State.ACCEPTED]
        [opened] = [event for event in all_events(ledger_path(tmp_path)) if event.kind == "gate_opened"]
        assert (opened.who, opened.why) == ("eva", "support corrected the header")


@pytest.mark.parametrize(("word", "told"), [("", "needs a reason"), ("because", "does not wait")])
def test_the_gate_is_not_opened_without_a_reason_or_without_a_wait(tmp_path: Path, word: str, told: str) -> None:
    with ledger_at(ledger_path(tmp_path)):
        named(ledger_path(tmp_path), "127.0.0.1:9")
        refused = ledger(tmp_path, "http://127.0.0.1:9", "open-gate", "--because", word)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert told in refused.stderr


def test_the_gate_of_no_ledger_is_not_opened_and_none_is_made(tmp_path: Path) -> None:
    refused = ledger(tmp_path, "http://127.0.0.1:9", "open-gate", "--because", "why")
    assert refused.returncode == 3
    assert not ledger_path(tmp_path).exists()
