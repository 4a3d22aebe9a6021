"""The request for the clipboard of a terminal, also through tmux and screen."""

from __future__ import annotations

from refund_tui.tui.terminal.display import LONGEST, request

RECONCILIATION_ID = "abc123"
PLAIN = "\x1b]52;c;YWJjMTIz\x07"


def test_a_terminal_is_asked_plainly() -> None:
    assert request(RECONCILIATION_ID, {"TERM": "xterm-256color"}) == PLAIN


def test_tmux_is_asked_itself_and_hands_it_on_with_every_escape_doubled() -> None:
    assert request(RECONCILIATION_ID, {"TERM": "tmux", "TMUX": "/tmp/t,1,0"}) == f"{PLAIN}\x1bPtmux;\x1b{PLAIN}\x1b\\"


def test_screen_hands_it_on() -> None:
    assert request(RECONCILIATION_ID, {"STY": "1.pts"}) == f"\x1bP{PLAIN}\x1b\\"


def test_a_sequence_longer_than_terminals_accept_is_not_sent() -> None:
    assert len(request("x" * 1_000_000, {})) < 2 * LONGEST


def test_no_text_can_end_the_sequence_and_go_on_as_another() -> None:
    assert request("\x07\x1b]2;title\x07", {}).count("\x1b") == 1
