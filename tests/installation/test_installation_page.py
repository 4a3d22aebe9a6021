"""The page `installation` of the manual, carried out as it is written: what it promises holds over a real sshd."""

from __future__ import annotations

import re

from tests.installation.conftest import Installed
from tests.terminal.pty_session import PtySession


def told(host: Installed, command: str) -> str:
    """What a command prints, on one line."""
    return host.run(command).stdout.strip()


def test_only_the_account_opens_its_folder_and_only_root_writes_settings_and_keys(installed: Installed) -> None:
    assert told(installed, "stat -c '%a %U %G' /srv/refund-tui") == "700 refunds refunds"
    assert told(installed, "stat -c '%a %U' /srv/refund-tui/data /srv/refund-tui/data/ledger.sqlite3").splitlines() == [
        "700 refunds",
        "600 refunds",
    ]
    assert told(installed, "stat -c '%a %U %G' /srv/refund-files") == "2750 refunds refund-files"
    for file in ("/etc/xdg/refund-tui/config.toml", "/etc/ssh/refund-tui.keys"):
        assert told(installed, f"stat -c '%a %U' {file}") == "644 root"


def test_doctor_finds_nothing_but_the_missing_terminal(installed: Installed) -> None:
    doctor = next(said for said in installed.said if "SQLite" in said)
    problems = [line.split()[:2] for line in doctor.splitlines() if line.startswith(("warn", "FAIL"))]
    assert problems == [["warn", "terminal"]]
    assert "yes  (/etc/xdg/refund-tui/config.toml:8: kiosk)" in doctor


def test_the_check_of_the_keys_prints_a_line_that_gives_a_shell(installed: Installed) -> None:
    check = next(block for block in installed.blocks if block.startswith("! grep"))
    for line in ("ssh-ed25519 AAAA mallory", 'command="/bin/sh" ssh-ed25519 AAAA', "restrict,pty ssh-ed25519 AAAA"):
        found = installed.attempt(f"cp /etc/ssh/refund-tui.keys k; echo '{line}' >> k; {check.replace(KEYS, 'k')}")
        assert (found.returncode, found.stdout) == (1, f"{line}\n")


KEYS = "/etc/ssh/refund-tui.keys"


def test_the_timer_is_on_and_what_it_starts_works(installed: Installed) -> None:
    assert installed.asked_of_systemctl() == [
        "reload ssh", "daemon-reload", "enable --now refund-tui-resume.timer",
    ]  # fmt: skip
    unit = told(installed, "cat /etc/systemd/system/refund-tui-resume.service")
    command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
    assert command is not None
    assert "User=refunds" in unit
    assert installed.run(f"su refunds -c '{command[1]}'").returncode == 0


def test_a_clerk_who_left_is_not_let_in_and_the_others_are(installed: Installed) -> None:
    installed.run("cp /etc/ssh/refund-tui.keys /etc/xdg/refund-tui/config.toml .")
    try:
        installed.run(installed.leaving)
        with PtySession(installed.ssh("ben")) as session:
            session.wait_for("Permission denied (publickey)")
            assert session.wait() == 255
        refused = installed.attempt("su refunds -c '/opt/refund-tui/bin/refund-tui --clerk ben resume'")
        assert "the account refunds may work here as ana or refunds, not as ben" in refused.stderr
        with installed.lookup("ana") as session:
            session.press("ctrl+q")
            assert session.wait() == 0
    finally:
        installed.run("cp refund-tui.keys /etc/ssh/; cp config.toml /etc/xdg/refund-tui/")
