"""The facts of a process: what is stored is what is read back, and damage is not taken for facts."""

from __future__ import annotations

import pytest

from refund_tui.core.actor import Actor, actor_of

ANA = Actor(uid="1000", account="ana", login_uid="1001", tty="/dev/pts/3", pid="42")


def test_what_is_stored_is_read_back_without_empty_facts() -> None:
    assert ANA.as_text == '{"uid":"1000","account":"ana","login_uid":"1001","tty":"/dev/pts/3","pid":"42"}'
    assert actor_of(ANA.as_text) == ANA


def test_the_facts_of_a_process_are_shown_on_one_line() -> None:
    assert ANA.words == "uid 1000, account ana, login uid 1001, tty /dev/pts/3, pid 42"


def test_a_record_of_0_1_0_has_no_facts() -> None:
    assert (actor_of(""), Actor().as_text, Actor().words) == (Actor(), "", "")


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"colour": "red"}', '{"uid": 7}', "[" * 50_000])
def test_what_does_not_describe_a_process_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="does not describe a process"):
        actor_of(text)
