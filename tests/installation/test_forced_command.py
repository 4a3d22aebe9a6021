"""What a clerk's key does not give, over a real sshd: a shell, another command or name, files, forwarding."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from refund_tui.sandbox import parse_script
from tests.installation.conftest import Installed
from tests.installation.test_terminals import ask, confirm, quit_in_order
from tests.support.program import PATIENCE
from tests.terminal.pty_session import PtySession


def answer(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    """What a connection without a terminal answers."""
    return subprocess.run(
        command, env=os.environ | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip


def test_whichever_command_is_requested_over_ssh_the_forced_one_runs(installed: Installed) -> None:
    for words in (("id",), ("sh", "-i"), ("--", "--clerk", "ben"), ("refund-tui", "history")):
        ended = answer([*installed.ssh("ana"), *words])
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith("refund-tui: this is not a terminal")
    for words in (("sh", "-i"), ("--", "--clerk", "ben")):
        with PtySession([*installed.ssh("ana", "-t"), *words]) as session:
            session.wait_for("STORE-001 · ana")
            quit_in_order(session)


def test_files_and_forwarding_are_refused(installed: Installed) -> None:
    port = f"127.0.0.1:{installed.service.port}"
    copied = answer([*installed.ssh("ana", "-s"), "sftp"])
    assert (copied.returncode, copied.stdout) == (2, "")
    forwards = answer(installed.ssh("ana", "-W", port))
    assert (forwards.returncode, forwards.stdout) == (255, "")
    assert "forwarding failed" in forwards.stderr
    backwards = answer(installed.ssh("ana", "-N", "-o", "ExitOnForwardFailure=yes", "-R", f"0:{port}"))
    assert backwards.returncode == 255
    assert "remote port forwarding failed" in backwards.stderr


def test_a_key_that_is_not_in_the_list_opens_nothing(installed: Installed) -> None:
    assert "Permission denied" in answer(installed.ssh("outsider")).stderr


def test_the_ledger_keeps_which_key_it_was_and_files_are_for_their_group(installed: Installed) -> None:
    for clerk in ("ana", "ben"):
        trip = installed.a_trip()
        with installed.lookup(clerk) as session:
            ask(session, trip)
            confirm(session)
            session.wait_for("ACCEPTED")
            session.press("f4")
            session.wait_for("newest first")
            session.press("e")
            session.wait_for("written to /srv/refund-files/refunds-")
            quit_in_order(session)
        [refund] = installed.refunds(trip)
        fingerprint = installed.run(f"ssh-keygen -l -f {clerk}.pub").stdout.split()[1]
        assert refund["clerk"] == clerk
        actor = refund["actor"]
        assert isinstance(actor, dict)
        assert (actor["account"], actor["ssh_key"]) == ("refunds", fingerprint)
        assert actor["ssh"].startswith("127.0.0.1 ")
        assert trip in installed.run("cat /srv/refund-files/*").stdout
    told = installed.run("stat -c '%a %U %G %n' /srv/refund-files/*").stdout.splitlines()
    assert {line.rpartition("/")[0] for line in told} == {"640 refunds refund-files /srv/refund-files"}


def test_no_variable_that_ssh_passes_on_moves_anything(installed: Installed) -> None:
    moved = "SetEnv=REFUND_TUI_DATA_DIR=/tmp/elsewhere REFUND_TUI_CLERK=ben"
    others = "XDG_DATA_HOME=/tmp XDG_CONFIG_HOME=/tmp XDG_CONFIG_DIRS=/tmp TEXTUAL_DEBUG=1 SSH_ORIGINAL_COMMAND=id"
    with installed.lookup("ana", "-o", moved) as session:
        assert "STORE-001 · ana" in session.text
        quit_in_order(session)
    with installed.server("-o", "AcceptEnv=*") as careless:
        with PtySession(installed.ssh("ana", "-o", moved, port=careless)) as session:
            assert session.wait() == 2
            for name in ("REFUND_TUI_DATA_DIR", "REFUND_TUI_CLERK"):
                assert f"refund-tui: {name} does not count in a kiosk (" in session.text
        with installed.lookup("ana", "-o", f"SetEnv={others}", port=careless) as session:
            assert "STORE-001 · ana" in session.text
            quit_in_order(session)


def test_there_is_no_way_to_a_shell_and_no_signal_of_ctrl_z_stops_it(installed: Installed) -> None:
    with installed.lookup("ana") as session:
        session.press("f1")
        session.wait_for("draws the whole screen again")
        assert "shell" not in session.text
        session.press("escape")
        session.wait_for("R-40")
        [pid] = installed.programs("ana")
        os.kill(pid, signal.SIGTSTP)
        session.press("ctrl+z", "f4")
        session.wait_for("newest first")
        quit_in_order(session)


def test_a_connection_that_breaks_in_a_refund_pays_it_once(installed: Installed) -> None:
    trip, books = installed.a_trip(), installed.service.books
    installed.service.play(parse_script({"refund": [{"hang": True, "execute": True, "trip": trip}]}))
    with installed.lookup("ana") as session:
        ask(session, trip)
        confirm(session)
        assert books.wait_until(lambda seen: any(paid.trip_id == trip for paid in seen.executions))
        [pid] = installed.programs("ana")
        session.signal(signal.SIGKILL)
        session.wait()
    end = time.monotonic() + PATIENCE
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end, "it still runs"
        time.sleep(0.05)
    installed.as_account("resume")
    [refund] = installed.refunds(trip)
    assert refund["state"] == "ACCEPTED"
    assert len([paid for paid in books.executions if paid.trip_id == trip]) == 1
