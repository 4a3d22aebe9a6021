"""How a head is written: in full for programs, with sixteen digits on paper."""

from __future__ import annotations

from refund_tui.core.evidence import Head


def test_a_head_is_its_number_and_its_hash_and_shorter_on_paper() -> None:
    head = Head(7, "0123456789abcdef" * 4)
    assert str(head) == f"7 {'0123456789abcdef' * 4}"
    assert head.short == "7 0123456789abcdef"
