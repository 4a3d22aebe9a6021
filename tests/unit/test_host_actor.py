"""The kernel's facts about this process. They never come from a variable, and the ledger stores them."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from refund_tui.core.actor import Actor, actor_of
from refund_tui.host.actor import account_of, login_uid, this_actor
from tests.support.accounts import NO_NAMESPACE, SEEMING_ANA, UIDS, Host
from tests.support.program import PATIENCE, environment, python

TELL = "from refund_tui.host.actor import this_actor; print(this_actor().as_text)"


def told(code: str = TELL, **variables: str) -> Actor:
    """The facts that another process finds about itself."""
    ended = python("-c", code, **variables)
    assert ended.returncode == 0, ended.stderr
    return actor_of(ended.stdout.strip())


def test_a_process_says_account_host_and_pid() -> None:
    mine = this_actor()
    assert mine.uid == str(os.getuid())
    assert (mine.account, mine.pid) == (account_of(os.getuid()), str(os.getpid()))
    assert mine.host == os.uname().nodename


def test_no_variable_about_an_account_is_believed() -> None:
    forged = told(SUDO_USER="ana", SUDO_UID="4711", LOGNAME="ana", USER="ana", USERNAME="ana")
    assert forged.account == account_of(os.getuid())
    assert "ana" not in forged.facts.values()


def test_the_line_of_ssh_is_kept_as_the_variable_tells_it_on_one_line() -> None:
    assert told(SSH_CONNECTION="192.0.2.7 5122 192.0.2.1 22").ssh == "192.0.2.7 5122 192.0.2.1 22"
    assert told(SSH_CONNECTION="a\x1b[2J\nb").ssh == "a␛[2J␊b"
    assert len(told(SSH_CONNECTION="x" * 100_000).ssh) <= 200


def test_a_line_of_ssh_that_is_not_utf_8_can_be_kept() -> None:
    code = f"import os; os.environb[b'SSH_CONNECTION'] = b'a\\xffb'; {TELL}"
    assert told(code).ssh.encode() != b""


def test_the_key_of_ssh_is_told_by_the_fingerprint_that_ssh_keygen_shows(tmp_path: Path) -> None:
    file = tmp_path / "auth"
    file.write_text(f"publickey ssh-ed25519 {KEY}\n")
    assert told(SSH_USER_AUTH=str(file)).ssh_key == FINGERPRINT
    for text in ("password\n", "publickey\n", "publickey ssh-ed25519\n", "publickey ssh-ed25519 a?b=\n", ""):
        file.write_text(text)
        assert told(SSH_USER_AUTH=str(file)).ssh_key == ""
    for path in ("", str(tmp_path), "/nowhere", "/dev/null"):
        assert told(SSH_USER_AUTH=path).ssh_key == ""


KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
FINGERPRINT = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"
"""GitHub's public host key, and the fingerprint that it publishes."""


def test_a_terminal_is_named_also_where_input_and_output_go_elsewhere() -> None:
    keeper, line = pty.openpty()
    try:
        name = os.ttyname(line)
        for redirected in (False, True):
            ended = subprocess.run(
                [sys.executable, "-c", f"import os\n{_OWN_SESSION}\n{TELL.replace('print(', 'told(')}", name,
                 "yes" if redirected else ""],
                env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=True,
            )  # fmt: skip
            assert actor_of(ended.stdout.strip()).tty == name
    finally:
        os.close(keeper)
        os.close(line)


_OWN_SESSION = """
import sys
told = lambda text: os.write(3, text.encode())
os.dup2(1, 3)
os.setsid()
line = os.open(sys.argv[1], os.O_RDWR)
for stream in (0, 1, 2):
    os.dup2(os.open("/dev/null", os.O_RDWR) if sys.argv[2] else line, stream)
"""


def test_without_a_terminal_none_is_named() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TELL], env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE, check=True, start_new_session=True,
    )  # fmt: skip
    assert actor_of(ended.stdout.strip()).tty == ""


def test_the_facts_are_those_of_the_process_after_a_fork() -> None:
    code = "import os, sys\nfrom refund_tui.host.actor import this_actor\nthis_actor()\n"
    code += "if os.fork():\n    os.wait()\nelse:\n    print(os.getpid(), this_actor().pid)\n"
    pid, named = python("-c", code).stdout.split()
    assert pid == named


def test_each_account_is_told_by_its_own_name(accounts: Host) -> None:
    for account, uid in UIDS.items():
        ended = accounts.python(account, "-c", TELL, SUDO_USER="operator", LOGNAME="operator", USER="operator")
        actor = actor_of(ended.stdout.strip())
        assert (actor.uid, actor.account) == (str(uid), account)


def test_a_uid_that_only_seems_another_is_seen(accounts: Host) -> None:
    """In a user namespace of its own, an account may call its uid as it likes."""
    ended = accounts.python("ben", "-c", f"from refund_tui.host.actor import *\n{SEEMING_ANA}\n{TELL}")
    if ended.returncode == NO_NAMESPACE:
        pytest.skip("an account of this host may make no user namespace")
    forged = actor_of(ended.stdout.strip())
    assert (forged.uid, forged.account) == (str(UIDS["ana"]), "ana")
    assert forged.uid_map == f"{UIDS['ana']} {UIDS['ben']} 1"
    assert "uid_map" not in actor_of(accounts.python("ben", "-c", TELL).stdout.strip()).facts


def test_an_account_without_a_name_is_told_by_its_number() -> None:
    assert account_of(47_119) == "uid 47119"


@pytest.mark.skipif(not Path("/proc/self/loginuid").exists(), reason="this kernel keeps no login of a process")
def test_the_login_is_what_the_kernel_keeps_through_another_account() -> None:
    number = Path("/proc/self/loginuid").read_text().strip()
    kept = None if number == str(2**32 - 1) else int(number)
    assert login_uid() == kept
    assert told(SUDO_USER="ana").login == ("" if kept is None else account_of(kept))


@pytest.mark.parametrize("text", ["[1]", '{"uid": 1}', '{"colour": "red"}', "{", "null"])
def test_a_text_that_describes_no_process_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not describe a process"):
        actor_of(text)


def test_an_actor_comes_back_from_its_text() -> None:
    whole = Actor("1001", "store", "1002", "ana", "/dev/pts/3", "a b c d", "till-4", "4711")
    assert actor_of(whole.as_text) == whole
    assert actor_of(Actor().as_text) == Actor()
    assert whole.words == (
        "uid 1001, account store, login uid 1002, login ana, tty /dev/pts/3, ssh a b c d, host till-4, pid 4711"
    )
