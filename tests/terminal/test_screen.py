"""The program's screen after changes of the terminal: other sizes, a suspension to the shell, unusual settings."""

from __future__ import annotations

import shlex
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from refund_tui.sandbox import SandboxThread
from tests.terminal.program import (
    PROGRAM,
    ask,
    confirm,
    history,
    matching,
    open_form,
    script,
    settings,
    terminal,
)
from tests.terminal.pty_session import LEAVE_ALT_SCREEN, PATIENCE, PtySession, restored

SIZES = ((120, 36), (60, 16), (40, 10), (80, 24))
TOO_SMALL = (40, 10)


@pytest.fixture
def service() -> Iterator[SandboxThread]:
    with SandboxThread(any_trip=True) as service:
        yield service


@dataclass(frozen=True)
class Sight:
    """A screen to test: how to get there, words that appear once at each size, keys that must still work."""

    reach: Callable[[PtySession], None]
    words: str
    keys: tuple[str, ...]
    heard: str


def search(session: PtySession) -> None:
    session.wait_for("1 trip")


def help_page(session: PtySession) -> None:
    session.press("f1")
    session.wait_for("Keys")


def history_list(session: PtySession) -> None:
    session.press("f4")
    session.wait_for("No refunds")


def question(session: PtySession) -> None:
    ask(session)
    session.wait_for("Draft of")  # the last change of this screen


SIGHTS = {
    "search": Sight(search, "1 trip", ("x",), "No trip"),
    "form": Sight(open_form, "Amount", ("7", ".", "7", "3"), "7.73"),
    "question": Sight(question, "refund it", ("y",), "ACCEPTED"),
    "history": Sight(history_list, "No refunds", ("f2",), "1 trip"),
    "help": Sight(help_page, "Keys", ("escape",), "1 trip"),
}


def resize(session: PtySession, size: tuple[int, int]) -> list[str]:
    """Change the size. Terminals differ in what they keep on the screen."""
    session.screen.reset()
    session.resize(*size)
    session.wait_for(lambda screen: bool(screen.strip()))
    session.settle()
    return session.lines


def check_same(session: PtySession, picture: list[list[tuple[object, ...]]]) -> None:
    """Compare cell by cell when the screen is drawn."""
    session.wait_for(lambda _: session.picture == picture)


def check_small(session: PtySession) -> None:
    session.wait_for("too small")
    assert [word for word in ("R-7", "Amount", "refund it", "F10", "F4") if word in session.text] == []


@pytest.mark.parametrize("name", SIGHTS)
def test_after_other_sizes_the_screen_is_as_before_and_keys_are_heard(
    tmp_path: Path, service: SandboxThread, name: str
) -> None:
    sight = SIGHTS[name]
    with terminal(tmp_path, service) as session:
        sight.reach(session)
        session.settle()
        before = session.picture
        for size in SIZES:
            resize(session, size)
            if size == TOO_SMALL:
                if name != "help":  # the help scrolls, so any size is right
                    check_small(session)
            else:
                session.wait_for(lambda screen: screen.count(sight.words) == 1)
        check_same(session, before)
        session.listen(0.6)
        session.press(*sight.keys)
        session.wait_for(sight.heard, 3)
        session.press("ctrl+q")
        assert session.wait() == 0


def test_a_countdown_goes_on_through_every_size(tmp_path: Path) -> None:
    limit = script({"status": 429, "retryAfter": "600"})
    with SandboxThread(any_trip=True, script=limit) as service, terminal(tmp_path, service) as session:
        ask(session)
        confirm(session)
        session.wait_for("WAITING")
        for size in SIZES:
            resize(session, size)
            if size == TOO_SMALL:
                check_small(session)
            else:
                session.wait_for(matching(r"09:\d\d"))
                assert "WAITING" in session.text
        assert len(service.books.arrivals) == 1


def test_as_wide_from_the_start_as_after_a_resize(tmp_path: Path, service: SandboxThread) -> None:
    size = SIZES[0]
    with terminal(tmp_path, service, size=size) as fresh, terminal(tmp_path, service) as resized:
        resize(resized, size)
        for session in (fresh, resized):
            session.settle()
        check_same(resized, fresh.picture)


def suspend(session: PtySession) -> None:
    """Suspend to the shell, and check that the terminal was restored."""
    start = session.mark()
    session.signal(signal.SIGTSTP)
    while LEAVE_ALT_SCREEN not in session.since(start):
        assert session.pump(PATIENCE), "it leaves the screen to the shell"
    session.settle()
    assert session.modes == session.modes_before


def test_to_the_shell_and_back_the_screen_is_whole_and_nothing_is_lost(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service) as session:
        question(session)
        session.settle(quiet=1.0)  # the question's keys are accepted by then
        before = session.picture
        suspend(session)
        session.screen.reset()  # the shell has written over the screen
        session.signal(signal.SIGCONT)
        session.wait_for("refund it")
        session.settle()
        check_same(session, before)
        assert service.books.arrivals == ()
        confirm(session)
        session.wait_for("ACCEPTED")
        session.press("ctrl+q")
        assert session.wait() == 0
        assert restored(session)
    [refund] = history(tmp_path, service)
    assert refund["state"] == "ACCEPTED"


def test_a_screen_that_others_wrote_on_is_whole_after_a_redraw(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service) as session:
        session.settle()
        before = session.picture
        session.screen.reset()
        session.press("ctrl+l")
        session.wait_for("1 trip")
        session.settle()
        check_same(session, before)


def test_after_a_hang_up_while_suspended_it_ends_when_it_continues(tmp_path: Path, service: SandboxThread) -> None:
    with terminal(tmp_path, service) as session:
        suspend(session)
        session.hang_up()
        session.signal(signal.SIGCONT)
        assert session.wait() == 128 + signal.SIGHUP


def test_a_clerks_environment_presses_no_keys_and_fixes_no_size(tmp_path: Path, service: SandboxThread) -> None:
    odd = {
        "TEXTUAL_PRESS": "f4,f1", "TEXTUAL_DRIVER": "no.such:Driver", "TEXTUAL_LOG": str(tmp_path / "log"),
        "TEXTUAL_SCREENSHOT": "0", "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path), "TEXTUAL_DEBUG": "1",
        "TEXTUAL": "debug,devtools", "TEXTUAL_FILTERS": "dim", "TEXTUAL_COLOR_SYSTEM": "no-such",
        "TEXTUAL_SHOW_RETURN": "1", "TEXTUAL_ALLOW_SIGNALS": "1", "TEXTUAL_THEME": "no-such",
        "COLUMNS": "200", "LINES": "50",
    }  # fmt: skip
    with terminal(tmp_path, service) as plain, terminal(tmp_path, service, env=odd) as session:
        for one in (plain, session):
            one.listen(0.5)
            one.settle()
        check_same(session, plain.picture)
        session.press("ctrl+c")
        session.settle()
        session.press("ctrl+q")
        assert session.wait() == 0
    assert {file.name for file in tmp_path.iterdir()} <= {"data", "trips.json", ".local"}


def in_a_shell(command: str) -> list[str]:
    return ["/bin/sh", "-c", command.format(program=shlex.join(PROGRAM))]


def test_with_standard_error_in_a_file_the_screen_is_still_on_the_terminal(
    tmp_path: Path, service: SandboxThread
) -> None:
    log = tmp_path / "log"
    with terminal(tmp_path, service, command=in_a_shell(f"{{program}} 2>{log}")) as session:
        session.press("ctrl+q")
        assert session.wait() == 0
        assert restored(session)
    assert log.read_bytes() == b""


@pytest.mark.parametrize(
    "ends", ["{program} </dev/null", "{program} | cat", "echo y | {program}", "{program} >/dev/null"]
)
def test_where_keys_or_screen_are_no_terminal_there_is_a_sentence(tmp_path: Path, ends: str) -> None:
    with PtySession(in_a_shell(ends), env=settings(tmp_path, "http://127.0.0.1:9")) as session:
        code = session.wait()
        assert code == (0 if ends.endswith("cat") else 2)
        assert b"\x1b" not in session.raw
        said = " ".join(session.text.split())
        assert "not a terminal" in said
        assert "refund-tui history" in said.replace("refund, resume or ", "")


@pytest.mark.parametrize("term", ["dumb", "unknown", None])
def test_a_terminal_that_cannot_place_text_gets_a_sentence(tmp_path: Path, term: str | None) -> None:
    with PtySession(PROGRAM, env={**settings(tmp_path, "http://127.0.0.1:9"), "TERM": term}) as session:
        assert session.wait() == 2
        assert b"\x1b" not in session.raw
        assert "history" in session.text


@pytest.mark.parametrize(
    "env",
    [
        {"LANG": None, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "de_DE.ISO-8859-1"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
    ids=["C", "a locale this host has not", "PYTHONIOENCODING"],
)
def test_signs_are_signs_under_any_locale_that_leaves_it_open(
    tmp_path: Path, service: SandboxThread, env: dict[str, str | None]
) -> None:
    with terminal(tmp_path, service, env=env) as session:
        session.send("é→")
        session.wait_for("é→")
        assert "\\x" not in session.text
        assert "·" in session.text


@pytest.mark.skipif(not Path("/usr/share/i18n/locales/de_DE").exists(), reason="no sources of locales on this host")
def test_a_locale_that_lacks_our_signs_gets_a_sentence(tmp_path: Path) -> None:
    made = ["localedef", "-i", "de_DE", "-f", "ISO-8859-1", str(tmp_path / "de_DE")]
    subprocess.run(made, check=True, capture_output=True, timeout=PATIENCE)
    env = {**settings(tmp_path, "http://127.0.0.1:9"), "LOCPATH": str(tmp_path), "LANG": "de_DE"}
    with PtySession(PROGRAM, env=env) as session:
        assert session.wait() == 2
        assert b"\x1b" not in session.raw
        assert "ISO-8859-1" in session.text
        assert "UTF-8" in session.text
