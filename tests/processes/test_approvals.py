"""Two pairs of eyes with real accounts: who asks, who may approve, and attempts to be both."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from tests.support.accounts import UIDS, Host
from tests.support.ledgers import all_events

RULES = """
approve_above = "EUR 100.00"
approvers = {approvers}
{more}
store_id = "STORE-001"
base_url = "{url}"
data_dir = "{folder}"
shared = true
currency = "EUR"

[accounts]
ana = ["ana"]
ben = ["ben"]
store = ["ana", "ben"]
operator = ["operator", "ana"]
"""
ASK = ("refund", "trip-1", "--amount", "200.00", "--reason", "1")


@pytest.fixture
def service() -> Iterator[SandboxThread]:
    """A service that accepts whatever is asked for."""
    with SandboxThread(any_trip=True) as running:
        yield running


@pytest.fixture
def folder(accounts: Host, service: SandboxThread) -> Path:
    """A data folder that all accounts may write. Ben and the operator may approve."""
    shared = accounts.shared_folder()
    accounts.site_file(RULES.format(url=service.url, folder=shared, approvers='["ben", "operator"]', more=""))
    assert accounts.run("operator", "resume", "--clerk", "operator").returncode == 0
    return shared


def asked(accounts: Host, folder: Path, account: str = "ana", *more: str) -> str:
    """The key of a refund above the limit. Nothing of it was sent."""
    ended = accounts.run(account, *ASK, *more, typed="y\n")
    assert ended.returncode == 5, ended.stderr
    [event] = [one for one in all_events(ledger_path(folder)) if one.kind == "recorded"]
    assert "200.00 EUR is above 100.00 EUR" in ended.stdout
    assert f"another person must run refund-tui approve {event.key}" in ended.stdout
    return str(event.key)


def test_another_account_approves_and_both_stand_in_the_events_and_the_export(accounts: Host, folder: Path) -> None:
    key = asked(accounts, folder)
    assert accounts.run("ana", "resume").returncode == 5, "it waits for a person"
    approved = accounts.run("ben", "approve", key, "--why", "seen the till roll")
    assert (approved.returncode, approved.stderr) == (0, "")
    assert "asked for by ana" in approved.stdout
    assert accounts.run("ana", "resume").returncode == 0
    [decision] = [one for one in all_events(ledger_path(folder)) if one.kind == "approved"]
    assert (decision.who, decision.actor.uid) == ("ben", str(UIDS["ben"]))
    assert decision.data["asked_by"] == "ana (account ana)"
    [row] = csv.DictReader(io.StringIO(accounts.run("ana", "history", "--csv").stdout))
    assert (row["state"], row["clerk"], row["approval_by"]) == ("ACCEPTED", "ana", "ben")
    assert (row["approval"], row["approval_word"]) == ("approved", "seen the till roll")
    assert accounts.run("ana", "verify").returncode == 0


@pytest.mark.parametrize(
    ("account", "clerk", "says"),
    [
        ("ana", "ana", "ana (account ana) may not approve refunds"),
        ("ana", "ben", "the account ana may work here as ana, not as ben (--clerk)"),
        ("outsider", "ben", "the account outsider may not work here as any clerk"),
        ("store", "ben", "ben (account store) may not approve refunds"),
        ("operator", "ana", "another person, with another account, must decide"),
    ],
)
def test_nobody_else_decides(accounts: Host, folder: Path, account: str, clerk: str, says: str) -> None:
    """The asker, a forged name, an outsider, an account that is no approver, the asker's other account."""
    key = asked(accounts, folder)
    before = all_events(ledger_path(folder))
    for command in ("approve", "decline"):
        refused = accounts.run(account, command, key, "--why", "fine", "--clerk", clerk, LOGNAME="ben", SUDO_USER="ben")
        assert refused.returncode == 2
        assert says in refused.stderr
    assert all_events(ledger_path(folder)) == before


def test_no_clerk_names_the_limit_or_the_approvers(accounts: Host, folder: Path) -> None:
    for variable, value in (("REFUND_TUI_APPROVE_ABOVE", "off"), ("REFUND_TUI_APPROVERS", "ana")):
        refused = accounts.run("ana", *ASK, typed="y\n", **{variable: value})
        assert refused.returncode == 2
        assert f"{variable} is accepted only in /etc/xdg/refund-tui/config.toml" in refused.stderr


def test_on_a_shared_account_two_names_are_two_people(accounts: Host, service: SandboxThread) -> None:
    folder = accounts.shared_folder()
    more, approvers = 'shared_accounts = ["store"]', '["ana", "ben"]'
    accounts.site_file(RULES.format(url=service.url, folder=folder, approvers=approvers, more=more))
    key = asked(accounts, folder, "store", "--clerk", "ana")
    itself = accounts.run("store", "approve", key, "--why", "fine", "--clerk", "ana")
    assert "another person, with another account, must decide" in itself.stderr
    declined = accounts.run("store", "decline", key, "--why", "wrong trip", "--clerk", "ben")
    assert (declined.returncode, "Declined: CANCELLED" in declined.stdout) == (0, True)
    assert accounts.run("store", "verify").returncode == 0


def test_another_account_that_is_an_approver_states_the_same_amount(accounts: Host, service: SandboxThread) -> None:
    """The first one, the first one again, another account by the first one's name, and then the second person."""
    shared, more = accounts.shared_folder(), 'approvers_only = ["open_gate", "raise_ceiling"]'
    rules = RULES.format(url=service.url, folder=shared, approvers='["ben", "operator"]', more=more)
    accounts.site_file(rules)
    assert accounts.run("operator", "resume", "--clerk", "operator").returncode == 0
    state = ("ledger", "ceiling", "trip-1", "50.00", "--because", "the till roll")
    first = accounts.run("ana", *state)
    told = "Asked and recorded; an approver must do the same. Nothing has changed yet."
    assert (first.returncode, first.stderr) == (5, "")
    assert told in first.stdout
    for account in ("ana", "operator"):
        again = accounts.run(account, *state, "--clerk", "ana")
        assert again.returncode == 5
        assert "ana (account ana) asked for this" in again.stdout
    shown = accounts.run("ben", "ledger", "events").stdout
    assert "ceiling asked  by ana" in shown
    assert "ceiling set" not in shown
    done = accounts.run("ben", *state)
    assert (done.returncode, done.stderr) == (0, "")
    [event] = [one for one in all_events(ledger_path(shared)) if one.kind == "ceiling_set"]
    assert (event.who, event.data["asked_by"], event.data["told_apart_by"]) == ("ben", "ana (account ana)", "account")
    assert accounts.run("ana", "verify").returncode == 0
