"""A short day at two real terminals of 80 by 24 on one ledger: after each key both screens are true."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.day.random_terminals import play
from tests.day.terminals import terminals


def test_both_screens_are_true_after_every_key_at_two_terminals() -> None:
    with tempfile.TemporaryDirectory() as folder, terminals(Path(folder)) as both:
        ana, ben = both.ana, both.ben
        both.look()
        both.serves(ana, "4242", "5.00", "enter", "1")
        both.serves(ben, "R-1002", "f7", "space", "2", sees="9.88 EUR ● ACCEPTED")
        both.opens(ana, "R-2007")
        both.do(ana, "30.00", "enter", "1")
        both.serves(ben, "R-2007", "20.00", "enter", "3")
        ana.sees("22.10 EUR left")
        both.do(ana, "f10", sees="only 22.10 EUR is left")
        both.do(ana, "ctrl+u", "12.10", "f10", sees="10.00 stays")
        both.says(ana, sees="12.10 EUR ● ACCEPTED")
        both.shop.answers({"status": 429, "retryAfter": "3"})
        both.serves(ben, "R-2005", "3.00", "enter", "4", sees="◔ WAITING")
        both.until_disk(lambda truth: not truth.count("QUEUED", "WAITING", "SENDING"))
        both.do(ana, "f4", sees="5 refunds, newest first")
        both.serves(ben, "R-2006", "f5", "5", sees="6740 JPY ● ACCEPTED")
        ana.sees("6 refunds, newest first")
        both.do(ana, "home", "enter", sees="6740 JPY ● ACCEPTED")
        both.do(ana, "n", "ctrl+r", sees="REFUND")
        both.do(ben, "f2", "R-2007", sees="10.00 EUR left")
        both.do(ana, "escape", "escape", "f2")
        for clerk in (ana, ben):
            clerk.session.press("ctrl+q")
            assert clerk.session.wait() == 0
        assert len(both.truth.refunds) == both.truth.count("ACCEPTED") == len({r.trip for r in both.truth.refunds}) + 1


def test_both_screens_are_true_whatever_two_clerks_press() -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert play(Path(folder), 1, 14)
