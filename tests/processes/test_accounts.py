"""Real accounts of one host: who may be which clerk, which settings the site locks, and attempts to get around that."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from refund_tui.host.paths import ledger_path
from refund_tui.sandbox import SandboxThread
from tests.support.accounts import NO_NAMESPACE, SEEMING_ANA, UIDS, Host, need_login_uids
from tests.support.ledgers import all_events

SITE = "/etc/xdg/refund-tui/config.toml"
RULES = """
confirm_above = "50.00"
locked = ["confirm_above", "store_id", "base_url", "data_dir"]
store_id = "STORE-001"
base_url = "{url}"
data_dir = "{folder}"
shared = true
currency = "EUR"

[accounts]
ana = ["ana", "Ana B."]
ben = ["ben"]
store = ["ana", "ben"]
operator = ["operator"]
"""
REFUND = ("refund", "trip-1", "--amount", "12.50", "--reason", "1")
ACTS = {
    "the terminal": (),
    "the prompt": ("refund", "trip-1", "--amount", "12.50", "--reason", "1"),
    "resume": ("resume",),
    "an import": ("trips", "import", "-"),
    "the gate": ("ledger", "open-gate", "--because", "service desk said so"),
    "a ceiling": ("ledger", "ceiling", "trip-1", "900.00", "--because", "till roll"),
}
FORGED = {"SUDO_USER": "ana", "SUDO_UID": str(UIDS["ana"]), "LOGNAME": "ana", "USER": "ana", "USERNAME": "ana"}


@pytest.fixture
def url() -> Iterator[str]:
    """A service that accepts whatever is asked for."""
    with SandboxThread(any_trip=True) as running:
        yield running.url


@pytest.fixture
def folder(accounts: Host, url: str) -> Path:
    """A data folder that all accounts may write, under the site's rules."""
    shared = accounts.shared_folder()
    accounts.site_file(RULES.format(url=url, folder=shared))
    return shared


def names_and_accounts(folder: Path) -> set[tuple[str, str, str]]:
    """Under which name, by which account each event was written."""
    return {(event.who, event.actor.account, event.actor.uid) for event in all_events(ledger_path(folder))}


def first_event(accounts: Host, folder: Path) -> None:
    """Have the operator make the ledger, as the account that owns it."""
    made = accounts.run("operator", "resume")
    assert made.returncode == 0, made.stderr
    assert ledger_path(folder).stat().st_uid == UIDS["operator"]


def test_each_refund_says_by_which_account_it_was_asked_for(accounts: Host, folder: Path) -> None:
    first_event(accounts, folder)
    for account in ("ana", "ben"):
        paid = accounts.run(account, "refund", f"trip-{account}", *REFUND[2:], typed="y\n", **FORGED)
        assert paid.returncode == 0, paid.stderr
    told = names_and_accounts(folder)
    expected = {(name, name, str(UIDS[name])) for name in ("ana", "ben", "operator")}
    assert {one for one in told if "automatic" not in one[0]} == expected
    assert {(account, f"{account} (automatic)") for account in ("ana", "ben")} <= {(one[1], one[0]) for one in told}


@pytest.mark.parametrize("act", ACTS)
def test_a_colleagues_name_is_refused_whatever_is_done(accounts: Host, folder: Path, act: str) -> None:
    refused = accounts.run("ben", *ACTS[act], "--clerk", "ana", typed="y\n", **FORGED)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"the account ben may work here as ben, not as ana (--clerk) ({SITE}:" in refused.stderr
    assert not list(folder.iterdir())


@pytest.mark.parametrize("act", ACTS)
def test_an_account_that_is_no_clerk_does_nothing(accounts: Host, folder: Path, act: str) -> None:
    first_event(accounts, folder)
    before = all_events(ledger_path(folder))
    refused = accounts.run("outsider", *ACTS[act], typed="y\n", **FORGED)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"the account outsider may not work here as any clerk ({SITE}:" in refused.stderr
    assert all_events(ledger_path(folder)) == before


def test_an_account_of_several_clerks_says_which_one_it_is(accounts: Host, folder: Path) -> None:
    first_event(accounts, folder)
    refused = accounts.run("store", *REFUND)
    assert refused.returncode == 2
    assert "the account store may work here as ana or ben" in refused.stderr
    assert accounts.run("store", *REFUND, "--clerk", "ben", typed="y\n").returncode == 0
    assert ("ben", "store", str(UIDS["store"])) in names_and_accounts(folder)


def test_a_name_in_a_variable_or_a_file_is_refused_too(accounts: Host, folder: Path) -> None:
    by_variable = accounts.run("ben", *REFUND, REFUND_TUI_CLERK="ana")
    assert "not as ana (REFUND_TUI_CLERK)" in by_variable.stderr
    own = accounts.home("ben") / ".config" / "refund-tui" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text('clerk = "ana"\n')
    assert f"not as ana ({own}:1: clerk)" in accounts.run("ben", *REFUND).stderr
    elsewhere = {"HOME": "/nowhere", "XDG_CONFIG_HOME": str(own.parents[1])}
    assert f"not as ana ({own}:1: clerk)" in accounts.run("ben", *REFUND, **elsewhere).stderr
    assert not list(folder.iterdir())


def test_what_the_site_locks_is_not_loosened_from_anywhere(accounts: Host, folder: Path) -> None:
    own = accounts.home("ben") / "own" / "refund-tui" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text('confirm_above = "off"\n')
    in_own = f"{own}:1: confirm_above"
    tries: tuple[tuple[str, tuple[str, ...], dict[str, str]], ...] = (
        ("--confirm-above", ("--confirm-above", "off"), {}),
        ("REFUND_TUI_CONFIRM_ABOVE", (), {"REFUND_TUI_CONFIRM_ABOVE": "off"}),
        (in_own, ("--config", str(own)), {}),
        (in_own, (), {"XDG_CONFIG_HOME": str(own.parents[1])}),
        (in_own, (), {"XDG_CONFIG_DIRS": str(own.parents[1])}),
        ("--base-url", ("--base-url", "http://127.0.0.1:1"), {}),
        ("--store-id", ("--store-id", "STORE-002"), {}),
        ("--data-dir", ("--data-dir", str(own.parent)), {}),
    )
    for place, arguments, variables in tries:
        refused = accounts.run("ben", *REFUND, *arguments, **variables)
        assert refused.returncode == 2, place
        assert f"{place} is locked by {SITE}:3: remove it; only the operator changes" in refused.stderr
    assert not list(folder.iterdir())


@pytest.mark.parametrize("what", ["the file", "its folder"])
def test_a_site_file_that_a_clerk_can_write_is_not_believed(accounts: Host, folder: Path, what: str) -> None:
    file = accounts.etc / "xdg" / "refund-tui" / "config.toml"
    given = file if what == "the file" else file.parent
    os.chown(given, UIDS["ben"], UIDS["ben"])
    for arguments in (REFUND, ("doctor", "--offline"), ("history",), ()):
        for account in ("ana", "ben"):
            refused = accounts.run(account, *arguments)
            assert refused.returncode == 2
            assert f"{SITE}:3: locked is not accepted, because /etc/xdg/refund-tui" in refused.stderr
            assert "belongs to ben" in refused.stderr
    assert not list(folder.iterdir())


def test_the_site_file_is_not_written_by_a_clerk(accounts: Host, folder: Path) -> None:
    written = accounts.python("ben", "-c", f"open({SITE!r}, 'a')")
    assert "PermissionError" in written.stderr


def test_an_auditor_reads_without_being_a_clerk(accounts: Host, folder: Path) -> None:
    first_event(accounts, folder)
    assert accounts.run("ana", *REFUND, typed="y\n").returncode == 0
    ledger_path(folder).chmod(0o664)
    folder.chmod(0o2775)
    read = accounts.run("outsider", "history", "--csv")
    assert "12.50" in read.stdout, read.stderr


def test_doctor_says_what_is_locked_and_by_which_file(accounts: Host, folder: Path) -> None:
    told = accounts.run("operator", "doctor", "--json", "--offline")
    says = {line["name"]: line["says"] for line in map(json.loads, told.stdout.splitlines())}
    assert says["confirm_above"] == f"50.00  ({SITE}:2: confirm_above; locked by {SITE}:3: locked)"
    assert says["locked"] == f"confirm_above, store_id, base_url, data_dir  ({SITE}:3: locked)"
    assert says["accounts"].startswith("ana: ana, Ana B.; ben: ben; store: ana, ben; operator: operator")
    assert "locked by" not in says["currency"]


def test_doctor_says_who_may_work_here_as_nobody(accounts: Host, folder: Path) -> None:
    lines = [json.loads(line) for line in accounts.run("outsider", "doctor", "--json", "--offline").stdout.splitlines()]
    [warned] = [line for line in lines if (line["name"], line["level"]) == ("clerk", "warn")]
    assert "the account outsider may not work here as any clerk" in warned["says"]
    told = accounts.run("ana", "doctor", "--json", "--offline").stdout.splitlines()
    assert [line for line in map(json.loads, told) if (line["name"], line["level"]) == ("clerk", "warn")] == []


def test_an_account_in_a_user_namespace_believes_no_rules_and_starts_nothing(accounts: Host, folder: Path) -> None:
    """There the site's file seems to belong to nobody, so a uid that seems another one opens nothing."""
    loaded = "from refund_tui.settings.load import load_settings, paths; paths.other_site_config(); paths.user_config()"
    code = f"{loaded}\n{SEEMING_ANA}\nload_settings({{}}, {{}})"
    refused = accounts.python("ben", "-c", code)
    if refused.returncode == NO_NAMESPACE:
        pytest.skip("an account of this host may make no user namespace")
    assert refused.stderr.splitlines()[-1].startswith("refund_tui.errors.ConfigError: ")
    assert "is not accepted, because" in refused.stderr
    assert not list(folder.iterdir())


def test_what_belongs_to_nobody_in_a_user_namespace_is_not_believed(accounts: Host, folder: Path) -> None:
    """There root's files and the program itself have the same number as those of any other account."""
    loaded = "from pathlib import Path\nfrom refund_tui.host import trust\ntrust.__file__ = '/'"
    told = accounts.python("ben", "-c", f"{loaded}\n{SEEMING_ANA}\nprint(trust.changeable(Path({SITE!r})))")
    if told.returncode == NO_NAMESPACE:
        pytest.skip("an account of this host may make no user namespace")
    assert told.stdout.splitlines() == [f"{SITE} belongs to nobody"], told.stderr


def test_the_login_behind_an_account_narrows_its_names(accounts: Host, folder: Path) -> None:
    need_login_uids()
    first_event(accounts, folder)
    refused = accounts.run("store", *REFUND, "--clerk", "ana", login="ben", **FORGED)
    assert "the account store with the login ben may work here as ben, not as ana (--clerk)" in refused.stderr
    assert accounts.run("store", *REFUND, typed="y\n", login="ben", **FORGED).returncode == 0
    [asked] = [event for event in all_events(ledger_path(folder)) if event.kind == "recorded"]
    assert (asked.who, asked.actor.account, asked.actor.login) == ("ben", "store", "ben")
    assert (asked.actor.login_uid, asked.actor.uid) == (str(UIDS["ben"]), str(UIDS["store"]))


def test_a_login_that_is_no_clerk_is_none_under_another_account_either(accounts: Host, folder: Path) -> None:
    need_login_uids()
    refused = accounts.run("store", *REFUND, "--clerk", "ben", login="outsider", **FORGED)
    assert "the account store with the login outsider may not work here as any clerk" in refused.stderr
    assert not list(folder.iterdir())


def test_who_ran_sudo_is_the_clerk_only_where_the_kernel_bears_it_out(accounts: Host) -> None:
    need_login_uids()
    tell = "from refund_tui.settings.load import load_settings; import os; print(load_settings({}, os.environ).clerk)"
    for login, sudo_user, clerk in (("ana", "ana", "ana"), ("ben", "ana", "store"), ("", "ana", "store")):
        assert accounts.python("store", "-c", tell, login=login, SUDO_USER=sudo_user).stdout.strip() == clerk
